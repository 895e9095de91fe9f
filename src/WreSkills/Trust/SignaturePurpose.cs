namespace WreSkills.Trust;

/// <summary>
/// What people sign, as the namespace of <c>ssh-keygen -Y sign -n</c>. A signature for one purpose is worth nothing for
/// another, and the trust root can give a key to single purposes by its option <c>namespaces</c>.
/// </summary>
public static class SignaturePurpose
{
    /// <summary>The approval of a promotion.</summary>
    public const string Promotion = "wre-skills-promotion@v1";

    /// <summary>A person's decision against the monitor's, such as the undoing of a rollback.</summary>
    public const string Override = "wre-skills-override@v1";

    /// <summary>The approval of a change of the policy.</summary>
    public const string Policy = "wre-skills-policy@v1";

    /// <summary>A change of the trust root itself.</summary>
    public const string Root = "wre-skills-root@v1";

    /// <summary>All of them, as an option of a line of allowed signers.</summary>
    public static string All => string.Join(',', Promotion, Override, Policy, Root);
}

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>Whether anything may be promoted under the policy on the disk. Rolling back and loading ask nobody.</summary>
/// <param name="layout">Where the document is.</param>
/// <param name="history">Which policies were put into force.</param>
/// <param name="minimum">What the user pinned outside of the workspace: key → value that no policy may be weaker than.</param>
public sealed class PolicyGuardian(WorkspaceLayout layout, PolicyHistory history, IReadOnlyDictionary<string, string> minimum)
{
    /// <summary>What the user pinned outside of the workspace; empty for nothing.</summary>
    public IReadOnlyDictionary<string, string> Minimum => minimum;

    /// <summary>Where the pinned minimum stands, in words.</summary>
    public const string MinimumSource = "your own configuration (`policy_minimums`)";

    /// <summary>Reasons against promoting anything; empty for none.</summary>
    public IReadOnlyList<string> Refusals(PromotionPolicy policy) =>
    [
        .. PolicyConsistency.Weaker(policy, minimum, MinimumSource).Select(weaker => $"policy: {weaker}"),
        .. history.Refusal() is { } refusal ? (string[])[refusal] : [],
    ];

    /// <summary>Why a decision that was made under a policy is old by now; null when the policy is still in force. Ask under the commit lock.</summary>
    public string? Moved(PromotionPolicy policy) => policy.Digest.Length > 0 && PolicyDocument.DigestOf(layout.PolicyFile) != policy.Digest
        ? "the policy changed meanwhile; look at `wre policy show` and promote again"
        : null;
}

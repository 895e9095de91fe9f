using WreSkills.Hosting;

namespace WreSkills.Server;

/// <summary>How skills are served over HTTP.</summary>
public sealed class WreSkillsMcpOptions
{
    /// <summary>Root folder of the workspace.</summary>
    public string Workspace { get; set; } = "";

    /// <summary>A list of allowed signers outside of the workspace that alone is trusted; null for the workspace's own.</summary>
    public string? TrustRoot { get; set; }

    /// <summary>
    /// What every request must bring as <c>Authorization: Bearer TOKEN</c>; null for none, and then only clients on this machine are answered
    /// unless <see cref="AllowRemoteWithoutToken"/> says otherwise.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>True where the application that mounts this checks who is asking by itself. Default false.</summary>
    public bool AllowRemoteWithoutToken { get; set; }

    /// <summary>Names by which the server may be addressed, besides those of the loopback interface: what <c>Host</c> and <c>Origin</c> are held against.</summary>
    public ISet<string> AllowedHosts { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Largest body of a request in bytes. Default 2,000,000.</summary>
    public long MaxRequestBytes { get; set; } = 2_000_000;

    /// <summary>Opens the workspace; null for <see cref="Workspace"/> with <see cref="TrustRoot"/> by the system's clock.</summary>
    public Func<Workspace>? Open { get; set; }
}

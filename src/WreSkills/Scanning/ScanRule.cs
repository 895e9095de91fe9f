using System.Text.Json.Serialization;

namespace WreSkills.Scanning;

/// <summary>What a finding means for a promotion.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScanSeverity>))]
public enum ScanSeverity
{
    /// <summary>A person should look at it; the promotion goes on.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>The promotion stops unless the finding goes away or a ticket waives it.</summary>
    [JsonStringEnumMemberName("block")]
    Block,
}

/// <summary>The OWASP Agentic Skills Top 10, 2026 edition.</summary>
public enum SkillRisk
{
    /// <summary>AST01.</summary>
    MaliciousSkills = 1,

    /// <summary>AST02.</summary>
    SupplyChainCompromise = 2,

    /// <summary>AST03.</summary>
    OverPrivilegedSkills = 3,

    /// <summary>AST04; unsafe deserialization belongs here.</summary>
    InsecureMetadata = 4,

    /// <summary>AST05.</summary>
    UntrustedExternalInstructions = 5,

    /// <summary>AST06.</summary>
    WeakIsolation = 6,

    /// <summary>AST07.</summary>
    UpdateDrift = 7,

    /// <summary>AST08.</summary>
    PoorScanning = 8,

    /// <summary>AST09.</summary>
    NoGovernance = 9,

    /// <summary>AST10.</summary>
    CrossPlatformReuse = 10,
}

/// <summary>Codes and names of the risks as OWASP writes them.</summary>
public static class SkillRisks
{
    private static readonly string[] s_names =
    [
        "Malicious Skills", "Supply Chain Compromise", "Over-Privileged Skills", "Insecure Metadata", "Untrusted External Instructions",
        "Weak Isolation", "Update Drift", "Poor Scanning", "No Governance", "Cross-Platform Reuse",
    ];

    /// <summary>The code, <c>AST01</c> to <c>AST10</c>.</summary>
    public static string Code(this SkillRisk risk) => $"AST{(int)risk:00}";

    /// <summary>The name, such as <c>Malicious Skills</c>.</summary>
    public static string Title(this SkillRisk risk) => s_names[(int)risk - 1];
}

/// <summary>One thing that the scanner looks for.</summary>
/// <param name="Id">Stable identifier, such as <c>WRE-UNICODE-001</c>.</param>
/// <param name="Severity">What a finding means; where the text only speaks about the danger, a finding is a warning.</param>
/// <param name="Risk">The OWASP risk.</param>
/// <param name="Title">What is found, in a few words.</param>
/// <param name="Explanation">Why it is dangerous, one or two sentences.</param>
/// <param name="Hint">How to mend it.</param>
public sealed record ScanRule(string Id, ScanSeverity Severity, SkillRisk Risk, string Title, string Explanation, string Hint)
{
    /// <summary>The family in lower case: the second part of the id.</summary>
    public string Family => Id.Split('-')[1].ToLowerInvariant();
}

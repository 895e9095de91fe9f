using System.Security.Cryptography;
using System.Text;

namespace WreSkills.Scanning;

/// <summary>All rules of the scanner, and which edition of them this is.</summary>
public static class ScanRules
{
    /// <summary>The edition, counted up whenever a rule changes what it finds.</summary>
    public const string Version = "1";

    private static readonly Lazy<string> s_digest = new(ComputeDigest);

    /// <summary>Every rule, by family and number.</summary>
    public static IReadOnlyList<ScanRule> All { get; } =
    [
        .. StructureRules.All, .. FrontMatterRules.All, .. UnicodeRules.All,
        .. CommandRules.All.Concat(SystemRules.All).Concat(InstructionRules.All).Select(rule => rule.Rule).Distinct().Append(SystemRules.HiddenCommand).Concat(HiddenMarkup.All).OrderBy(rule => rule.Id, StringComparer.Ordinal),
        .. ToolRules.All, .. EncodedText.All, .. SecretRules.All.Select(rule => rule.Rule).OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    /// <summary>SHA-256 over everything that the tables of rules say, in hexadecimal.</summary>
    public static string Digest => s_digest.Value;

    /// <summary>Finds a rule by its id; null when there is none.</summary>
    public static ScanRule? Find(string id) => All.FirstOrDefault(rule => rule.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    private static string ComputeDigest()
    {
        var text = new StringBuilder(Version).Append('\n');
        foreach (var rule in All)
        {
            text.Append($"{rule.Id}\t{rule.Severity}\t{rule.Risk}\n");
        }

        foreach (var rule in CommandRules.All.Concat(SystemRules.All).Concat(InstructionRules.All))
        {
            text.Append($"{rule.Rule.Id}\t{string.Join('|', rule.Keywords)}\t{rule.Pattern}\t{rule.Unless}\t{rule.Original}\t{string.Join('|', rule.Also)}\n");
        }

        foreach (var rule in SecretRules.All)
        {
            text.Append($"{rule.Rule.Id}\t{rule.Form}\t{string.Join('|', rule.Keywords)}\t{rule.Pattern}\t{rule.Entropy:0.0#}\t{rule.Before}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

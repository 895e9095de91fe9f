using System.Text.RegularExpressions;

namespace WreSkills.Scanning;

/// <summary>Runs the secret rules over a text.</summary>
internal static class SecretScan
{
    public static void Run(ScannedFile file, FindingSink sink)
    {
        foreach (var match in SecretDetector.Find(file.Text, generic: file.Kind != TextKind.Lock))
        {
            if (sink.Wants(match.Rule.Rule))
            {
                sink.Add(match.Rule.Rule, file, match.Start, ScanText.Masked(file.Text.AsSpan(match.Start, match.Length)), match.Doubt, match.Doubt is null ? null : ScanSeverity.Warn);
            }
        }
    }
}

/// <summary>Runs the command rules over a text.</summary>
internal static class CommandScan
{
    private static readonly TextRuleScan s_scan = new([.. CommandRules.All, .. SystemRules.All], static (_, _) => null);

    // Names that nobody splits by accident.
    private static readonly HashSet<string> s_commands = ["curl", "wget", "bash", "eval", "exec", "python", "python3", "perl", "base64", "netcat", "ncat", "rm", "cat", "sudo", "chmod", "powershell", "iex", "socat", "invoke", "expression", "ssh", "scp"];

    public static void Run(ScannedFile file, FindingSink sink)
    {
        var text = CommandText.Of(file.Text);
        s_scan.Run(file, text, sink);
        foreach (var seam in text.Seams)
        {
            if (Hidden(text.Text, seam) is { } command && sink.Wants(SystemRules.HiddenCommand))
            {
                var at = text.Origin(Math.Max(0, seam - 1));
                sink.Add(SystemRules.HiddenCommand, file, at, ScanText.Visible(file.Window(at, out _)), $"reads '{command}'");
            }
        }
    }

    // The word around a seam, if it is a command; or the words around $IFS.
    private static string? Hidden(string text, int seam)
    {
        if (seam < text.Length && text[seam] == ' ')
        {
            var words = text.AsSpan(Math.Max(0, seam - 12), Math.Min(12, seam));
            var last = words[(words.LastIndexOfAny(" \n;|&(") + 1)..].ToString();
            return s_commands.Contains(last) ? last + " …" : null;
        }

        var (start, end) = (seam, seam);
        while (start > 0 && seam - start < 16 && char.IsAsciiLetterOrDigit(text[start - 1]))
        {
            start--;
        }

        while (end < text.Length && end - seam < 16 && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        var word = text[start..end];
        return start < seam && end > seam && s_commands.Contains(word) ? word : null;
    }
}

/// <summary>Runs the instruction rules over a text.</summary>
internal static class InstructionScan
{
    // Data, such as the cases of a benchmark, is no instruction by itself.
    private static readonly TextRuleScan s_scan = new(InstructionRules.All, static (file, rule) => file.Kind == TextKind.Data && rule.Severity == ScanSeverity.Block ? ScanSeverity.Warn : null);

    public static void Run(ScannedFile file, FindingSink sink) => s_scan.Run(file, ProseText.Of(file.Text), sink);
}

/// <summary>Looks for references to files outside of the skill.</summary>
internal static partial class ReferenceScan
{
    public static void Run(ScannedFile file, FindingSink sink)
    {
        if (file.Kind != TextKind.Markdown || !file.IsSkillDocument)
        {
            return;
        }

        foreach (var match in Outside().EnumerateMatches(file.Text))
        {
            if (sink.Wants(StructureRules.Escape))
            {
                sink.Add(StructureRules.Escape, file, match.Index, ScanText.Visible(file.Text.AsSpan(match.Index, match.Length)));
            }
        }
    }

    [GeneratedRegex(@"\]\((?:\.\./|/(?:etc|home|root|usr|var|Users)/|file://)[^)\s]{0,120}\)|(?:^|[\s`""'(])\.\./\.\./[^\s`""')]{1,120}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Outside();
}

namespace WreSkills.Scanning;

/// <summary>A place where a rule has something to say.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Severity">The rule's severity, or a warning where the text only speaks about the danger.</param>
/// <param name="File">Path below the scanned folder, with forward slashes; characters that nobody sees are written out.</param>
/// <param name="Line">Line from 1; 0 when the finding is about the whole file.</param>
/// <param name="Column">Column from 1 in UTF-16 units; 0 when the finding is about the whole file.</param>
/// <param name="Found">What was found: secrets masked, hidden characters written out, nothing that a terminal would obey.</param>
/// <param name="Note">What a person should know besides, such as the decoded message; null when nothing.</param>
public sealed record ScanFinding(ScanRule Rule, ScanSeverity Severity, string File, int Line, int Column, string Found, string? Note = null)
{
    /// <summary>Identifies the finding across versions of a file: rule, file and what was found, without the line.</summary>
    public string Fingerprint => ScanText.Fingerprint($"{Rule.Id}\n{File}\n{Found}");

    /// <summary>As a person reads it.</summary>
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}:{Column}" : "")}: {(Severity == ScanSeverity.Block ? "block" : "warn")}: {Rule.Title}: {Found} [{Rule.Id}]";
}

/// <summary>The result of a scan.</summary>
public sealed record ScanReport
{
    /// <summary>The folder or file that was scanned, absolute.</summary>
    public required string Root { get; init; }

    /// <summary>Files looked at.</summary>
    public int Files { get; init; }

    /// <summary>Bytes read.</summary>
    public long Bytes { get; init; }

    /// <summary>The findings, worst first, then by file and line.</summary>
    public IReadOnlyList<ScanFinding> Findings { get; init; } = [];

    /// <summary>Findings beyond the bounds that are not listed; at least one of every rule and file is.</summary>
    public int NotListed { get; init; }

    /// <summary>Findings that stop a promotion.</summary>
    public int Blocks => Findings.Count(finding => finding.Severity == ScanSeverity.Block);

    /// <summary>Findings that do not.</summary>
    public int Warnings => Findings.Count - Blocks;
}

/// <summary>The scanner's bounds, so that no input fills the memory or takes for ever.</summary>
public sealed record ScanLimits
{
    /// <summary>Longest text that is looked at; what is longer is a finding and not passed.</summary>
    public long FileBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most files and folders of a scan.</summary>
    public int Entries { get; init; } = 200_000;

    /// <summary>Deepest folder.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Characters that may go through expressions per character of a file, and at least <see cref="LeastEffort"/>.</summary>
    public int EffortPerCharacter { get; init; } = 24;

    /// <summary>Characters that may go through expressions in any file.</summary>
    public long LeastEffort { get; init; } = 8_000_000;

    /// <summary>Findings of one rule that are listed per file.</summary>
    public int PerRuleAndFile { get; init; } = 20;

    /// <summary>Findings that are listed in all.</summary>
    public int Findings { get; init; } = 20_000;
}

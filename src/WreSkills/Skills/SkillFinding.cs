using System.Text.Json.Serialization;

namespace WreSkills.Skills;

/// <summary>How bad a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingSeverity>))]
public enum FindingSeverity
{
    /// <summary>Worth knowing; the skill loads.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The skill is refused.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>Something wrong with a skill folder.</summary>
/// <param name="Code">Stable identifier, such as <c>folder.link</c>.</param>
/// <param name="Severity">Whether the skill is refused.</param>
/// <param name="File">Path inside the folder; empty for the folder itself.</param>
/// <param name="Line">Line from 1, or 0 when the finding is not about a line.</param>
/// <param name="Message">What is wrong.</param>
public sealed record SkillFinding(string Code, FindingSeverity Severity, string File, int Line, string Message)
{
    /// <summary>As a person reads it: <c>SKILL.md:4: error: … [code]</c>.</summary>
    public override string ToString()
    {
        var place = (File, Line) switch
        {
            ("", _) => "",
            (_, 0) => File + ": ",
            _ => $"{File}:{Line}: ",
        };
        return $"{place}{(Severity == FindingSeverity.Error ? "error" : "warning")}: {Message} [{Code}]";
    }
}

/// <summary>Collects findings up to a bound, so that a hostile folder cannot fill the memory with complaints.</summary>
internal sealed class FindingList
{
    private const int Most = 200;
    private readonly List<SkillFinding> _findings = [];

    public IReadOnlyList<SkillFinding> All => _findings;

    public void Error(string code, string file, string message, int line = 0) => Add(new(code, FindingSeverity.Error, file, line, message));

    public void Warn(string code, string file, string message, int line = 0) => Add(new(code, FindingSeverity.Warning, file, line, message));

    public void Add(SkillFinding finding)
    {
        if (_findings.Count < Most)
        {
            _findings.Add(finding);
        }
        else if (_findings.Count == Most)
        {
            _findings.Add(new("folder.findings", FindingSeverity.Error, "", 0, $"more than {Most} findings; the rest is not listed"));
        }
    }
}

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>How strictly a skill is read.</summary>
public enum LintProfile
{
    /// <summary>Loads everything that real clients load, and warns.</summary>
    Lenient,

    /// <summary>The Agent Skills rules to the letter; every deviation is an error.</summary>
    Standard,
}

/// <summary>Checks a skill against the Agent Skills standard and against what this product needs of it.</summary>
public static class SkillLint
{
    private static readonly string[] s_standardKeys = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];

    /// <summary>Lints a folder.</summary>
    /// <returns>The folder's own findings and the lint's, errors first.</returns>
    public static IReadOnlyList<SkillFinding> Run(SkillFolder folder, LintProfile profile)
    {
        var findings = new FindingList();
        foreach (var finding in folder.Findings)
        {
            findings.Add(finding);
        }

        if (folder.Document is { } document)
        {
            Standard(folder, document, new Report(findings, profile));
            Links(document, findings);
        }

        return [.. findings.All.OrderByDescending(finding => finding.Severity)];
    }

    private static void Standard(SkillFolder folder, SkillDocument document, Report report)
    {
        if (document.FrontMatter is not { } matter)
        {
            report.Deviation("skill.front-matter", "has no front matter; name and description are required", 1);
            return;
        }

        Name(folder, matter, report);
        Description(matter, report);
        var strangers = matter.Entries.Where(entry => !s_standardKeys.Contains(entry.Key)).ToList();
        foreach (var (key, value) in strangers)
        {
            if (SkillSettings.WreKeys.Contains(key))
            {
                report.StandardOnly("skill.key", $"'{key}' is not a key of the standard; move it to {SkillSettings.SidecarFile}", value.Line);
            }
            else
            {
                report.Deviation("skill.key", $"'{key}' is not a known front matter key", value.Line);
            }
        }

        if (matter.Text("compatibility") is { Length: > 500 } compatibility)
        {
            report.Deviation("skill.compatibility", $"compatibility has {compatibility.Length} characters; at most 500 are allowed", matter["compatibility"]!.Line);
        }

        if (matter["metadata"] is { } metadata && (metadata is not YamlMapping map || map.Entries.Any(entry => entry.Value is not YamlScalar)))
        {
            report.Deviation("skill.metadata", "metadata must map texts to texts", metadata.Line);
        }

        if (matter["allowed-tools"] is { } tools and not YamlScalar)
        {
            report.Deviation("skill.allowed-tools", "allowed-tools must be one text, the tools separated by spaces", tools.Line);
        }
    }

    private static void Name(SkillFolder folder, YamlMapping matter, Report report)
    {
        var line = matter["name"]?.Line ?? 1;
        if (matter.Text("name") is not { } name)
        {
            report.Deviation("skill.name", "name is missing; the folder's name is used", line);
            return;
        }

        if (name.Length > SkillName.MaxLength)
        {
            report.Deviation("skill.name", $"name has {name.Length} characters; at most {SkillName.MaxLength} are allowed", line);
        }

        if (!name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || name.StartsWith('-') || name.EndsWith('-') || name.Contains("--", StringComparison.Ordinal))
        {
            report.StandardOnly("skill.name", $"name '{name}' must be lower-case letters, digits and single hyphens", line);
        }

        // A draft's or staged version's folder carries the state behind the name; that is no deviation.
        if (SkillName.WithoutState(name) != folder.Name)
        {
            report.Deviation("skill.name-folder", $"name is '{name}', but the folder is called '{folder.Name}'", line);
        }
    }

    private static void Description(YamlMapping matter, Report report)
    {
        var line = matter["description"]?.Line ?? 1;
        var description = matter.Text("description");
        if (string.IsNullOrWhiteSpace(description))
        {
            report.Deviation("skill.description", "description is missing; agents choose a skill by it", line);
        }
        else if (description.Length > 1024)
        {
            report.Deviation("skill.description", $"description has {description.Length} characters; at most 1,024 are allowed", line);
        }
    }

    private static void Links(SkillDocument document, FindingList findings)
    {
        var line = document.BodyLine;
        foreach (var text in document.Body.Split('\n'))
        {
            if (text.Contains("](../", StringComparison.Ordinal) || text.Contains("](/", StringComparison.Ordinal) || text.Contains("/../", StringComparison.Ordinal))
            {
                findings.Warn("skill.escape", SkillFolder.SkillFileName, "refers to a file outside the skill folder; a version holds only its own files", line);
            }

            line++;
        }
    }

    private sealed class Report(FindingList findings, LintProfile profile)
    {
        public void Deviation(string code, string message, int line) =>
            findings.Add(new(code, profile == LintProfile.Standard ? FindingSeverity.Error : FindingSeverity.Warning, SkillFolder.SkillFileName, line, message));

        public void StandardOnly(string code, string message, int line)
        {
            if (profile == LintProfile.Standard)
            {
                Deviation(code, message, line);
            }
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Reads expected patterns from front matter or sidecar, and from <c>**Expected Pattern**: name=value</c> lines of the body.</summary>
internal static partial class ExpectedPatternReader
{
    private const int Most = 500;
    private const int MaxName = 600;

    public static void ReadList(YamlNode? node, string file, List<ExpectedPattern> patterns, FindingList findings)
    {
        switch (node)
        {
            case null or YamlScalar { IsNull: true }:
                return;
            case YamlSequence list:
                foreach (var item in list.Items)
                {
                    ReadItem(item, file, patterns, findings);
                }

                return;
            // The short form of a mapping: `expected_patterns: {caps_check_executed: true}`.
            case YamlMapping mapping:
                foreach (var (fact, value) in mapping.Entries)
                {
                    var text = value is YamlScalar { IsNull: false } scalar ? $"{fact}={scalar.Text}" : fact;
                    Add(text, null, value.Line, file, patterns, findings);
                }

                return;
            default:
                ReadItem(node, file, patterns, findings);
                return;
        }
    }

    public static void ReadBody(SkillDocument document, string file, List<ExpectedPattern> patterns, FindingList findings)
    {
        var line = document.BodyLine;
        foreach (var text in document.Body.Split('\n'))
        {
            if (BodyLine().Match(text) is { Success: true } match)
            {
                // Several patterns may share a line, separated by commas; backticks are decoration.
                foreach (var part in match.Groups["patterns"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    Add(part.Trim('`', ' '), null, line, file, patterns, findings);
                }
            }

            line++;
        }
    }

    private static void ReadItem(YamlNode item, string file, List<ExpectedPattern> patterns, FindingList findings)
    {
        switch (item)
        {
            case YamlScalar scalar:
                Add(scalar.Text, null, scalar.Line, file, patterns, findings);
                break;
            // `- name: value` without a key of ours is what people write when they forget the '='.
            case YamlMapping mapping when mapping["pattern"] is null && mapping.Entries is [{ Value: YamlScalar value } only]:
                Add($"{only.Key}={value.Text}", null, mapping.Line, file, patterns, findings);
                break;
            case YamlMapping mapping:
                Add(mapping.Text("pattern") ?? "", mapping, mapping.Line, file, patterns, findings);
                break;
            default:
                findings.Error("pattern.syntax", file, "an expected pattern is a text or a mapping with 'pattern'", item.Line);
                break;
        }
    }

    private static void Add(string text, YamlMapping? options, int line, string file, List<ExpectedPattern> patterns, FindingList findings)
    {
        // Before anything is parsed: a hostile file can hold a hundred thousand regular expressions.
        if (patterns.Count == Most)
        {
            findings.Error("pattern.many", file, $"more than {Most} expected patterns", line);
            return;
        }

        if (!PatternCondition.TryParse(text, out var condition, out var problem))
        {
            findings.Error("pattern.syntax", file, problem!, line);
            return;
        }

        PatternCondition? when = null;
        if (options?.Text("when") is { } whenText && !PatternCondition.TryParse(whenText, out when, out problem))
        {
            findings.Error("pattern.syntax", file, "when: " + problem, line);
            return;
        }

        foreach (var (key, _) in options?.Entries ?? [])
        {
            if (key is not ("pattern" or "name" or "weight" or "when" or "critical" or "description"))
            {
                findings.Warn("pattern.unknown-key", file, $"'{key}' is not a key of an expected pattern (pattern, name, weight, when, critical, description)", line);
            }
        }

        var pattern = new ExpectedPattern
        {
            Name = options?.Text("name") ?? condition!.ToString(),
            Condition = condition!,
            When = when,
            Weight = Weight(options?.Text("weight"), line, file, findings),
            Critical = Critical(options?.Text("critical"), line, file, findings),
            Source = $"{file}:{line}",
        };
        if (pattern.Name.Length is 0 or > MaxName || pattern.Name.Any(char.IsControl))
        {
            findings.Error("pattern.name", file, $"a pattern's name has 1 to {MaxName} printable characters", line);
            return;
        }

        if (patterns.Exists(known => known.Name == pattern.Name))
        {
            // The same line in front matter and body is one pattern; another meaning under the same name is a mistake.
            if (!patterns.Exists(known => known.Name == pattern.Name && known.Condition == pattern.Condition))
            {
                findings.Error("pattern.duplicate", file, $"two expected patterns are called '{pattern.Name}'", line);
            }

            return;
        }

        patterns.Add(pattern);
    }

    // A word that is neither true nor false must not pass for "not critical".
    private static bool Critical(string? text, int line, string file, FindingList findings)
    {
        if (text is not null && !bool.TryParse(text, out _))
        {
            findings.Error("pattern.critical", file, $"critical is '{text}'; it must be true or false", line);
        }

        return bool.TryParse(text, out var critical) && critical;
    }

    private static double Weight(string? text, int line, string file, FindingList findings)
    {
        if (text is null)
        {
            return 1;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight is > 0 and <= 1000)
        {
            return weight;
        }

        findings.Error("pattern.weight", file, $"weight '{text}' must be a number above 0 and at most 1000", line);
        return 1;
    }

    [GeneratedRegex(@"^\s*(?:[-*]\s+)?\*\*Expected Patterns?\*\*\s*:\s*(?<patterns>.+?)\s*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex BodyLine();
}

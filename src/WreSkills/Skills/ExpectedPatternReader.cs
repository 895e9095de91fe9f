using System.Globalization;
using System.Text.RegularExpressions;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Reads expected patterns from front matter or sidecar, and from <c>**Expected Pattern**: name=value</c> lines of the body.</summary>
internal static partial class ExpectedPatternReader
{
    private const int Most = 500;
    private const int MaxName = 600;
    private static readonly string[] s_options = ["name", "weight", "when", "critical", "description"];

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
            case YamlMapping mapping when !mapping.Entries.Any(entry => PatternRuleReader.Kinds.Contains(entry.Key)):
                foreach (var (fact, value) in mapping.Entries)
                {
                    var text = value is YamlScalar { IsNull: false } scalar ? $"{fact}={scalar.Text}" : fact;
                    Add(new YamlScalar(text, false, value.Line), file, patterns, findings);
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
                    Add(new YamlScalar(part.Trim('`', ' '), true, line), file, patterns, findings);
                }
            }

            line++;
        }
    }

    /// <summary>Reads one pattern: a text, or a mapping with the key of one kind and what every pattern may have.</summary>
    public static void ReadItem(YamlNode item, string file, List<ExpectedPattern> patterns, FindingList findings) => Add(
        // `- name: value` without a key of ours is what people write when they forget the '='.
        item is YamlMapping { Entries: [{ Value: YamlScalar value } only] } && !PatternRuleReader.Kinds.Contains(only.Key) && !StepPatternReader.Kinds.Contains(only.Key)
            ? new YamlScalar($"{only.Key}={value.Text}", false, item.Line)
            : item,
        file, patterns, findings);

    private static void Add(YamlNode node, string file, List<ExpectedPattern> patterns, FindingList findings)
    {
        // Before anything is parsed: a hostile file can hold a hundred thousand regular expressions.
        if (patterns.Count == Most)
        {
            findings.Error("pattern.many", file, $"more than {Most} expected patterns", node.Line);
            return;
        }

        var line = node.Line;
        var options = node as YamlMapping;
        var reader = new PatternRuleReader((at, problem) => findings.Error("pattern.syntax", file, problem, at));
        if (reader.Read(node, 0) is not { } rule)
        {
            return;
        }

        PatternRule? when = null;
        if (options?["when"] is { } condition && (when = reader.Read(condition, 1)) is null)
        {
            return;
        }

        foreach (var (key, _) in options?.Entries ?? [])
        {
            if (!s_options.Contains(key) && !PatternRuleReader.Kinds.Contains(key) && !(rule is IfRule && key is ("then" or "else")))
            {
                findings.Warn("pattern.unknown-key", file, $"'{key}' is not a key of an expected pattern ({string.Join(", ", s_options)})", line);
            }
        }

        var pattern = new ExpectedPattern
        {
            Name = options?.Text("name") ?? Shorten(rule.Describe()),
            Rule = rule,
            When = when,
            Weight = Weight(options?.Text("weight"), line, file, findings),
            Critical = Critical(options?.Text("critical"), line, file, findings),
            Source = $"{file}:{line}",
        };
        if (pattern.Critical && rule.SelfAndInner().Any(inner => inner is JudgeRule))
        {
            findings.Error("pattern.critical", file, "what a model judges cannot be critical: state what a matcher can decide", line);
        }

        if (pattern.Name.Length is 0 or > MaxName || pattern.Name.Any(char.IsControl))
        {
            findings.Error("pattern.name", file, $"a pattern's name has 1 to {MaxName} printable characters", line);
            return;
        }

        if (patterns.Exists(known => known.Name == pattern.Name))
        {
            // The same line in front matter and body is one pattern; another meaning under the same name is a mistake, and so
            // is the same step twice, which one call would satisfy.
            if (rule is not ConditionRule || !patterns.Exists(known => known.Name == pattern.Name && known.Rule == rule))
            {
                findings.Error("pattern.duplicate", file, $"two expected patterns are called '{pattern.Name}'{(rule is StepRule ? "; to ask for a step twice use count, set or sequence" : "")}", line);
            }

            return;
        }

        patterns.Add(pattern);
    }

    private static string Shorten(string text) => text.Length <= MaxName ? text : text[..(MaxName - 1)] + "…";

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

using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>
/// Which lines of a skill's text state what must not be lost, and whether an edit touches them; pure and cautious: a line that only looks
/// like such a rule is kept too, and who wants it changed edits the draft by hand.
/// </summary>
public sealed class CriticalRules
{
    private static readonly HashSet<string> s_obligations = ["must", "mustn't", "never", "shall", "always", "critical", "critically", "forbidden", "prohibited", "mandatory", "required", "refuse"];
    private static readonly string[] s_obligationPhrases = ["do not", "don't", "may not", "under no circumstances", "at all times"];

    // Words of names that say nothing about what a pattern is about.
    private static readonly HashSet<string> s_plainWords =
    [
        "check", "checked", "executed", "execute", "done", "true", "false", "step", "rule", "rules", "decision", "recorded", "record", "call", "called", "tool", "name", "value", "with", "before",
        "after", "then", "first", "only", "never", "result", "made", "found", "given", "have", "hit", "match", "matched", "response", "action", "agent", "skill", "input", "output", "text", "when", "what", "that",
    ];

    private static readonly HashSet<string> s_leniency = ["skip", "skips", "skipped", "skipping", "ignore", "ignored", "ignores", "disregard", "omit", "omitted", "waive", "waived", "bypass", "bypassed", "override", "overrides", "overrule", "disable", "disabled"];
    private static readonly HashSet<string> s_exceptions = ["unless", "except", "optional", "optionally", "instead", "unnecessary", "unimportant", "rarely", "longer"];
    private static readonly string[] s_exceptionPhrases = ["need not", "no need", "not required", "not necessary", "not needed", "only when", "only if", "leave out", "left out", "at your discretion"];
    private static readonly HashSet<string> s_anyRule = ["check", "checks", "rule", "rules", "instruction", "instructions", "step", "steps", "above", "below", "everything", "anything", "guideline", "guidelines"];
    private static readonly HashSet<string> s_negations = ["not", "never", "don't", "cannot", "can't", "mustn't", "without", "no"];

    private readonly string[] _lines;
    private readonly Outline[] _outline;
    private readonly string?[] _rules;
    private readonly HashSet<string> _words;

    /// <summary>Reads the rules of a draft.</summary>
    /// <param name="folder">The draft.</param>
    /// <param name="text">The text of its <c>SKILL.md</c>.</param>
    public CriticalRules(SkillFolder folder, string text)
    {
        var names = folder.Patterns.Where(pattern => pattern.Critical || pattern.Rule.SelfAndInner().Any(rule => rule is ForbidRule or OnlyRule))
            .Concat(folder.Cases.SelectMany(item => item.Patterns).Where(pattern => pattern.Critical))
            .SelectMany(pattern => pattern.Rule.SelfAndInner().SelectMany(Names).Append(pattern.Name)).Distinct().ToList();
        _words = [.. names.SelectMany(Parts).Select(Stem)];
        _lines = UnifiedDiff.Lines(text);
        _outline = Outline.Of(_lines, folder.Document?.BodyLine ?? 1);
        _rules = new string?[_lines.Length];
        for (var index = 0; index < _lines.Length; index++)
        {
            _rules[index] = RuleOf(_lines[index], names) is { } rule ? rule
                : _outline[index].Headings.FirstOrDefault(heading => heading.Text.Length > 0 && Concerns(heading.Text)) is { } heading ? $"the section \"{heading.Text}\", which is about a critical pattern"
                : null;
        }
    }

    /// <summary>What an edit would do to a rule, in words, with the rule; null when it leaves all of them alone.</summary>
    /// <param name="diff">The edit.</param>
    /// <param name="after">The text with the edit.</param>
    public string? Weakened(UnifiedDiff diff, string after)
    {
        var lines = UnifiedDiff.Lines(after);
        var outline = Outline.Of(lines, _outline.Length == 0 ? 1 : _outline[0].BodyLine);
        foreach (var hunk in diff.Hunks)
        {
            var (old, now) = (hunk.OldStart - (hunk.OldCount == 0 ? 0 : 1), hunk.NewStart - (hunk.NewCount == 0 ? 0 : 1));
            foreach (var line in hunk.Lines)
            {
                if ((line.Kind == '-' ? Removal(old) : line.Kind == '+' ? Addition(old, line.Text, outline[now]) : null) is { } problem)
                {
                    return problem;
                }

                old += line.Kind == '+' ? 0 : 1;
                now += line.Kind == '-' ? 0 : 1;
            }
        }

        return Displaced(diff, outline);
    }

    private string? Removal(int index) => _rules[index] is { } rule && _lines[index].Trim().Length > 0 ? $"removes or changes line {index + 1} (\"{Shown(_lines[index])}\"), {rule}" : null;

    private string? Addition(int index, string line, Outline place)
    {
        if (line.Trim().Length > 0 && place.Headings.FirstOrDefault(heading => heading.Text.Length > 0 && Concerns(heading.Text)) is { } heading)
        {
            return $"adds \"{Shown(line)}\" to the section \"{heading.Text}\", which is about a critical pattern (before line {index + 1})";
        }

        var words = WordsOf(line);
        for (var at = 0; at < words.Length; at++)
        {
            // "Do not skip the check" asks for the check.
            var negated = words[Math.Max(0, at - 3)..at].Any(s_negations.Contains);
            if (s_leniency.Contains(words[at]) && !negated && (words.Any(s_anyRule.Contains) || Concerns(line) || words.Any(s_obligations.Contains)))
            {
                return $"adds \"{Shown(line)}\", which allows to pass over a rule (\"{words[at]}\")";
            }
        }

        return Concerns(line) && Exception(words) is { } word ? $"adds \"{Shown(line)}\", which makes an exception (\"{word}\") from what is about a critical pattern" : null;
    }

    // A rule that comes to stand under another heading, in an example or in a comment is not the same rule any more.
    private string? Displaced(UnifiedDiff diff, Outline[] after)
    {
        foreach (var (old, now) in Kept(diff, _lines.Length))
        {
            if (_rules[old] is not { } rule || _lines[old].Trim().Length == 0 || now >= after.Length)
            {
                continue;
            }

            if (_outline[old].Quoted != after[now].Quoted)
            {
                return $"puts line {old + 1} (\"{Shown(_lines[old])}\"), {rule}, {(after[now].Quoted ? "into a code block or comment" : "out of its code block")}";
            }

            if (!_outline[old].Headings.SequenceEqual(after[now].Headings))
            {
                return $"puts line {old + 1} (\"{Shown(_lines[old])}\"), {rule}, under another heading";
            }
        }

        return null;
    }

    private static IEnumerable<(int Old, int Now)> Kept(UnifiedDiff diff, int length)
    {
        var (old, now) = (0, 0);
        foreach (var hunk in diff.Hunks)
        {
            for (var start = hunk.OldStart - (hunk.OldCount == 0 ? 0 : 1); old < start; old++, now++)
            {
                yield return (old, now);
            }

            foreach (var line in hunk.Lines)
            {
                if (line.Kind == ' ')
                {
                    yield return (old, now);
                }

                old += line.Kind == '+' ? 0 : 1;
                now += line.Kind == '-' ? 0 : 1;
            }
        }

        for (; old < length; old++, now++)
        {
            yield return (old, now);
        }
    }

    private string? RuleOf(string line, List<string> names)
    {
        var words = WordsOf(line);
        var plain = " " + string.Join(' ', words) + " ";
        return words.FirstOrDefault(s_obligations.Contains) is { } word ? $"a rule (\"{word}\")"
            : s_obligationPhrases.FirstOrDefault(phrase => plain.Contains($" {phrase} ", StringComparison.Ordinal)) is { } phrase ? $"a rule (\"{phrase}\")"
            : names.FirstOrDefault(name => name.Length > 3 && line.Contains(name, StringComparison.OrdinalIgnoreCase)) is { } named ? $"which names the critical pattern or veto {named}"
            : words.SelectMany(Parts).FirstOrDefault(part => _words.Contains(Stem(part))) is { } part ? $"which is about a critical pattern or veto (\"{part}\")"
            : null;
    }

    private bool Concerns(string text) => WordsOf(text).SelectMany(Parts).Any(part => _words.Contains(Stem(part)));

    private static string? Exception(string[] words)
    {
        var plain = " " + string.Join(' ', words) + " ";
        return words.FirstOrDefault(s_exceptions.Contains) ?? s_exceptionPhrases.FirstOrDefault(phrase => plain.Contains($" {phrase} ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(PatternRule rule) => rule switch
    {
        ConditionRule condition => [condition.Condition.Fact],
        FactRule fact => [fact.Fact],
        _ => rule.Steps.Select(step => step.Describe()),
    };

    // "threat_check_executed" speaks of threats; "check" and "executed" stand in every pattern.
    private static IEnumerable<string> Parts(string name) => name.ToLowerInvariant().Split(name.Where(character => !char.IsLetterOrDigit(character)).Distinct().ToArray(), StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part.Length > 3 && !s_plainWords.Contains(part) && !s_plainWords.Contains(Stem(part)) && !part.All(char.IsDigit));

    private static string Stem(string word) => word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y" : word.EndsWith('s') ? word[..^1] : word;

    private static string[] WordsOf(string line) => [.. line.ToLowerInvariant().Replace('’', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(word => word.Split(',', ';', ':', '.', '(', ')', '"', '`', '*', '/', '!', '?', '[', ']', '{', '}', '|', '#')).Where(word => word.Length > 0)];

    private static string Shown(string line)
    {
        var text = string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 100 ? text : text[..99] + "…";
    }
}

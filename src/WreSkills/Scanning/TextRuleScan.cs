namespace WreSkills.Scanning;

/// <summary>Runs pattern rules over normalized text: keywords first, expressions only where one stands.</summary>
internal sealed class TextRuleScan
{
    private const int Before = 600;
    private const int After = 1800;

    private readonly (TextRule Rule, ulong[] Keywords, ulong[] Also)[] _rules;
    private readonly KeywordIndex _keywords;
    private readonly Func<ScannedFile, ScanRule, ScanSeverity?> _severity;

    /// <summary>Makes a scan.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="severity">A severity of its own for a kind of file; null for the rule's.</param>
    public TextRuleScan(IReadOnlyList<TextRule> rules, Func<ScannedFile, ScanRule, ScanSeverity?> severity)
    {
        var keywords = rules.SelectMany(rule => rule.Keywords.Concat(rule.Also)).Distinct().ToList();
        var numbers = keywords.Select((keyword, number) => (keyword, number)).ToDictionary(pair => pair.keyword, pair => pair.number);
        _keywords = new KeywordIndex(keywords, StringComparison.Ordinal);
        _rules = [.. rules.Select(rule => (rule, Bits(rule.Keywords, numbers), Bits(rule.Also, numbers)))];
        _severity = severity;
    }

    public void Run(ScannedFile file, NormalizedText text, FindingSink sink)
    {
        var all = text.Text.AsSpan();
        Span<ulong> seen = stackalloc ulong[(_keywords.Count / 64) + 1];
        for (var at = _keywords.Next(all, 0); at >= 0; at = _keywords.Next(all, at))
        {
            var (start, end, goOn) = Part(all, at);
            var part = all[start..end];
            seen.Clear();
            for (var place = at - start; place >= 0; place = _keywords.Next(part, place + 1))
            {
                foreach (var number in _keywords.At(part, place))
                {
                    seen[number >> 6] |= 1UL << number;
                }
            }

            if (!Part(file, text, start, part, seen, sink))
            {
                return;
            }

            at = goOn;
        }
    }

    private static ulong[] Bits(string[] keywords, Dictionary<string, int> numbers)
    {
        var bits = keywords.Length == 0 ? [] : new ulong[(numbers.Count / 64) + 1];
        foreach (var keyword in keywords)
        {
            bits[numbers[keyword] >> 6] |= 1UL << numbers[keyword];
        }

        return bits;
    }

    private static bool Meet(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> seen)
    {
        for (var index = 0; index < bits.Length; index++)
        {
            if ((bits[index] & seen[index]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    // The line around a keyword; of an endless line a part, and the next part begins inside of this one.
    private static (int Start, int End, int GoOn) Part(ReadOnlySpan<char> all, int at)
    {
        var from = Math.Max(0, at - Before);
        var start = from + all[from..at].LastIndexOf('\n') + 1;
        var rest = all.Slice(at, Math.Min(After, all.Length - at));
        var line = rest.IndexOf('\n');
        var end = at + (line < 0 ? rest.Length : line);
        return (start, end, line >= 0 || end == all.Length ? end + 1 : Math.Max(at + 1, end - Before));
    }

    // False when the effort for this file is spent.
    private bool Part(ScannedFile file, NormalizedText text, int start, ReadOnlySpan<char> part, ReadOnlySpan<ulong> seen, FindingSink sink)
    {
        foreach (var (rule, keywords, also) in _rules)
        {
            if (!Meet(keywords, seen) || (also.Length > 0 && !Meet(also, seen)))
            {
                continue;
            }

            if (!sink.Spend(file, part.Length))
            {
                return false;
            }

            foreach (var match in rule.Expression.EnumerateMatches(part))
            {
                var origin = text.Origin(start + match.Index);
                var last = Math.Max(origin, text.Origin(start + match.Index + Math.Max(1, match.Length) - 1));
                if (rule.Counts(part.Slice(match.Index, match.Length), file.Text.AsSpan(origin, last - origin + 1)) && sink.Wants(rule.Rule))
                {
                    var spoken = rule.Rule.Severity == ScanSeverity.Block && SpeechContext.Describes(file, origin, last);
                    var severity = spoken ? ScanSeverity.Warn : _severity(file, rule.Rule);
                    sink.Add(rule.Rule, file, origin, Found(file, origin, last), spoken ? "the text speaks about this, it does not ask for it" : null, severity);
                }
            }
        }

        return true;
    }

    private static string Found(ScannedFile file, int origin, int last)
    {
        var part = file.Text.AsSpan(origin, Math.Max(1, last - origin + 1));
        return ScanText.Visible(Redaction.Text(part.Length > 400 ? part[..400].ToString() : part.ToString()));
    }
}

namespace WreSkills.Scanning;

/// <summary>Finds secrets: one pass over the text for all keywords, then the few rules that a keyword belongs to.</summary>
internal static class SecretDetector
{
    private const int MostExpression = 4200;

    private static readonly (string Keyword, SecretRule[] Rules)[] s_keywords =
    [
        .. SecretRules.All.SelectMany(rule => rule.Keywords.Select(keyword => (Keyword: keyword, Rule: rule))).GroupBy(pair => pair.Keyword).Select(group => (group.Key, group.Select(pair => pair.Rule).ToArray())),
    ];

    private static readonly KeywordIndex s_index = new([.. s_keywords.Select(keyword => keyword.Keyword)], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a text has anything that needs a closer look; most have not, and this is all that they cost.</summary>
    public static bool MayHold(ReadOnlySpan<char> text) => s_index.Next(text, 0) >= 0;

    /// <summary>Finds secrets that do not overlap, in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="generic">Whether assignments to names such as <c>password</c> count; in lock files they do not.</param>
    public static IReadOnlyList<SecretMatch> Find(ReadOnlySpan<char> text, bool generic = true)
    {
        List<SecretMatch>? found = null;
        for (var at = s_index.Next(text, 0); at >= 0; at = s_index.Next(text, at + 1))
        {
            foreach (var number in s_index.At(text, at))
            {
                var (keyword, rules) = s_keywords[number];
                foreach (var rule in rules)
                {
                    if ((generic || !IsGeneric(rule)) && Look(rule, text, at, keyword.Length) is { } match)
                    {
                        (found ??= []).Add(match);
                    }
                }
            }
        }

        return found is null ? [] : WithoutOverlaps(found);
    }

    private static bool IsGeneric(SecretRule rule) => rule == SecretRules.GenericKey || rule == SecretRules.GenericPassword;

    private static SecretMatch? Look(SecretRule rule, ReadOnlySpan<char> text, int at, int keyword)
    {
        if (rule.Form == SecretForm.Read)
        {
            return SecretReaders.Read(rule, text, at, keyword);
        }

        var start = rule.Form == SecretForm.Assigned ? Assignment.Start(text, at, keyword) : Back(rule, text, at);
        if (start < 0 || start >= text.Length || (rule.Form == SecretForm.Token && start > 0 && IsWord(text[start - 1]) && IsWord(text[start]) && !IsEscaped(text, start)))
        {
            return null;
        }

        var part = text.Slice(start, Math.Min(MostExpression, text.Length - start));
        foreach (var match in rule.Expression.EnumerateMatches(part))
        {
            var end = start + match.Length;
            var secret = text[start..end];
            return (end < text.Length && char.IsAsciiLetterOrDigit(text[end]) && char.IsAsciiLetterOrDigit(text[end - 1])) || ScanText.Entropy(secret) < rule.Entropy || SecretFilter.IsPlaceholder(secret)
                ? null
                : new SecretMatch(rule, start, match.Length, SecretChecksum.Fits(rule, secret) == false ? "its checksum does not fit, so it is a copying mistake or an invented example" : null);
        }

        return null;
    }

    // Where a token begins whose keyword stands inside it.
    private static int Back(SecretRule rule, ReadOnlySpan<char> text, int at)
    {
        if (rule.Before >= 0)
        {
            return at - rule.Before;
        }

        var start = at;
        while (start > 0 && char.IsAsciiDigit(text[start - 1]) && at - start < 20)
        {
            start--;
        }

        return start;
    }

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    // "\n" or "\t" written out before a token is no part of it.
    private static bool IsEscaped(ReadOnlySpan<char> text, int start) => start > 1 && text[start - 2] == '\\' && text[start - 1] is 'n' or 't' or 'r';

    // A specific rule wins over a general one, then what begins earlier, then what is longer.
    private static IReadOnlyList<SecretMatch> WithoutOverlaps(List<SecretMatch> found)
    {
        var specific = Sweep(found.Where(match => !IsGeneral(match.Rule)));
        var kept = new List<SecretMatch>(specific.Count);
        var index = 0;
        foreach (var match in Sweep(found.Where(match => IsGeneral(match.Rule))))
        {
            while (index < specific.Count && specific[index].End <= match.Start)
            {
                kept.Add(specific[index++]);
            }

            if (index == specific.Count || specific[index].Start >= match.End)
            {
                kept.Add(match);
            }
        }

        kept.AddRange(specific.Skip(index));
        return kept;
    }

    private static List<SecretMatch> Sweep(IEnumerable<SecretMatch> matches)
    {
        var kept = new List<SecretMatch>();
        foreach (var match in matches.OrderBy(match => match.Start).ThenByDescending(match => match.Length).ThenBy(match => IsGeneric(match.Rule)))
        {
            if (kept.Count == 0 || kept[^1].End <= match.Start)
            {
                kept.Add(match);
            }
        }

        return kept;
    }

    private static bool IsGeneral(SecretRule rule) => IsGeneric(rule) || rule == SecretRules.BearerHeader || rule == ModelSecrets.Compatible;
}

using System.Text.RegularExpressions;

namespace WreSkills.Scanning;

/// <summary>A rule that is an expression over normalized text: lower case, one blank between words.</summary>
/// <param name="Rule">What people are told.</param>
/// <param name="Keywords">Texts of which one must stand in the line, so that the expression seldom runs.</param>
/// <param name="Pattern">What is dangerous.</param>
/// <param name="Unless">What makes a match harmless when it is found within it; null for nothing.</param>
internal sealed record TextRule(ScanRule Rule, string[] Keywords, string Pattern, string? Unless = null)
{
    private Regex? _expression;
    private Regex? _exception;
    private Regex? _original;

    /// <summary>Further texts of which one must stand in the line too; empty for none.</summary>
    public string[] Also { get; init; } = [];

    /// <summary>What must stand in the match before it was brought into lower case; null for nothing.</summary>
    public string? Original { get; init; }

    public Regex Expression => _expression ??= Compile(Pattern);

    /// <summary>Whether a match counts.</summary>
    /// <param name="match">The match in the normalized text.</param>
    /// <param name="original">The same in the original.</param>
    public bool Counts(ReadOnlySpan<char> match, ReadOnlySpan<char> original) =>
        !(Unless is not null && (_exception ??= Compile(Unless)).IsMatch(match)) && (Original is null || (_original ??= Compile(Original)).IsMatch(original));

    // Made when first needed, since most scans need few; made twice by two threads, one is forgotten.
    private static Regex Compile(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}

using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>What kind of thing a step of a run is.</summary>
public enum StepKind
{
    /// <summary>A call of any kind: tool, command or skill.</summary>
    Call,

    /// <summary>A tool call.</summary>
    Tool,

    /// <summary>A command line that was run.</summary>
    Command,

    /// <summary>Another skill that was used.</summary>
    Skill,

    /// <summary>A message.</summary>
    Message,

    /// <summary>A statement of a fact.</summary>
    Fact,
}

/// <summary>How the name in a <see cref="NamePattern"/> is compared.</summary>
public enum NameComparison
{
    /// <summary>The exact text; for a command its first words.</summary>
    Literal,

    /// <summary><c>*</c> and <c>?</c> stand for any text and any character.</summary>
    Glob,

    /// <summary>A regular expression, non-backtracking.</summary>
    Regex,
}

/// <summary>A name, a glob or a regular expression.</summary>
/// <param name="Text">The text without the slashes of a regular expression.</param>
/// <param name="Comparison">How it is compared.</param>
public sealed record NamePattern(string Text, NameComparison Comparison)
{
    private Regex? _regex;

    /// <summary>Whether a name fits.</summary>
    /// <param name="name">The name.</param>
    /// <param name="firstWords">True for command lines: a literal also fits when the line goes on after it with a blank.</param>
    public bool Fits(string name, bool firstWords = false) => Comparison switch
    {
        NameComparison.Regex => (_regex ??= PatternRegex.Create(Text)).IsMatch(name),
        NameComparison.Glob => FileSystemName.MatchesSimpleExpression(Text, name, ignoreCase: false),
        _ => name == Text || (firstWords && name.Length > Text.Length && name[Text.Length] is ' ' or '\t' or '\n' && name.StartsWith(Text, StringComparison.Ordinal)),
    };

    /// <summary>As it is written.</summary>
    public override string ToString() => Comparison == NameComparison.Regex ? $"/{Text}/" : Text;

    /// <summary>Compares what is written; the compiled expression is no part of it.</summary>
    public bool Equals(NamePattern? other) => other is not null && Text == other.Text && Comparison == other.Comparison;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Text, Comparison);
}

/// <summary>One step of a run as a pattern speaks of it.</summary>
public sealed record StepPattern
{
    /// <summary>What kind of step.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The tool's, command's or skill's name, or the message's text; null for any.</summary>
    public NamePattern? Name { get; init; }

    /// <summary>The fact that is stated, for <see cref="StepKind.Fact"/>; null otherwise.</summary>
    public PatternRule? Fact { get; init; }

    /// <summary>What the arguments must be; null when they do not matter.</summary>
    public ValuePattern? Arguments { get; init; }

    /// <summary>What the result must be; null when it does not matter.</summary>
    public ValuePattern? Result { get; init; }

    /// <summary>Arguments at the top that are not compared.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Whether the call must have worked (true) or failed (false); null when it does not matter.</summary>
    public bool? Ok { get; init; }

    /// <summary>Who says a message, such as <c>assistant</c>; null for anyone.</summary>
    public string? Role { get; init; }

    /// <summary>In a few words.</summary>
    public string Describe()
    {
        if (Kind == StepKind.Fact)
        {
            return Fact!.Describe();
        }

        var name = Name is null ? $"any {Kind.ToString().ToLowerInvariant()}" : Kind switch
        {
            StepKind.Message => $"message {Name}",
            StepKind.Skill => $"skill {Name}",
            _ => Name.ToString(),
        };
        return name + (Arguments is null ? "" : $"({Arguments.Describe()})") + (Result is null ? "" : $" = {Result.Describe()}") + (Ok switch { true => " that works", false => " that fails", null => "" });
    }
}

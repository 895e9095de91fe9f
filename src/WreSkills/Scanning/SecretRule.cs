using System.Text.RegularExpressions;

namespace WreSkills.Scanning;

/// <summary>Where the secret of a rule stands.</summary>
internal enum SecretForm
{
    /// <summary>The keyword is a part of the secret, as a rule its prefix.</summary>
    Token,

    /// <summary>The keyword is a part of a name to which the secret is assigned.</summary>
    Assigned,

    /// <summary>Code of its own decides (<see cref="SecretReaders"/>).</summary>
    Read,
}

/// <summary>One kind of secret: a row of the tables. Expressions begin at the keyword, or at the value, and nowhere else.</summary>
internal sealed class SecretRule
{
    private readonly Lazy<Regex> _expression;

    private SecretRule(string name, string title, SecretForm form, string keywords, string pattern, double entropy, int before)
    {
        Name = name;
        Form = form;
        Keywords = keywords.Split('|');
        Pattern = pattern;
        Entropy = entropy;
        Before = before;
        _expression = new(() => new Regex(@"\A(?:" + pattern + ")", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        Rule = new ScanRule(
            $"WRE-SECRET-{name.ToUpperInvariant()}", ScanSeverity.Block, SkillRisk.OverPrivilegedSkills, title,
            $"This looks like a real credential ({title}). Everyone who can read the skill, its history or a log of it can use the credential.",
            "Revoke the credential, take it out of the files and their history, and let the agent read it from its environment.");
    }

    /// <summary>Name for people and for redaction markers.</summary>
    public string Name { get; }

    public SecretForm Form { get; }

    /// <summary>Texts of which one must be there; compared without case.</summary>
    public IReadOnlyList<string> Keywords { get; }

    /// <summary>The expression of the secret.</summary>
    public string Pattern { get; }

    /// <summary>Least bits per character of the secret.</summary>
    public double Entropy { get; }

    /// <summary>Characters of the secret before the keyword; -1 for as many digits as there are.</summary>
    public int Before { get; }

    public ScanRule Rule { get; }

    public Regex Expression => _expression.Value;

    /// <summary>A secret that begins with a keyword.</summary>
    public static SecretRule Token(string name, string title, string keywords, string pattern, double entropy = 2.5, int before = 0) => new(name, title, SecretForm.Token, keywords, pattern, entropy, before);

    /// <summary>A secret that is assigned to a name with a keyword.</summary>
    public static SecretRule Assigned(string name, string title, string keywords, string pattern, double entropy = 3) => new(name, title, SecretForm.Assigned, keywords, pattern, entropy, 0);

    /// <summary>A secret that code looks for.</summary>
    public static SecretRule Read(string name, string title, string keywords, double entropy = 0) => new(name, title, SecretForm.Read, keywords, "", entropy, 0);
}

/// <summary>A secret in a text.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Start">Its first character.</param>
/// <param name="Length">Its length.</param>
/// <param name="Doubt">Why it may be none; null when nothing speaks against it.</param>
internal readonly record struct SecretMatch(SecretRule Rule, int Start, int Length, string? Doubt = null)
{
    public int End => Start + Length;
}

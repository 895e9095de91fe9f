using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>The names a skill may have: they become folder and file names, so they are strict.</summary>
public static partial class SkillName
{
    /// <summary>Longest name in characters, as in the Agent Skills standard.</summary>
    public const int MaxLength = 64;

    private static readonly string[] s_stateSuffixes = ["_prototype", "_staged"];

    /// <summary>Says why a text is no skill name.</summary>
    /// <returns>The reason, or null when it is one.</returns>
    public static string? Problem(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"a skill name has 1 to {MaxLength} characters, this one has {name.Length}";
        }

        if (!Allowed().IsMatch(name))
        {
            return $"'{name}' is no skill name: letters, digits, '-' and '_' only, beginning with a letter or digit";
        }

        var suffix = s_stateSuffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
        return suffix is null ? null : $"'{name}' ends in '{suffix}', which names a state of a skill, not a skill";
    }

    /// <summary>Throws when a text is no skill name.</summary>
    /// <exception cref="WreException">It is none; the message says why.</exception>
    public static void Require(string name)
    {
        if (Problem(name) is { } problem)
        {
            throw new WreException(char.ToUpperInvariant(problem[0]) + problem[1..] + ".", "pass the skill's own name, without state suffix and path");
        }
    }

    /// <summary>A folder's name without <c>_prototype</c> or <c>_staged</c>.</summary>
    public static string WithoutState(string folder)
    {
        var suffix = s_stateSuffixes.FirstOrDefault(suffix => folder.EndsWith(suffix, StringComparison.Ordinal));
        return suffix is null ? folder : folder[..^suffix.Length];
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]*\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Allowed();
}

using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>A place where a skill speaks of another.</summary>
/// <param name="Skill">The other's name.</param>
/// <param name="FoundIn"><c>dependencies</c>, <c>patterns</c>, <c>link</c> or <c>text</c>.</param>
/// <param name="Line">The line of <c>SKILL.md</c> for links and text, else 0.</param>
public sealed record SkillReference(string Skill, string FoundIn, int Line)
{
    /// <summary>True when it can mean nothing but a skill; the words "use the docker skill" count only if there is one of that name.</summary>
    public bool IsCertain => FoundIn != Text;

    /// <summary>The value of <see cref="FoundIn"/> for mere words.</summary>
    public const string Text = "text";
}

/// <summary>Which other skills a skill speaks of: among its dependencies, in patterns of kind skill, by links to their folders, and in words.</summary>
public static partial class SkillReferences
{
    /// <summary>More than anybody writes; what comes after them is not looked at.</summary>
    private const int Most = 200;

    /// <summary>All of them, each skill once and by its most certain mention, in the order of certainty.</summary>
    public static IReadOnlyList<SkillReference> Of(SkillFolder folder)
    {
        var references = new Dictionary<string, SkillReference>();
        foreach (var reference in All(folder).Take(Most).Where(reference => reference.Skill != folder.Name && SkillName.Problem(reference.Skill) is null))
        {
            references.TryAdd(reference.Skill, reference);
        }

        return [.. references.Values];
    }

    private static IEnumerable<SkillReference> All(SkillFolder folder)
    {
        foreach (var (_, name) in folder.Settings.Dependencies.All)
        {
            if (name.StartsWith("skill:", StringComparison.Ordinal))
            {
                yield return new SkillReference(name["skill:".Length..], "dependencies", 0);
            }
        }

        foreach (var name in folder.Settings.Dependencies.Skills)
        {
            yield return new SkillReference(name, "dependencies", 0);
        }

        // A skill that must not be used is none that this one needs.
        var steps = folder.Patterns.SelectMany(pattern => pattern.Rule.SelfAndInner()).Where(rule => rule is not ForbidRule).SelectMany(rule => rule.Steps);
        foreach (var step in steps.Where(step => step is { Kind: StepKind.Skill, Name.Comparison: NameComparison.Literal }))
        {
            yield return new SkillReference(step.Name!.Text, "patterns", 0);
        }

        if (folder.Document is not { } document || !MaySpeakOfSkills(document.Body))
        {
            yield break;
        }

        // Most lines speak of no skill; the expressions are for those that may.
        var lines = document.Body.Split('\n').Index().Where(line => MaySpeakOfSkills(line.Item)).ToList();
        (string FoundIn, Regex Pattern)[] kinds = [("link", Link()), ("link", Explicit()), (SkillReference.Text, Words())];
        foreach (var (found, pattern) in kinds)
        {
            foreach (var (index, line) in lines)
            {
                foreach (Match match in pattern.Matches(line))
                {
                    yield return new SkillReference(SkillName.WithoutState(match.Groups["name"].Value), found, document.BodyLine + index);
                }
            }
        }
    }

    private static bool MaySpeakOfSkills(string text) => text.Contains("skill", StringComparison.OrdinalIgnoreCase) || text.Contains("](../", StringComparison.Ordinal);

    // ../other/SKILL.md, .claude/skills/other_staged/, skills/other/SKILL.md#part
    [GeneratedRegex(@"(?:\]\(\.\./|skills/)(?<name>[A-Za-z0-9][A-Za-z0-9_-]*)(?:/SKILL\.md|/?[)#`\s]|/?$)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    // skill:other
    [GeneratedRegex(@"(?:^|[^A-Za-z0-9_:-])skill:(?<name>[A-Za-z0-9][A-Za-z0-9_-]*)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Explicit();

    // the `other` skill, use the other skill, the skill `other`
    [GeneratedRegex(@"(?:(?:[Tt]he|[Uu]se|[Ii]nvoke|[Cc]all|[Rr]un)\s+[`'""*]*(?<name>[A-Za-z0-9][A-Za-z0-9_-]*)[`'""*]*\s+skill\b)|(?:\b[Ss]kill\s+[`'""](?<name>[A-Za-z0-9][A-Za-z0-9_-]*)[`'""])", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}

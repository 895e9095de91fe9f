using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests;

/// <summary>Writes small skill folders.</summary>
internal static class TestSkill
{
    public const string Name = "spam_filter";

    /// <summary>A sound <c>SKILL.md</c> with further lines of front matter.</summary>
    public static string Text(string frontMatter = "", string body = "# Spam\n\nLook at every message.\n", string name = Name) =>
        $"---\nname: {name}\ndescription: Finds spam.\n{frontMatter}---\n{body}";

    /// <summary>Writes files and reads the folder; without a <c>SKILL.md</c> among them a sound one is added.</summary>
    public static SkillFolder Read(TemporaryFolder folder, params (string Path, string Text)[] files)
    {
        Write(folder, files);
        return SkillFolder.Read(folder.At(Name), new SkillLimits());
    }

    public static string Write(TemporaryFolder folder, params (string Path, string Text)[] files)
    {
        if (!files.Any(file => file.Path == SkillFolder.SkillFileName))
        {
            folder.Write($"{Name}/SKILL.md", Text());
        }

        foreach (var (path, text) in files)
        {
            folder.Write($"{Name}/{path}", text);
        }

        return folder.At(Name);
    }

    /// <summary>Findings without their messages: <c>code file:line</c>.</summary>
    public static string[] Codes(SkillFolder folder) => [.. folder.Findings.Select(finding => $"{finding.Code} {finding.File}:{finding.Line}")];
}

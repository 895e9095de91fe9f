using System.Text;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>The skill reference in a module's README.md and INTERFACE.md (policy 2.2): a marked block, generated from the registry.</summary>
public sealed class ModuleDocuments(WorkspaceLayout layout)
{
    private const string Begin = "<!-- wre-skills:begin (generated; edits between the marks are lost) -->";
    private const string End = "<!-- wre-skills:end -->";
    private const string BeginMark = "<!-- wre-skills:begin";

    /// <summary>Writes the block of a module anew; everything outside the marks stays as it is.</summary>
    public void Sync(string module, RegistryDocument registry, Func<string, string> describe)
    {
        if (layout.ModuleFolder(module) is not { } folder)
        {
            return;
        }

        var skills = registry.Skills.Where(skill => skill.Value.Module == module && skill.Value.Live(PromotionState.Production) is not null).ToList();
        foreach (var name in (ReadOnlySpan<string>)["README.md", "INTERFACE.md"])
        {
            Sync(Path.Combine(folder, name), name == "README.md" ? Readme(skills, describe) : Interface(skills, describe), module);
        }
    }

    /// <summary>True when both documents of a module name a skill with this version; for checks.</summary>
    public bool Mentions(string module, string skill, string version) => layout.ModuleFolder(module) is not { } folder
        || Array.TrueForAll(["README.md", "INTERFACE.md"], name =>
        {
            var path = Path.Combine(folder, name);
            return File.Exists(path) && Block(File.ReadAllText(path)) is { } block
                && block.Contains($"`{skill}`", StringComparison.Ordinal) && block.Contains(version, StringComparison.Ordinal);
        });

    private static void Sync(string path, string block, string module)
    {
        var known = File.Exists(path);
        if (!known && block.Length == 0)
        {
            return;
        }

        var old = known ? File.ReadAllText(path) : $"# {module.Split('/')[^1]}\n";
        var newLine = old.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var next = Insert(old.ReplaceLineEndings("\n"), block).ReplaceLineEndings(newLine);
        if (!known || next != old)
        {
            DurableFile.Replace(path, next);
        }
    }

    private static string Insert(string text, string block)
    {
        var begin = text.IndexOf(BeginMark, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        var marked = block.Length == 0 ? "" : $"{Begin}\n{block}{End}\n";
        if (begin < 0 || end < 0)
        {
            return marked.Length == 0 ? text : text.TrimEnd('\n') + "\n\n" + marked;
        }

        var rest = text[(end + End.Length)..].TrimStart('\n');
        var before = marked.Length == 0 ? text[..begin].TrimEnd('\n') + "\n" : text[..begin];
        return before + marked + (rest.Length > 0 ? "\n" + rest : "");
    }

    private static string? Block(string text)
    {
        var begin = text.IndexOf(BeginMark, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? null : text[begin..end];
    }

    private static string Readme(IReadOnlyList<KeyValuePair<string, SkillEntry>> skills, Func<string, string> describe)
    {
        if (skills.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder("## Skills in production\n\n| skill | version | what it does |\n|---|---|---|\n");
        foreach (var (name, entry) in skills)
        {
            text.Append($"| [`{name}`](skills/{name}/SKILL.md) | {entry.Live(PromotionState.Production)!.Value.Label} | {Cell(describe(name))} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Interface(IReadOnlyList<KeyValuePair<string, SkillEntry>> skills, Func<string, string> describe)
    {
        if (skills.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder("## Skills\n\n");
        foreach (var (name, entry) in skills)
        {
            text.Append($"- `{name}` {entry.Live(PromotionState.Production)!.Value.Label} ({entry.IntentType}, agent {entry.PrimaryAgent}): load it with `wre load --skill {name}`. {Cell(describe(name))}\n");
        }

        return text.Append('\n').ToString();
    }

    // Descriptions come from skill authors: one line, no table breaks, no marks of ours.
    private static string Cell(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal).Replace("<!--", "", StringComparison.Ordinal);
        return line.Length <= 200 ? line : line[..199] + "…";
    }
}

using System.Text.RegularExpressions;

using WreSkills.Skills;
using WreSkills.Storage;

using static WreSkills.Scanning.ScanSeverity;
using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>Judges the front matter of a skill.</summary>
internal static partial class FrontMatterRules
{
    private const int MostDescription = 1024;

    public static readonly ScanRule Anchor = Rule("001", Block, InsecureMetadata, "YAML anchor or alias", "Anchors and aliases buy nothing in front matter and can blow it up to any size.", "Write the value out.");
    public static readonly ScanRule Tag = Rule("002", Block, InsecureMetadata, "YAML tag", "Some readers run code for a tag, such as !!python/object.", "Delete the tag.");
    public static readonly ScanRule Duplicate = Rule("003", Block, InsecureMetadata, "Key twice", "One reader takes the first value, another the last: the reviewer and the agent see different skills.", "Keep one of them.");
    public static readonly ScanRule Broken = Rule("004", Warn, InsecureMetadata, "Front matter that cannot be read", "Clients disagree about what broken YAML says.", "Mend the YAML.");
    public static readonly ScanRule AnyTool = Rule("005", Warn, OverPrivilegedSkills, "Any command is allowed", "With an unrestricted shell, every other restriction is for nothing.", "Name the commands, such as Bash(git diff:*).");
    public static readonly ScanRule OtherName = Rule("006", Warn, InsecureMetadata, "Name is not the folder's", "A skill under another's name is chosen in its place.", "Give the folder the name, or the name the folder's.");
    public static readonly ScanRule Hooks = Rule("007", Block, MaliciousSkills, "Hooks in the front matter", "Hooks run commands outside of what the agent decides and the person sees.", "Describe the step in the text.");
    public static readonly ScanRule LongDescription = Rule("008", Warn, InsecureMetadata, "Very long description", "The description stands in every conversation, chosen or not; there is where injections hide.", "Use at most 1,024 characters.");
    public static readonly ScanRule Markup = Rule("009", Warn, InsecureMetadata, "Tags in the description", "Tags in a description imitate the structure of the system prompt that it is put into.", "Write plain text.");
    public static readonly ScanRule Commanding = Rule("010", Warn, InsecureMetadata, "Description gives orders", "The description is to say when the skill fits; orders there reach the agent without the skill being chosen.", "Say what the skill does and when to use it.");
    public static readonly ScanRule Bypass = Rule("011", Block, OverPrivilegedSkills, "Asks for a permission bypass", "The skill would run without any question.", "Delete the key.");
    public static readonly ScanRule Vendor = Rule("012", Warn, InsecureMetadata, "Name of a vendor", "A skill that bears a vendor's name looks as if it came from there.", "Choose another name.");

    public static IReadOnlyList<ScanRule> All { get; } = [Anchor, Tag, Duplicate, Broken, AnyTool, OtherName, Hooks, LongDescription, Markup, Commanding, Bypass, Vendor];

    /// <summary>Judges the front matter of a <c>SKILL.md</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">Name of the folder it is in; null when that is not known.</param>
    /// <param name="sink">Gains the findings.</param>
    /// <returns>The front matter, or null.</returns>
    public static YamlMapping? Run(ScannedFile file, string? folder, FindingSink sink)
    {
        if (file.FrontMatterEnd == 0)
        {
            return null;
        }

        var text = file.Text[..(file.FrontMatterEnd - 4)].Replace("\r\n", "\n", StringComparison.Ordinal);
        var first = text.IndexOf('\n', StringComparison.Ordinal);
        var problems = new List<YamlProblem>();
        var matter = first < 0 ? null : YamlReader.Read(text[(first + 1)..], 2, problems) as YamlMapping;
        foreach (var problem in problems)
        {
            var rule = problem.Message.Contains("anchor", StringComparison.Ordinal) || problem.Message.Contains("alias", StringComparison.Ordinal) ? Anchor
                : problem.Message.Contains("tags are", StringComparison.Ordinal) ? Tag
                : problem.Message.Contains("second time", StringComparison.Ordinal) ? Duplicate : Broken;
            Add(rule, problem.Line, problem.Message);
        }

        if (matter is not null)
        {
            Keys(matter, folder, Add);
            Description(matter, Add);
        }

        return matter;

        void Add(ScanRule rule, int line, string found) => sink.Add(rule, file, LineStart(file, line), ScanText.Visible(found));
    }

    private static void Keys(YamlMapping matter, string? folder, Action<ScanRule, int, string> add)
    {
        foreach (var (key, value) in matter.Entries)
        {
            var normal = key.Replace('_', '-').ToLowerInvariant();
            if (normal == "allowed-tools")
            {
                foreach (var tool in ToolNames.Of(value).Where(IsAnything))
                {
                    add(AnyTool, value.Line, tool);
                }
            }
            else if (normal is "hooks" or "hook" or "on-load" or "pre-run" or "post-run" or "startup" or "mcp-servers" or "mcpservers")
            {
                add(Hooks, value.Line, key);
            }
            else if (normal is "permissionmode" or "permission-mode" or "dangerously-skip-permissions" or "auto-approve" or "autoapprove" or "bypass-permissions" && value is YamlScalar { Text: not ("false" or "default" or "plan" or "ask") } mode)
            {
                add(Bypass, value.Line, $"{key}: {mode.Text}");
            }
        }

        if (matter.Text("name") is { } name)
        {
            // A stored version's folder is named by its digest.
            if (folder is not null && SkillName.Problem(SkillName.WithoutState(folder)) is null && !IsDigest(folder) && SkillName.WithoutState(name) != SkillName.WithoutState(folder))
            {
                add(OtherName, matter["name"]!.Line, $"{name} in the folder {folder}");
            }

            if (Vendors().Match(name.ToLowerInvariant()) is { Success: true } vendor)
            {
                add(Vendor, matter["name"]!.Line, vendor.Value);
            }
        }
    }

    private static void Description(YamlMapping matter, Action<ScanRule, int, string> add)
    {
        if (matter.Text("description") is not { } description)
        {
            return;
        }

        var line = matter["description"]!.Line;
        if (description.Length > MostDescription)
        {
            add(LongDescription, line, $"{description.Length:N0} characters");
        }

        if (Markups().Match(description) is { Success: true } markup)
        {
            add(Markup, line, markup.Value);
        }

        if (Orders().Match(description.ToLowerInvariant()) is { Success: true } order)
        {
            add(Commanding, line, order.Value);
        }
    }

    private static bool IsAnything(string tool) => tool is "*" or "Bash" or "Bash(*)" or "Bash(:*)" or "Bash(*:*)" or "Shell" or "shell" or "bash" or "all" or "mcp__*" || (tool.StartsWith("Bash(", StringComparison.Ordinal) && tool.EndsWith(":*)", StringComparison.Ordinal) && tool[5..^3] is "bash" or "sh" or "sudo" or "python" or "python3" or "node" or "eval");

    private static bool IsDigest(string folder) => folder.Length == 64 && folder.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    private static int LineStart(ScannedFile file, int line)
    {
        var at = 0;
        for (var current = 1; current < line; current++)
        {
            var next = file.Text.IndexOf('\n', at);
            if (next < 0)
            {
                break;
            }

            at = next + 1;
        }

        return at;
    }

    private static ScanRule Rule(string number, ScanSeverity severity, SkillRisk risk, string title, string explanation, string hint) => new($"WRE-FRONT-{number}", severity, risk, title, explanation, hint);

    [GeneratedRegex(@"(?:^|[-_])(?:anthropic|claude|openai|chatgpt|google|gemini|microsoft|copilot|github)(?:[-_]official|$|[-_])", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Vendors();

    [GeneratedRegex(@"</?[A-Za-z][A-Za-z0-9_-]{0,30}(?: [^<>]{0,100})?/?>", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Markups();

    [GeneratedRegex(@"\b(?:you must|must always be|always use this|always invoke|always call|never use any other|before (?:every|any) (?:response|answer|task|other)|for (?:every|all|any) (?:request|task|message|question)s?\b|ignore (?:all|any|other|previous)|do not (?:tell|ask|mention)|mandatory|highest priority)\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Orders();
}

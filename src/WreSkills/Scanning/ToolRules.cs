using System.Text.RegularExpressions;

using WreSkills.Storage;

using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>Compares the tools that a skill uses with those that it declares.</summary>
internal static partial class ToolRules
{
    private const int MostListed = 5;

    public static readonly ScanRule Shell = Rule("001", "Shell commands that are not declared", "The skill has shell commands, but allowed-tools does not name a shell.", "Add Bash with the commands that are needed to allowed-tools.");
    public static readonly ScanRule Network = Rule("002", "Network access that is not declared", "The skill fetches from the network, but allowed-tools names nothing that may.", "Add WebFetch, or Bash with the command, to allowed-tools.");
    public static readonly ScanRule Server = Rule("003", "MCP tool that is not declared", "The skill calls a tool of a server that allowed-tools does not name.", "Add the tool to allowed-tools.");
    public static readonly ScanRule Program = Rule("004", "Programs that are not declared", "The skill runs programs, but allowed-tools allows no interpreter.", "Add Bash with the interpreter to allowed-tools.");

    public static IReadOnlyList<ScanRule> All { get; } = [Shell, Network, Server, Program];

    /// <summary>Judges one text of a skill that declares its tools.</summary>
    /// <param name="file">The text.</param>
    /// <param name="tools">What <c>allowed-tools</c> names.</param>
    /// <param name="sink">Gains the findings.</param>
    public static void Run(ScannedFile file, IReadOnlyList<string> tools, FindingSink sink)
    {
        if (file.Kind != TextKind.Markdown || tools.Contains("*"))
        {
            return;
        }

        var shells = tools.Where(tool => tool.StartsWith("Bash", StringComparison.OrdinalIgnoreCase) || tool.StartsWith("Shell", StringComparison.OrdinalIgnoreCase) || tool.StartsWith("PowerShell", StringComparison.OrdinalIgnoreCase)).ToList();
        if (shells.Count == 0)
        {
            First(Shell, ShellFence().Match(file.Text), file, sink);
            First(Program, ProgramFence().Match(file.Text), file, sink);
        }

        if (!shells.Exists(shell => !shell.Contains('(', StringComparison.Ordinal) || Fetchers().IsMatch(shell)) && !tools.Any(tool => tool.StartsWith("Web", StringComparison.OrdinalIgnoreCase)))
        {
            First(Network, Fetching().Match(file.Text), file, sink);
        }

        var listed = 0;
        foreach (var call in ServerTool().EnumerateMatches(file.Text))
        {
            var name = file.Text.AsSpan(call.Index, call.Length).ToString();
            if (call.Index >= file.FrontMatterEnd && !tools.Any(tool => tool == name || (tool.EndsWith('*') && name.StartsWith(tool[..^1], StringComparison.Ordinal)) || name.StartsWith(tool + "__", StringComparison.Ordinal)) && listed++ < MostListed)
            {
                sink.Add(Server, file, call.Index, name);
            }
        }
    }

    private static void First(ScanRule rule, Match match, ScannedFile file, FindingSink sink)
    {
        if (match.Success)
        {
            sink.Add(rule, file, match.Index, ScanText.Visible(match.Value.TrimStart()));
        }
    }

    private static ScanRule Rule(string number, string title, string explanation, string hint) => new($"WRE-TOOLS-{number}", ScanSeverity.Warn, OverPrivilegedSkills, title, explanation, hint);

    [GeneratedRegex(@"(?:^|\n)[ \t]{0,8}(?:```|~~~)[ ]?(?:bash|sh|shell|zsh|console|powershell|pwsh|ps1)[ \t]*\r?\n[^\n]{0,100}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex ShellFence();

    [GeneratedRegex(@"(?:^|[\n`$ ])(?:python3?|node|ruby|perl|deno|bun|uv run|npx) [^\n`]{0,60}\.(?:py|js|mjs|ts|rb|pl)\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex ProgramFence();

    [GeneratedRegex(@"\b(?:curl|wget) (?:-[^\n ]+ ){0,6}[""']?https?://[^\s""'`]{1,80}|\bWebFetch\b|\brequests\.(?:get|post|put)\(|\bhttpx\.(?:get|post|put)\(|\bfetch\([""']https?://[^\s""'`]{1,80}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Fetching();

    [GeneratedRegex(@"curl|wget|http|python|node|fetch", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Fetchers();

    [GeneratedRegex(@"\bmcp__[A-Za-z0-9][A-Za-z0-9-]{0,40}(?:_[A-Za-z0-9-]{1,40}){0,6}__[A-Za-z0-9_-]{1,60}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex ServerTool();
}

/// <summary>Takes <c>allowed-tools</c> apart: separated by blanks or commas, which inside of parentheses belong to the tool.</summary>
internal static class ToolNames
{
    public static IReadOnlyList<string> Of(YamlNode? node) => node switch
    {
        YamlScalar scalar => Split(scalar.Text),
        YamlSequence list => [.. list.Items.OfType<YamlScalar>().Select(item => item.Text.Trim()).Where(item => item.Length > 0)],
        _ => [],
    };

    private static List<string> Split(string text)
    {
        var names = new List<string>();
        var (start, depth) = (0, 0);
        for (var index = 0; index <= text.Length; index++)
        {
            var character = index < text.Length ? text[index] : ' ';
            depth += character == '(' ? 1 : character == ')' ? -1 : 0;
            if (depth <= 0 && (character is ',' || char.IsWhiteSpace(character)))
            {
                if (index > start)
                {
                    names.Add(text[start..index]);
                }

                start = index + 1;
            }
        }

        return names;
    }
}

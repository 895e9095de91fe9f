using System.Text;
using System.Text.RegularExpressions;

using WreSkills.EndToEnd.Crash;

namespace WreSkills.EndToEnd.Cli;

/// <summary><c>docs/reference/commands.md</c> is what the program says of itself; WRE_WRITE_REFERENCE=1 writes it anew.</summary>
public sealed partial class CommandReferenceTests
{
    [Fact]
    public void The_reference_of_commands_is_what_the_program_says()
    {
        var text = new StringBuilder("# Commands\n\nWhat `wre COMMAND --help` prints, all of it. Every command also takes the global options of the first block. A test compares this page with the program.\n");
        var count = Write(text, []);
        Assert.True(count > 60, $"{count} commands");
        var path = Path.Combine(WreProcess.RepositoryRoot(), "docs", "reference", "commands.md");
        if (Environment.GetEnvironmentVariable("WRE_WRITE_REFERENCE") == "1")
        {
            File.WriteAllText(path, text.ToString());
        }

        Assert.True(File.ReadAllText(path) == text.ToString(), "docs/reference/commands.md is stale; run this test with WRE_WRITE_REFERENCE=1");
    }

    private static int Write(StringBuilder text, IReadOnlyList<string> verbs)
    {
        var result = WreCommand.Run(Path.GetTempPath(), null, [.. verbs, "--help"]);
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, string.Join(' ', verbs) + result.Error);
        var help = string.Join('\n', result.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
        if (verbs.Count > 0)
        {
            // They are the same for all commands.
            help = Global().Replace(help, "");
        }

        text.Append($"\n{(verbs.Count > 1 ? "###" : "##")} {string.Join(' ', ["wre", .. verbs])}\n\n```text\n{help}\n```\n");
        var subcommands = Subcommands().Match(help) is { Success: true } found ? Name().Matches(found.Value).Select(match => match.Groups["name"].Value).ToList() : [];
        return 1 + subcommands.Sum(name => Write(text, [.. verbs, name]));
    }

    [GeneratedRegex(@"^ +(-\?, -h, --help|--workspace <DIR>|--output <json\|text>|--output <text\|json>|--trust-root <FILE>) .*(\n|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Global();

    [GeneratedRegex(@"^Commands:\n(  .*(\n|$))+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Subcommands();

    [GeneratedRegex(@"^  (?<name>[a-z][a-z-]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}

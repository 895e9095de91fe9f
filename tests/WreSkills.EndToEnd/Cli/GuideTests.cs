using System.Text.RegularExpressions;

using WreSkills.EndToEnd.Crash;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The guides: what they tell people to type is there, and the first of them is run as it stands.</summary>
public sealed partial class GuideTests : IDisposable
{
    private static readonly string s_root = WreProcess.RepositoryRoot();

    private readonly string _folder = Directory.CreateTempSubdirectory("wre-guide-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<string> Documents() =>
        ((IEnumerable<string>)["README.md", "CONTRIBUTING.md", "SECURITY.md"]).Select(name => Path.Combine(s_root, name)).Concat(Directory.EnumerateFiles(Path.Combine(s_root, "docs"), "*.md", SearchOption.AllDirectories));

    [Fact]
    public void The_first_guide_can_be_pasted_into_an_empty_folder()
    {
        Assert.SkipUnless(Directory.GetFiles("/usr/bin", "python3").Length > 0, "the agent of the guide is written in Python, which test.sh installs");
        var blocks = Blocks().Matches(File.ReadAllText(Path.Combine(s_root, "docs", "guides", "start.md"))).Select(match => match.Groups["text"].Value).ToList();
        Assert.True(blocks.Count >= 5, $"{blocks.Count} blocks");
        var script = "set -e\n" + string.Join('\n', blocks);
        var result = WreCommand.Shell(_folder, script);

        // The last command asks whether it is ready for production, which it is not yet.
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Contains("3 of 3 runs passed", result.Output, StringComparison.Ordinal);
        Assert.Contains("Promoted triage-mail 1.0: prototype → staged", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"10 % of keys, \d+ executions", result.Output);
    }

    [Fact]
    public void Every_command_and_option_that_a_document_names_is_there()
    {
        var problems = new List<string>();
        var helps = new Dictionary<string, string>();
        foreach (var file in Documents())
        {
            foreach (var line in Code().Matches(Continued().Replace(File.ReadAllText(file), " ")).SelectMany(match => match.Value.Split('\n')).SelectMany(line => Commands().Matches(line)).Select(match => match.Groups["line"].Value).Distinct())
            {
                Check(Path.GetRelativePath(s_root, file), line, helps, problems);
            }
        }

        Assert.True(helps.Count > 30, $"only {helps.Count} commands were found");
        Assert.True(problems.Count == 0, string.Join('\n', problems.Distinct()));
    }

    private void Check(string file, string line, Dictionary<string, string> helps, List<string> problems)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var verbs = words.TakeWhile(word => Verb().IsMatch(word)).Take(2).ToList();
        if (verbs.Count == 0)
        {
            return;
        }

        // The second word is a command or an argument; only help tells.
        var help = Help(verbs[0], helps);
        if (help is null)
        {
            problems.Add($"{file}: there is no `wre {verbs[0]}` ({line})");
            return;
        }

        if (verbs.Count > 1 && help.Contains($"\n  {verbs[1]} ", StringComparison.Ordinal) && Help($"{verbs[0]} {verbs[1]}", helps) is { } own)
        {
            help = own;
        }

        foreach (var option in Option().Matches(line).Select(match => match.Value).Where(option => !help.Contains(option, StringComparison.Ordinal) && option != "--version"))
        {
            problems.Add($"{file}: `wre {string.Join(' ', verbs)}` has no {option} ({line})");
        }
    }

    private string? Help(string verbs, Dictionary<string, string> helps)
    {
        if (!helps.TryGetValue(verbs, out var help))
        {
            var result = WreCommand.Run(_folder, null, [.. verbs.Split(' '), "--help"]);
            helps[verbs] = help = result.ExitCode == 0 && result.Output.Contains($"wre {verbs} ", StringComparison.Ordinal) ? result.Output : "";
        }

        return help.Length == 0 ? null : help;
    }

    [GeneratedRegex("```bash\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex("```(bash|yaml)\n.*?```|`wre [^`]*`", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(@"(^|[\s`/(=])wre (?<line>[^`#|;&$]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Commands();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex Verb();

    [GeneratedRegex("(?<=^|[ (])--[a-z][a-z-]*")]
    private static partial Regex Option();
}

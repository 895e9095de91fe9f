using WreSkills.EndToEnd.Crash;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The tree of <c>wre status</c>: readable at 80 columns, whatever records claim to be.</summary>
public sealed class StatusTextTests
{
    private const string Hostile = "evil\u001b[31m\u001b]0;owned\u0007\u009b2J";

    [Fact]
    public void Names_from_records_neither_break_the_tree_nor_steer_the_terminal()
    {
        using var workspace = Templates.Produced();
        workspace.Record(TemporaryWorkspace.Executions("usual", 1, (_, line) => line["agent"] = "gemma"));
        workspace.Record(TemporaryWorkspace.Executions("strange", 1, (_, line) => line["agent"] = Hostile + new string('a', 300)));
        var status = workspace.Run("status", "--skill", TemporaryWorkspace.Skill);
        Assert.Contains("production 1.0", status.StdOut, StringComparison.Ordinal);
        Assert.Contains("the evidence began anew", string.Join(' ', status.StdOut.Split([' ', '\n', '│'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain(status.StdOut, character => char.IsControl(character) && character != '\n');
        Assert.All(Tree(status.StdOut), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Events_with_long_reasons_stay_within_80_columns()
    {
        using var workspace = Templates.SecondProduced();
        workspace.Must("rollback", "--skill", TemporaryWorkspace.Skill, "--from", "production", "--to", "staged", "--reason", "it got worse in every respect that anybody looked at \u001b[2J since the raid began on Monday");
        var status = workspace.Run("status", "--skill", TemporaryWorkspace.Skill);
        Assert.DoesNotContain(status.StdOut, character => char.IsControl(character) && character != '\n');
        Assert.All(Tree(status.StdOut), line => Assert.InRange(line.Length, 0, 80));
    }

    private static string[] Tree(string status) => status.Split("\n\n")[0].Split('\n');
}

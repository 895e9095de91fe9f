using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Crash;

/// <summary>What people do to files that are ours.</summary>
public sealed class HandEditTests
{
    public static TheoryData<string, string> Nonsense() => new()
    {
        { "\"promotion_state\": \"production\"", "\"promotion_state\": \"live\"" },
        { "\"serial\":", "\"serial\": \"many\", \"was\":" },
        { "\"skills\": {", "\"skills\": [" },
        { "\"digest\": \"", "\"digest\": \"../" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void A_registry_of_nonsense_is_refused_with_lines_and_never_touched(string part, string nonsense)
    {
        using var workspace = Templates.Produced();
        const string registry = $"{TemporaryWorkspace.Core}/skills_registry.json";
        var text = workspace.Read(registry);
        Assert.Contains(part, text, StringComparison.Ordinal);
        workspace.Write(registry, text.Replace(part, nonsense, StringComparison.Ordinal));
        var bytes = workspace.Bytes(registry);
        foreach (var command in (string[][])
        [
            ["list"], ["status", "--skill", TemporaryWorkspace.Skill], ["load", "--skill", TemporaryWorkspace.Skill], ["bench", "--skill", TemporaryWorkspace.Skill],
            TemporaryWorkspace.Promote("prototype", "staged", "STAGE_2"), TemporaryWorkspace.RollBack("production", "staged"), ["doctor", "--repair"],
        ])
        {
            var result = workspace.Run(command);
            Assert.True(result.ExitCode == 2, $"{command[0]}: {result}");
            Assert.Matches(@"line \d+", result.StdErr);
            Assert.Contains("it was not changed", result.StdErr, StringComparison.Ordinal);
            Assert.Contains("hint: ", result.StdErr, StringComparison.Ordinal);
            Assert.Equal(bytes, workspace.Bytes(registry));
        }

        var recorded = WreProcess.Run(workspace.Root, ["record", "-"], stdin: TemporaryWorkspace.Executions("late", 1));
        Assert.True(recorded.ExitCode == 2, recorded.ToString());
        Assert.Equal(bytes, workspace.Bytes(registry));
    }

    [Theory]
    [InlineData(TemporaryWorkspace.Staged)]
    [InlineData(TemporaryWorkspace.Production)]
    public void A_folder_edited_by_hand_is_reported_and_mended(string folder)
    {
        using var workspace = Templates.SecondStaged();
        var before = Snapshot.Of(workspace);
        File.AppendAllText(workspace.PathOf($"{folder}/SKILL.md"), "One more rule.\n");
        workspace.Write($"{folder}/resources/extra.txt", "not from the store\n");
        var (healthy, report) = workspace.Doctor();
        Assert.False(healthy);
        Assert.Contains($"{folder}/ was changed", report, StringComparison.Ordinal);
        Assert.True(workspace.Doctor("--repair").Healthy);
        Snapshot.AssertSame(before, Snapshot.Of(workspace), "a repair");

        Directory.Delete(workspace.PathOf(folder), recursive: true);
        Assert.Contains($"{folder}/ is missing", workspace.Doctor().Report, StringComparison.Ordinal);
        var (mended, words) = workspace.Doctor("--repair");
        Assert.True(mended, words);
    }

    [Theory]
    [InlineData(TemporaryWorkspace.Staged)]
    [InlineData(TemporaryWorkspace.Production)]
    public void A_folder_replaced_by_a_link_is_reported_and_never_written_through(string folder)
    {
        using var workspace = Templates.SecondStaged();
        var elsewhere = Directory.CreateTempSubdirectory("wre-elsewhere-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(elsewhere, "precious.txt"), "mine\n");
            File.Copy(workspace.PathOf($"{folder}/SKILL.md"), Path.Combine(elsewhere, "SKILL.md"));
            Directory.Delete(workspace.PathOf(folder), recursive: true);
            Directory.CreateSymbolicLink(workspace.PathOf(folder), elsewhere);

            var (healthy, report) = workspace.Doctor();
            Assert.False(healthy);
            Assert.Contains(folder, report, StringComparison.Ordinal);
            var repair = workspace.Run("doctor", "--repair");
            // What else can be mended is; this stays a broken invariant until the link is gone.
            Assert.True(repair.ExitCode == 1 && repair.StdErr.Contains("is a link", StringComparison.Ordinal) && repair.StdErr.Contains("hint: ", StringComparison.Ordinal), repair.ToString());
            Assert.Equal(["SKILL.md", "precious.txt"], Directory.EnumerateFileSystemEntries(elsewhere).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal("mine\n", File.ReadAllText(Path.Combine(elsewhere, "precious.txt")));

            Directory.Delete(workspace.PathOf(folder));
            var (mended, words) = workspace.Doctor("--repair");
            Assert.True(mended, words);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public void A_promotion_over_a_link_is_done_and_everything_goes_on_working_until_the_link_is_gone()
    {
        using var workspace = Templates.Staged();
        var elsewhere = Directory.CreateTempSubdirectory("wre-elsewhere-").FullName;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(workspace.PathOf(TemporaryWorkspace.Production))!);
            Directory.CreateSymbolicLink(workspace.PathOf(TemporaryWorkspace.Production), elsewhere);
            var promoted = workspace.Run(TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1"));
            Assert.True(promoted.ExitCode == 2 && promoted.StdErr.Contains("is a link", StringComparison.Ordinal), promoted.ToString());
            Assert.Equal("1.0", workspace.Active("production"));
            workspace.Must("load", "--skill", TemporaryWorkspace.Skill);
            Assert.Contains("is unfinished", workspace.Doctor().Report, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));

            Directory.Delete(workspace.PathOf(TemporaryWorkspace.Production));
            workspace.Must("list");
            workspace.AssertHealthy("the link is gone");
            Snapshot.AssertSame(Scenario.Named("produce").Clean.Value, Snapshot.Of(workspace), "the link is gone");
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }
}

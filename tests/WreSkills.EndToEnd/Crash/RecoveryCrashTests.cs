namespace WreSkills.EndToEnd.Crash;

/// <summary>Kills the recovery from a crash as well: the command after that must still find everything.</summary>
public sealed class RecoveryCrashTests
{
    public static TheoryData<string, string, string> Chains() => new()
    {
        { "stage", "store-temporary", "never" },
        { "stage", "registry-committed", "audit-written" },
        { "stage", "audit-written", "folders-written" },
        { "produce", "registry-committed", "promotion-log-written" },
        { "produce", "outbox-written", "temporary:README.md" },
        { "produce over a predecessor", "audit-written", "temporary:v1.1_baseline.md" },
        { "produce over a predecessor", "documents-written", "intent-deleted" },
        { "roll back", "registry-committed", "outbox-written" },
        { "roll back", "folders-written", "database-written" },
        { "roll back to a predecessor", "registry-committed", "temporary:v1.1_failed_*.md" },
        { "demote", "promotion-log-written", "index-written" },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_killed_recovery_is_finished_by_the_next_command(string name, string first, string second)
    {
        var scenario = Scenario.Named(name);
        using var workspace = scenario.Start();
        var before = Snapshot.Of(workspace);
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", first, scenario.Command).ExitCode);
        var recovery = workspace.RunWith("WRE_CRASH_AT", second, "list");
        Assert.Equal(second == "never" ? 0 : WreResult.Killed, recovery.ExitCode);
        workspace.AssertHealthy($"crashes at {first} and {second}");
        Assert.Empty(workspace.Intents());
        Snapshot.AssertSame(second == "never" ? before : scenario.Clean.Value, Snapshot.Of(workspace), $"crashes at {first} and {second}");
    }

    [Fact]
    public void The_recovering_command_says_what_it_finished()
    {
        using var workspace = Templates.Produced();
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", "audit-written", TemporaryWorkspace.RollBack("production", "staged")).ExitCode);
        var next = workspace.Must("list");
        Assert.Contains("The rollback of spam_check 1.0 (production → staged) was left unfinished by another command; it is finished now", next.StdErr, StringComparison.Ordinal);
        Assert.Equal("", workspace.Must("list").StdErr);
    }

    [Fact]
    public void A_rollback_repeated_after_a_crash_does_not_take_the_predecessor_out_as_well()
    {
        using var workspace = Templates.SecondProduced();
        var command = TemporaryWorkspace.RollBack("production", "staged");
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", "registry-committed", command).ExitCode);
        var again = workspace.Run(command);
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Contains("1.1", again.StdOut, StringComparison.Ordinal);
        Assert.Equal("1.0", workspace.Active("production"));
        workspace.AssertHealthy("a repeated rollback");
        Snapshot.AssertSame(Scenario.Named("roll back to a predecessor").Clean.Value, Snapshot.Of(workspace), "a repeated rollback");
    }

    [Fact]
    public void Temporary_files_of_a_killed_process_are_found_and_removed_wherever_they_lie()
    {
        using var workspace = Templates.Staged();
        var promote = TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1");
        foreach (var point in (string[])["temporary:skills_registry.json", "temporary:v1.0_baseline.md"])
        {
            Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, promote).ExitCode);
        }

        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", "temporary:README.md", "list").ExitCode);
        var leftovers = Directory.EnumerateFiles(workspace.Root, ".*.tmp", SearchOption.AllDirectories).ToList();
        Assert.Equal([".README.md", ".skills_registry.json", ".v1.0_baseline.md"], leftovers.Select(file => Path.GetFileName(file)[..^37]).Order(StringComparer.Ordinal));

        // Young ones may belong to a living process.
        workspace.AssertHealthy("young temporary files");
        foreach (var file in leftovers)
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddMinutes(-11));
        }

        var (healthy, report) = workspace.Doctor();
        Assert.False(healthy);
        Assert.All(leftovers, file => Assert.Contains(Path.GetFileName(file), report, StringComparison.Ordinal));
        Assert.True(workspace.Doctor("--repair").Healthy);
        Assert.All(leftovers, file => Assert.False(File.Exists(file), file));
    }
}

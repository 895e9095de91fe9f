using System.Diagnostics;

namespace WreSkills.EndToEnd.Crash;

/// <summary>A disk that is full or does not flush: before the commit nothing changes, after it the next command finishes.</summary>
public sealed class FailingDiskTests
{
    public static TheoryData<string, string> BeforeCommit() => new()
    {
        { "stage", "full:journal/" },
        { "stage", "flush:journal/." },
        { "stage", "full:store/" },
        { "stage", "flush:store/" },
        { "stage", "full:skills_registry" },
        { "stage", "flush:skills_registry" },
        { "produce", "full:skills_registry" },
        { "produce over a predecessor", "flush:skills_registry" },
        { "roll back", "full:journal/" },
        { "roll back", "flush:skills_registry" },
        { "demote", "full:skills_registry" },
    };

    public static TheoryData<string, string> AfterCommit() => new()
    {
        { "stage", "full:audit.jsonl" },
        { "stage", "flush:audit.jsonl" },
        { "stage", "flush:promotion_log" },
        { "stage", "full:_staged/" },
        { "produce", "full:outbox/" },
        { "produce", "flush:README.md" },
        { "roll back", "flush:audit.jsonl" },
        { "roll back to a predecessor", "full:_failed_" },
        { "demote", "full:skills_graph" },
    };

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Before_the_commit_the_old_state_stays_byte_for_byte(string name, string fault)
    {
        var scenario = Scenario.Named(name);
        using var workspace = scenario.Start();
        var before = Snapshot.Of(workspace);
        var registry = workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json");
        var result = workspace.RunWith("WRE_FAULT", fault, scenario.Command);
        Assert.True(result.ExitCode == 2 && result.StdErr.Contains("error: ", StringComparison.Ordinal) && result.StdErr.Contains("hint: ", StringComparison.Ordinal), result.ToString());
        Assert.Equal(registry, workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json"));
        Snapshot.AssertSame(before, Snapshot.Of(workspace), fault);
        Assert.Empty(workspace.Intents());
        Assert.Empty(Directory.EnumerateFileSystemEntries(workspace.PathOf(TemporaryWorkspace.Core), ".*.tmp", SearchOption.AllDirectories));
        workspace.AssertHealthy(fault);
        workspace.Must(scenario.Command);
        Snapshot.AssertSame(scenario.Clean.Value, Snapshot.Of(workspace), $"{fault} and a second try");
    }

    [Theory]
    [MemberData(nameof(AfterCommit))]
    public void After_the_commit_the_error_says_so_and_the_next_command_finishes(string name, string fault)
    {
        var scenario = Scenario.Named(name);
        using var workspace = scenario.Start();
        var serial = workspace.Serial();
        var result = workspace.RunWith("WRE_FAULT", fault, scenario.Command);
        Assert.True(result.ExitCode == 2 && result.StdErr.Contains("hint: ", StringComparison.Ordinal), result.ToString());
        Assert.Contains($"is done (registry serial {serial + 1}), but what follows from it is not finished", result.StdErr, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing was changed", result.StdErr, StringComparison.Ordinal);
        Assert.Equal(serial + 1, workspace.Serial());
        workspace.Must("list");
        workspace.AssertHealthy(fault);
        Snapshot.AssertSame(scenario.Clean.Value, Snapshot.Of(workspace), $"{fault} and the next command");
    }

    [Fact]
    public void While_the_disk_fails_skills_still_load_and_roll_back()
    {
        using var workspace = Templates.Staged();
        Assert.Equal(2, workspace.RunWith("WRE_FAULT", "full:audit.jsonl", TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1")).ExitCode);

        var loaded = workspace.RunWith("WRE_FAULT", "full:audit.jsonl", "load", "--skill", TemporaryWorkspace.Skill, "--output", "json");
        Assert.True(loaded.ExitCode == 0, loaded.ToString());
        Assert.Contains("warning: ", loaded.StdErr, StringComparison.Ordinal);
        Assert.Contains("audit.jsonl", loaded.StdErr, StringComparison.Ordinal);

        var rolledBack = workspace.RunWith("WRE_FAULT", "full:audit.jsonl", TemporaryWorkspace.RollBack("production", "staged"));
        Assert.Equal(2, rolledBack.ExitCode);
        Assert.Null(workspace.Active("production"));
        Assert.Equal("1.0", workspace.Active("staged"));

        workspace.Must("list");
        workspace.AssertHealthy("a disk that has room again");
        Assert.Empty(workspace.Intents());
        Assert.Equal(3, workspace.Lines($"{TemporaryWorkspace.Core}/audit.jsonl").Count);
    }

    [Fact]
    public void A_disk_that_is_really_full_leaves_the_old_state()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Mounting a small disk needs root on Linux.");
        using var template = Templates.Benched();
        var disk = Directory.CreateTempSubdirectory("wre-disk-").FullName;
        var mounted = Shell("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
        Assert.SkipUnless(mounted == 0, "Mounting is not allowed here.");
        try
        {
            template.CopyTo(disk);
            var workspace = TemporaryWorkspace.At(disk);
            workspace.Must("list");
            var before = Snapshot.Of(workspace);
            var registry = workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json");
            Fill(Path.Combine(disk, "filler"));
            var result = workspace.Run(TemporaryWorkspace.Promote("prototype", "staged", "STAGE_1"));
            Assert.True(result.ExitCode == 2 && result.StdErr.Contains("hint: ", StringComparison.Ordinal), result.ToString());
            Assert.DoesNotContain("unexpectedly", result.StdErr, StringComparison.Ordinal);
            Assert.Equal(registry, workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json"));
            Assert.Equal(before.AuditLines, workspace.Lines($"{TemporaryWorkspace.Core}/audit.jsonl").Count);
            File.Delete(Path.Combine(disk, "filler"));
            workspace.AssertHealthy("a full disk");
            Snapshot.AssertSame(before, Snapshot.Of(workspace), "a full disk");
            workspace.Must(TemporaryWorkspace.Promote("prototype", "staged", "STAGE_1"));
            workspace.AssertHealthy("room again");
        }
        finally
        {
            Shell("umount", disk);
            Directory.Delete(disk);
        }
    }

    private static void Fill(string path)
    {
        using var filler = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as intended.
        }
    }

    private static int Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}

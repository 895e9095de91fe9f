using System.Text.RegularExpressions;

namespace WreSkills.EndToEnd.Crash;

/// <summary>Kills a real promotion with SIGKILL at every point and lets the next command find the ruins.</summary>
public sealed class PromotionCrashTests
{
    public static TheoryData<string, string> Crashes() => TransitionCrash.Data("stage", "stage beside production", "produce", "produce over a predecessor");

    [Theory]
    [MemberData(nameof(Crashes))]
    public void A_killed_promotion_is_wholly_done_or_not_at_all(string name, string point) => TransitionCrash.Check(name, point);
}

/// <summary>Kills a real rollback with SIGKILL at every point and lets the next command find the ruins.</summary>
public sealed class RollbackCrashTests
{
    public static TheoryData<string, string> Crashes() => TransitionCrash.Data("roll back", "roll back to a predecessor", "demote", "demote beside production");

    [Theory]
    [MemberData(nameof(Crashes))]
    public void A_killed_rollback_is_wholly_done_or_not_at_all(string name, string point) => TransitionCrash.Check(name, point);
}

/// <summary>One crash and what must hold after the next command.</summary>
internal static class TransitionCrash
{
    public static TheoryData<string, string> Data(params ReadOnlySpan<string> scenarios)
    {
        var data = new TheoryData<string, string>();
        foreach (var name in scenarios)
        {
            foreach (var point in CrashPoints.Of(name))
            {
                data.Add(name, point);
            }
        }

        return data;
    }

    public static void Check(string name, string point)
    {
        var scenario = Scenario.Named(name);
        var side = CrashPoints.All.Single(item => item.Point == point).Side;
        using var workspace = scenario.Start();
        var before = Snapshot.Of(workspace);
        var registry = workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json");

        var crash = workspace.RunWith("WRE_CRASH_AT", point, scenario.Command);
        Assert.True(crash.ExitCode == WreResult.Killed, $"{point} does not lie on the way of '{name}': {crash}");
        var committed = workspace.Serial() > before.Serial;
        Assert.Equal(side == CrashPoints.Side.New, committed);

        var next = workspace.Run("status", "--skill", TemporaryWorkspace.Skill);
        Assert.True(next.ExitCode is 0 or 1, next.ToString());
        workspace.AssertHealthy($"a crash at {point}");
        Assert.Empty(workspace.Intents());
        Assert.Empty(Directory.EnumerateDirectories(workspace.PathOf(TemporaryWorkspace.Core), "*.tmp", SearchOption.AllDirectories));

        var after = Snapshot.Of(workspace);
        if (!committed)
        {
            Assert.Equal(registry, workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json"));
            Snapshot.AssertSame(before, after, $"a crash at {point}");
            workspace.Must(scenario.Command);
            Snapshot.AssertSame(scenario.Clean.Value, Snapshot.Of(workspace), $"a second try after a crash at {point}");
            return;
        }

        Assert.Equal((before.Serial + 1, before.AuditLines + 1, before.PromotionLogLines + 1), (after.Serial, after.AuditLines, after.PromotionLogLines));
        Snapshot.AssertSame(scenario.Clean.Value, after, $"a crash at {point}");
        if (scenario.RefusedAgain is { } refusal && point is ("registry-committed" or "folders-written" or "intent-deleted"))
        {
            var again = workspace.Run(scenario.Command);
            Assert.True(again.ExitCode == 1 && again.StdOut.Contains(refusal, StringComparison.Ordinal), again.ToString());
            Snapshot.AssertSame(scenario.Clean.Value, Snapshot.Of(workspace), $"a second try after a crash at {point}");
            Assert.Equal("0\n", workspace.Query("SELECT count(*) FROM rollback_deadlines WHERE action = 'failure_analysis' AND done_at IS NULL"));
        }
    }
}

/// <summary>The list of crash points against the source.</summary>
public sealed partial class CrashPointTests
{
    [Fact]
    public void Every_crash_point_of_the_source_is_on_the_list()
    {
        var source = Path.Combine(WreProcess.RepositoryRoot(), "src");
        var named = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
            .SelectMany(file => Reached().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains("registry-committed", named);
        // The point `temporary:` is listed once for each file that a transition replaces.
        var listed = CrashPoints.All.Select(item => item.Point.StartsWith("temporary:", StringComparison.Ordinal) ? "temporary:{Path.GetFileName(path)}" : item.Point).ToHashSet();
        // "lock-held" is reached only by whoever waits for another one: the races of the unit tests take turns at it.
        Assert.Empty(named.Except(listed).Except(RecordingCrashTests.Points).Except(MonitorCrashTests.OwnPoints)
            .Except(ExistingSkillsCrashTests.OwnPoints).Except(PolicyChangeCrashTests.OwnPoints).Except(Cli.VariationTests.OwnPoints).Except([Cli.SearchTests.CrashPoint, "lock-held"]));
        Assert.Empty(listed.Except(named));
    }

    [GeneratedRegex("""Reach\(\$?"([^"]+)"\)""")]
    private static partial Regex Reached();
}

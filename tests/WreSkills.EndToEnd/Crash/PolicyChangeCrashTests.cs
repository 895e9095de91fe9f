using System.Diagnostics;
using System.Text.Json;

namespace WreSkills.EndToEnd.Crash;

/// <summary>Changes of the policy that are killed at every step: the next command finishes or forgets them.</summary>
public sealed class PolicyChangeCrashTests
{
    private const string Policy = $"{TemporaryWorkspace.Core}/policy.yaml";
    private const string Rendered = $"{TemporaryWorkspace.Core}/PROMOTION_ROLLBACK_POLICY.md";
    private const string Proposals = $"{TemporaryWorkspace.Core}/proposals/policy";

    private static readonly Lazy<TemporaryWorkspace> s_approved = new(() =>
    {
        var workspace = Templates.Produced();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => workspace.Dispose();
        workspace.Write(Policy, workspace.Read(Policy).Replace("may: [promote, override]", "may: [promote, override, policy]", StringComparison.Ordinal));
        workspace.Write("new.yaml", workspace.Read(Policy) + "triggers:\n  pattern_fidelity:\n    below: 0.88\n");
        workspace.Write("other.txt", "staged by somebody\n");
        Git(workspace, "init -q . && git config user.email test@example.com && git config user.name Test && git config commit.gpgsign false && git add other.txt");
        workspace.Must("policy", "propose", "--file", "new.yaml", "--rationale", "ten executions at 86 % are too many");
        workspace.Must("policy", "analyze");
        workspace.Must("policy", "dry-run", "--skill", TemporaryWorkspace.Skill);
        workspace.Must("policy", "approve", "--approver", TemporaryWorkspace.Approver);
        return workspace;
    });

    /// <summary>Crash points that only the tests of this class reach.</summary>
    internal static IReadOnlyList<string> OwnPoints { get; } =
    [
        "policy-proposal-staged", "policy-intent-written", "policy-committed", "policy-audited", "policy-rendered", "policy-told", "policy-reindexed", "policy-git-committed", "policy-intent-deleted",
    ];

    public static TheoryData<string, bool> Points { get; } = new()
    {
        { "temporary:policy-change.intent", false },
        { "policy-intent-written", false },
        { "temporary:policy.yaml", false },
        { "policy-committed", true },
        { "policy-audited", true },
        { "temporary:PROMOTION_ROLLBACK_POLICY.md", true },
        { "policy-rendered", true },
        { "temporary:*-policy_change.json", true },
        { "policy-told", true },
        { "policy-reindexed", true },
        { "policy-git-committed", true },
        { "policy-intent-deleted", true },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void A_killed_change_is_wholly_in_force_or_not_at_all(string point, bool committed)
    {
        using var workspace = s_approved.Value.Copy();
        var before = workspace.Read(Policy);
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, "policy", "apply").ExitCode);
        Assert.Equal(committed, workspace.Read(Policy) != before);

        var next = workspace.Must("list");
        Assert.Equal(committed && point != "policy-intent-deleted", next.StdErr.Contains("version 1.1 of the policy (POLICY_", StringComparison.Ordinal));
        workspace.AssertHealthy(point);
        Assert.Empty(Directory.EnumerateFiles(workspace.PathOf($"{TemporaryWorkspace.Core}/journal"), "*.intent"));
        if (!committed)
        {
            Assert.Equal((before, 0), (workspace.Read(Policy), Changes(workspace)));
            workspace.Must("policy", "apply");
        }

        AssertApplied(workspace);
        Assert.Equal(1, workspace.Run("policy", "apply", "--proposal", Name(workspace)).ExitCode);
        AssertApplied(workspace);
    }

    [Theory]
    [InlineData("policy-committed", "policy-rendered")]
    [InlineData("policy-audited", "policy-git-committed")]
    public void A_killed_recovery_is_finished_by_the_command_after_it(string first, string second)
    {
        using var workspace = s_approved.Value.Copy();
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", first, "policy", "apply").ExitCode);
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", second, "list").ExitCode);
        workspace.Must("list");
        AssertApplied(workspace);
    }

    [Fact]
    public void A_killed_proposal_leaves_none_and_the_next_takes_its_name()
    {
        using var workspace = s_approved.Value.Copy();
        var known = Name(workspace);
        workspace.Write("more.yaml", workspace.Read(Policy) + "reviews:\n  staged: hourly\n");
        string[] propose = ["policy", "propose", "--file", "more.yaml", "--rationale", "look at it more often"];
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", "policy-proposal-staged", propose).ExitCode);
        Assert.Equal(known, Name(workspace));
        workspace.AssertHealthy("a killed proposal");
        workspace.Must(propose);
        Assert.Equal([known, known[..^1] + "2"], Directory.EnumerateDirectories(workspace.PathOf(Proposals)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_disk_before_the_commit_point_changes_nothing_and_after_it_the_next_command_goes_on()
    {
        using var workspace = s_approved.Value.Copy();
        var before = workspace.Read(Policy);
        Assert.Equal(2, workspace.RunWith("WRE_FAULT", "full:policy.yaml", "policy", "apply").ExitCode);
        workspace.Must("list");
        Assert.Equal((before, 0), (workspace.Read(Policy), Changes(workspace)));
        var late = workspace.RunWith("WRE_FAULT", "full:PROMOTION_ROLLBACK_POLICY.md", "policy", "apply");
        Assert.True(late.ExitCode == 2 && late.StdErr.Contains("is in force, but what follows from it is not finished", StringComparison.Ordinal), late.ToString());
        workspace.Must("list");
        AssertApplied(workspace);
    }

    private static void AssertApplied(TemporaryWorkspace workspace)
    {
        Assert.Equal(1, Changes(workspace));
        Assert.Contains("below: 0.88", workspace.Read(Policy), StringComparison.Ordinal);
        Assert.Contains("- Pattern fidelity below 88 %", workspace.Read(Rendered), StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(workspace.PathOf($"{TemporaryWorkspace.Core}/outbox"), "*-policy_change.json"));
        Assert.Equal("1", Git(workspace, "rev-list --count HEAD"));
        Assert.Equal("A  other.txt", Git(workspace, "status --porcelain other.txt"));
        using var history = JsonDocument.Parse(workspace.Must("policy", "history", "--output", "json").StdOut);
        Assert.Equal(Git(workspace, "rev-parse HEAD"), history.RootElement.GetProperty("entries")[0].GetProperty("commit").GetString());
        workspace.Must("audit", "verify");
        workspace.AssertHealthy("the change");
    }

    private static int Changes(TemporaryWorkspace workspace) => workspace.Lines($"{TemporaryWorkspace.Core}/audit.jsonl").Count(line => line.Contains("\"event\":\"policy_change\"", StringComparison.Ordinal));

    private static string Name(TemporaryWorkspace workspace) => Path.GetFileName(Directory.EnumerateDirectories(workspace.PathOf(Proposals), "POLICY_*").Single());

    private static string Git(TemporaryWorkspace workspace, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "git " + arguments]) { WorkingDirectory = workspace.Root, UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}

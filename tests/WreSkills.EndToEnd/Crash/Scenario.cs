using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace WreSkills.EndToEnd.Crash;

/// <summary>One transition that the crash tests interrupt: where it starts, the command, and what a second try is told.</summary>
internal sealed partial record Scenario(string Name, Func<TemporaryWorkspace> Start, string[] Command, string? RefusedAgain)
{
    private static readonly string[] s_stage1 = TemporaryWorkspace.Promote("prototype", "staged", "STAGE_1");

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("stage", Templates.Benched, s_stage1, "is staged already"),
        new("stage beside production", Templates.Produced, TemporaryWorkspace.Promote("prototype", "staged", "STAGE_2"), "is staged already"),
        new("produce", Templates.Staged, TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1"), "No version of spam_check is staged"),
        new("produce over a predecessor", Templates.SecondStaged, TemporaryWorkspace.Promote("staged", "production", "PRODUCE_2"), "No version of spam_check is staged"),
        new("roll back", Templates.Produced, TemporaryWorkspace.RollBack("production", "staged"), "nothing to roll back"),
        // A second try is a second rollback here: it takes the predecessor out as well, as it is told to.
        new("roll back to a predecessor", Templates.SecondProduced, TemporaryWorkspace.RollBack("production", "staged"), null),
        new("demote", Templates.Staged, TemporaryWorkspace.RollBack("staged", "prototype"), "nothing to demote"),
        new("demote beside production", Templates.SecondStaged, TemporaryWorkspace.RollBack("staged", "prototype"), "nothing to demote"),
    ];

    /// <summary>What an undisturbed run makes of the start, made once.</summary>
    public Lazy<Snapshot> Clean { get; } = new(() =>
    {
        using var workspace = Start();
        workspace.Must(Command);
        return Snapshot.Of(workspace);
    });

    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);
}

/// <summary>Everything that a transition may change, with ids and times taken out, so that two runs of it can be compared.</summary>
internal sealed partial record Snapshot
{
    /// <summary>Area, such as <c>registry</c>, and its text.</summary>
    public required IReadOnlyDictionary<string, string> Areas { get; init; }

    public required long Serial { get; init; }

    public required int AuditLines { get; init; }

    public required int PromotionLogLines { get; init; }

    public static Snapshot Of(TemporaryWorkspace workspace)
    {
        string Text(string relative) => File.Exists(workspace.PathOf(relative)) ? Neutral(workspace.Read(relative)) : "";
        const string core = TemporaryWorkspace.Core;
        var (audit, log) = ($"{core}/audit.jsonl", $"{TemporaryWorkspace.Metrics}/{TemporaryWorkspace.Skill}_promotion_log.json");
        var database = File.Exists(workspace.PathOf($"{core}/skills_metrics.db"))
            ? Neutral(workspace.Query("""
                SELECT skill_id, promotion_state, version FROM skills;
                SELECT from_state, to_state, approver, approval_ticket, reason FROM promotion_events ORDER BY 1, 2, 4;
                SELECT from_state, to_state, trigger_reason FROM rollback_events ORDER BY 1, 2, 3;
                SELECT skill_id, action, done_at IS NULL FROM rollback_deadlines WHERE action <> 'failure_analysis' ORDER BY 1, 2, 3;
                SELECT version, digest, state, state_serial FROM state_intervals ORDER BY state_serial, version;
                """))
            : "";
        return new Snapshot
        {
            Serial = File.Exists(workspace.PathOf($"{core}/skills_registry.json")) ? workspace.Serial() : 0,
            AuditLines = workspace.Lines(audit).Count,
            PromotionLogLines = workspace.Lines(log).Count,
            Areas = new Dictionary<string, string>
            {
                ["registry"] = Text($"{core}/skills_registry.json"),
                ["audit log"] = Text(audit),
                ["promotion log"] = Text(log),
                ["graph"] = Text($"{core}/skills_graph.json"),
                ["skill folders"] = Tree(workspace, ".claude/skills"),
                ["module"] = Tree(workspace, TemporaryWorkspace.Module),
                ["outbox"] = Tree(workspace, $"{core}/outbox", contents: false),
                ["database"] = database,
            },
        };
    }

    /// <summary>Fails with the name of the first area that differs.</summary>
    public static void AssertSame(Snapshot expected, Snapshot actual, string after)
    {
        foreach (var (area, text) in expected.Areas)
        {
            Assert.True(text == actual.Areas[area], $"After {after} the {area} is not as expected.\n--- expected\n{text}\n--- actual\n{actual.Areas[area]}");
        }
    }

    /// <summary>Names and contents below a folder. Links are named, not followed; temporary files of a killed process are not of interest here.</summary>
    public static string Tree(TemporaryWorkspace workspace, string relative, bool contents = true)
    {
        var root = workspace.PathOf(relative);
        if (!Directory.Exists(root))
        {
            return "";
        }

        return string.Join('\n', new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !(file.Name.StartsWith('.') && file.Name.EndsWith(".tmp", StringComparison.Ordinal)) && file.Name != ".append.lock")
            .Select(file => Neutral(Path.GetRelativePath(root, file.FullName)) + (contents ? " " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : ""))
            .Order(StringComparer.Ordinal));
    }

    private static string Neutral(string text) => Link().Replace(FileMoment().Replace(Moment().Replace(Id().Replace(text, "<id>"), "<time>"), "<time>"), "<link>");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Moment();

    // Links and roots are hashes over ids and times.
    [GeneratedRegex("""(?<="prev":")[0-9a-f]{64}|[A-Za-z0-9+/]{43}=(?=\\n")""")]
    private static partial Regex Link();

    [GeneratedRegex(@"\d{8}T\d{6}Z")]
    private static partial Regex FileMoment();
}

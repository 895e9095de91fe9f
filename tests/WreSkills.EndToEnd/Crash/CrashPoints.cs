namespace WreSkills.EndToEnd.Crash;

/// <summary>Every point at which a transition can be killed, in the order in which it reaches them.</summary>
internal static class CrashPoints
{
    /// <summary>Where the point lies: before the registry commit a crash leaves the old state, after it the new one.</summary>
    public enum Side
    {
        Old,
        New,
    }

    // The scenarios beside a production version differ from those without only in what the registry and the folders say.
    private static readonly string[] s_beside = ["store-temporary", "temporary:skills_registry.json", "registry-committed", "folders-written", "index-written"];

    private const string AnyOperation = "????????-????-????-????-????????????";

    /// <summary>The points, and the scenarios that pass them; null means all.</summary>
    public static IReadOnlyList<(string Point, Side Side, Func<string, bool> Passes)> All { get; } =
    [
        ("lock-taken", Side.Old, _ => true),
        ("before-intent", Side.Old, _ => true),
        ($"temporary:{AnyOperation}.json", Side.Old, _ => true),
        ("intent-written", Side.Old, _ => true),
        ("store-temporary", Side.Old, IsStaging),
        ("store-written", Side.Old, _ => true),
        ("temporary:skills_registry.json", Side.Old, _ => true),
        ("registry-committed", Side.New, _ => true),
        ("audit-written", Side.New, _ => true),
        ("promotion-log-written", Side.New, _ => true),
        ($"temporary:{AnyOperation}-*.json", Side.New, _ => true),
        ("outbox-written", Side.New, _ => true),
        ("temporary:v1.*_baseline.md", Side.New, scenario => scenario.StartsWith("produce", StringComparison.Ordinal)),
        ("temporary:v1.*_failed_*.md", Side.New, IsRollback),
        ("folders-written", Side.New, _ => true),
        ("temporary:README.md", Side.New, ChangesDocuments),
        ("temporary:INTERFACE.md", Side.New, ChangesDocuments),
        ("documents-written", Side.New, _ => true),
        ("database-written", Side.New, _ => true),
        ("temporary:skills_graph.json", Side.New, ChangesFurthestState),
        ("index-written", Side.New, _ => true),
        ("intent-deleted", Side.New, _ => true),
    ];

    /// <summary>The points at which the tests kill a scenario.</summary>
    public static IEnumerable<string> Of(string scenario) => All.Where(item => item.Passes(scenario)).Select(item => item.Point)
        .Where(point => !scenario.EndsWith(" beside production", StringComparison.Ordinal) || s_beside.Contains(point));

    private static bool IsStaging(string scenario) => scenario.StartsWith("stage", StringComparison.Ordinal);

    private static bool IsRollback(string scenario) => scenario.StartsWith("roll back", StringComparison.Ordinal);

    private static bool ChangesDocuments(string scenario) => scenario.StartsWith("produce", StringComparison.Ordinal) || IsRollback(scenario);

    private static bool ChangesFurthestState(string scenario) => scenario is "stage" or "produce" or "roll back" or "demote";
}

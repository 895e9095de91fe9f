namespace WreSkills.EndToEnd.Crash;

/// <summary>Prepared workspaces, each made once from the one before and then only copied.</summary>
internal static class Templates
{
    private static readonly Lazy<TemporaryWorkspace> s_benched = new(() =>
    {
        var workspace = TemporaryWorkspace.Create();
        workspace.Bench();
        workspace.Ticket("STAGE_1", "prototype", "staged");
        return workspace;
    });

    private static readonly Lazy<TemporaryWorkspace> s_staged = new(() => Next(s_benched, workspace =>
    {
        workspace.Must(TemporaryWorkspace.Promote("prototype", "staged", "STAGE_1"));
        workspace.Record(TemporaryWorkspace.Executions("first", 6));
        workspace.Ticket("PRODUCE_1", "staged", "production");
    }));

    private static readonly Lazy<TemporaryWorkspace> s_produced = new(() => Next(s_staged, workspace =>
    {
        workspace.Must(TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1"));
        workspace.WriteDraft("1.1");
        workspace.Bench();
        workspace.Ticket("STAGE_2", "prototype", "staged");
    }));

    private static readonly Lazy<TemporaryWorkspace> s_secondStaged = new(() => Next(s_produced, workspace =>
    {
        workspace.Must(TemporaryWorkspace.Promote("prototype", "staged", "STAGE_2"));
        workspace.Record(TemporaryWorkspace.Executions("second", 6, (_, line) => line["version"] = "1.1"));
        workspace.Ticket("PRODUCE_2", "staged", "production");
    }));

    private static readonly Lazy<TemporaryWorkspace> s_secondProduced = new(() => Next(s_secondStaged, workspace => workspace.Must(TemporaryWorkspace.Promote("staged", "production", "PRODUCE_2"))));

    /// <summary>1.0 benchmarked; ticket STAGE_1 approved.</summary>
    public static TemporaryWorkspace Benched() => s_benched.Value.Copy();

    /// <summary>1.0 staged with good executions; ticket PRODUCE_1 approved.</summary>
    public static TemporaryWorkspace Staged() => s_staged.Value.Copy();

    /// <summary>1.0 in production; the draft is 1.1, benchmarked; ticket STAGE_2 approved.</summary>
    public static TemporaryWorkspace Produced() => s_produced.Value.Copy();

    /// <summary>1.0 in production, 1.1 staged with good executions; ticket PRODUCE_2 approved.</summary>
    public static TemporaryWorkspace SecondStaged() => s_secondStaged.Value.Copy();

    /// <summary>1.1 in production with 1.0 as its predecessor.</summary>
    public static TemporaryWorkspace SecondProduced() => s_secondProduced.Value.Copy();

    static Templates() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var template in (Lazy<TemporaryWorkspace>[])[s_benched, s_staged, s_produced, s_secondStaged, s_secondProduced])
        {
            if (template.IsValueCreated)
            {
                template.Value.Dispose();
            }
        }
    };

    private static TemporaryWorkspace Next(Lazy<TemporaryWorkspace> before, Action<TemporaryWorkspace> steps)
    {
        var workspace = before.Value.Copy();
        steps(workspace);
        return workspace;
    }
}

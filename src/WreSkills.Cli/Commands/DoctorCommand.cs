using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre doctor</c>: check and mend the workspace.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> s_repair = new("--repair") { Description = "Put altered versions back into the store from folders that still hold them, and bring folders, documents, graph and index in line with registry and store; drifted folders are overwritten." };
    private static readonly Option<bool> s_rebuild = new("--rebuild") { Description = "Make database, graph and index anew from the append-only files, the registry and the store." };

    public static Command Create() => Invocation.With(
        new Command("doctor", "Check that registry, store, folders, audit log, promotion log, database, graph and index tell the same story. Exit 1 when they do not.") { s_repair, s_rebuild },
        Run);

    private static int Run(Invocation invocation)
    {
        var doctor = new WorkspaceDoctor(invocation.Workspace);
        if (invocation.Parsed.GetValue(s_rebuild))
        {
            doctor.Rebuild();
        }

        if (invocation.Parsed.GetValue(s_repair))
        {
            foreach (var note in doctor.Repair())
            {
                invocation.Error.WriteLine($"note: {Terminal.Safe(note)}");
            }
        }

        var invariants = doctor.Check();
        var holds = invariants.All(invariant => invariant.Holds);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["healthy"] = holds,
                ["invariants"] = JsonOutput.List(invariants, invariant => new JsonObject { ["name"] = invariant.Name, ["title"] = invariant.Title, ["holds"] = invariant.Holds, ["problems"] = JsonOutput.Texts(invariant.Problems) }),
            });
            return holds ? 0 : 1;
        }

        invocation.Terminal.Rows(["", "invariant"], invariants.Select(invariant => (IReadOnlyList<string>)[invariant.Holds ? "ok" : "FAIL", invariant.Title]));
        foreach (var problem in invariants.SelectMany(invariant => invariant.Problems))
        {
            invocation.Terminal.Line($"  - {problem}");
        }

        invocation.Terminal.Line(holds ? "All invariants hold." : "Not all invariants hold. `wre doctor --repair` mends store, folders, documents, graph and index; `--rebuild` the database.");
        return holds ? 0 : 1;
    }
}

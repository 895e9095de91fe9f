using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli;

/// <summary>What depends on what, for the verbs that show or change a skill.</summary>
internal static class GraphViews
{
    /// <summary>Names of the skills that use a skill, told on stderr as well; whoever changes it changes them.</summary>
    public static IReadOnlyList<string> WarnOfDependents(Invocation invocation, string skill)
    {
        try
        {
            var dependents = invocation.Workspace.Graph.Dependents(skill);
            if (dependents.Count > 0)
            {
                invocation.Error.WriteLine($"warning: {(dependents.Count == 1 ? "1 skill uses" : $"{dependents.Count} skills use")} {skill}: {string.Join(", ", dependents)} (`wre show --skill {skill}` says where)");
            }

            return dependents;
        }
        catch (WreException error)
        {
            invocation.Error.WriteLine($"warning: nobody knows which skills use {skill}: {error.Message}");
            return [];
        }
    }

    /// <summary>Brings index and graph in line with what people edited; an index that cannot be written is a warning.</summary>
    public static void RefreshIndex(Invocation invocation)
    {
        try
        {
            foreach (var note in invocation.Workspace.IndexRefresh.Run()?.Notes ?? [])
            {
                invocation.Error.WriteLine($"note: {note}");
            }
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            invocation.Error.WriteLine($"warning: the search index could not be brought up to date: {error.Message}");
        }
    }

    public static JsonObject Link(GraphLink link) => new()
    {
        ["type"] = link.Type,
        ["kind"] = link.Kind,
        ["name"] = link.Name,
        ["found_in"] = link.FoundIn,
    };

    public static string Text(GraphLink link) => $"{(link.Kind is "skill" or "" ? "" : link.Kind.Replace('_', ' ') + " ")}{link.Name}{(link.Type is "requires" or "uses" or "" ? "" : $" ({link.Type})")}";
}

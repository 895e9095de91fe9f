using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre dependencies</c>: health of data stores and MCP endpoints.</summary>
internal static class DependenciesCommand
{
    private static readonly Option<string?> s_skill = new("--skill") { Description = "Only what this skill names.", HelpName = "NAME" };
    private static readonly Option<bool> s_fresh = new("--fresh") { Description = "Probe also what answered within the last 30 seconds." };

    public static Command Create() => Invocation.With(
        new Command("dependencies", "Probe the data stores and MCP endpoints of the workspace. Exit 0 all answer, 1 some do not.") { s_skill, s_fresh },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var workspace = invocation.Workspace;
        var users = workspace.DependencyUsers();
        var health = workspace.Dependencies;
        var names = invocation.Parsed.GetValue(s_skill) is { } only
            ? users.Where(user => user.Value.Contains(only)).Select(user => user.Key).ToList()
            : [.. health.Settings.Select(one => one.Name)];
        var states = await health.CheckAsync(names, invocation.Parsed.GetValue(s_fresh), confirm: false, cancellationToken);
        var unknown = names.Where(name => health.Settings.All(one => one.Name != name)).Order(StringComparer.Ordinal).ToList();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["dependencies"] = JsonOutput.List(states, state => new JsonObject
                {
                    ["name"] = state.Name,
                    ["kind"] = Kind(health, state.Name),
                    ["healthy"] = state.Problem is null,
                    ["problem"] = state.Problem,
                    ["failed_since"] = state.FailedSince is { } since ? Timestamp.ToIso(since) : null,
                    ["checked_at"] = Timestamp.ToIso(state.CheckedAt),
                    ["duration_ms"] = Math.Round(state.DurationMs, 1),
                    ["skills"] = JsonOutput.Texts(users.TryGetValue(state.Name, out var skills) ? skills : []),
                }),
                ["without_probe"] = JsonOutput.Texts(unknown),
            });
        }
        else if (states.Count == 0 && unknown.Count == 0)
        {
            invocation.Terminal.Line("wre.yaml names no dependencies; docs/reference/dependencies.md has an example of every kind.");
        }
        else
        {
            invocation.Terminal.Rows(["dependency", "kind", "", "took", "used by", "problem"], states.Select(state => (IReadOnlyList<string>)
            [
                state.Name, Kind(health, state.Name), state.Problem is null ? "ok" : "FAIL", $"{state.DurationMs:0} ms",
                users.TryGetValue(state.Name, out var skills) ? string.Join(", ", skills) : "–", state.Problem ?? "",
            ]));
            foreach (var name in unknown)
            {
                invocation.Terminal.Line($"  {name}: wre.yaml has no probe for it");
            }
        }

        return states.Any(state => state.Problem is not null) ? 1 : 0;
    }

    private static string Kind(DependencyHealth health, string name) => health.Settings.First(one => one.Name == name).Kind.ToString().ToLowerInvariant();
}

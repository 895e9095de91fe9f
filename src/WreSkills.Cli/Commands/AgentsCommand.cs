using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;

using Microsoft.Extensions.AI;

using WreSkills.Executions;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre agents</c>: which agents there are, which answer, and how fast.</summary>
internal static class AgentsCommand
{
    private static readonly Argument<string?> s_name = new("NAME") { Description = "Only this agent.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create() => new("agents", "The agents that wre.yaml names.")
    {
        Invocation.With(new Command("list", "Show name, kind and target of every agent."), List),
        Invocation.With(new Command("check", "Ask every chat agent for one word, and look for every command agent's program. Exit 1 when one does not answer.") { s_name }, CheckAsync),
    };

    private static int List(Invocation invocation)
    {
        var agents = invocation.Workspace.Configuration.Agents.Values.ToList();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["agents"] = JsonOutput.List(agents, agent => new JsonObject { ["name"] = agent.Name, ["kind"] = Kind(agent), ["target"] = Target(agent) }) });
            return 0;
        }

        if (agents.Count == 0)
        {
            invocation.Terminal.Line("wre.yaml names no agents; docs/reference/agents.md shows how.");
            return 0;
        }

        invocation.Terminal.Rows(["agent", "kind", "target"], agents.Select(agent => (IReadOnlyList<string>)[agent.Name, Kind(agent), Target(agent)]));
        return 0;
    }

    private static async Task<int> CheckAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var known = invocation.Workspace.Configuration.Agents;
        var name = invocation.Parsed.GetValue(s_name);
        if (name is not null && !known.ContainsKey(name))
        {
            throw new WreException($"There is no agent '{name}' in wre.yaml.", $"it names {string.Join(", ", known.Keys.DefaultIfEmpty("none"))}");
        }

        var checks = await Task.WhenAll(known.Values.Where(agent => name is null || agent.Name == name).Select(agent => CheckAsync(agent, cancellationToken)));
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["agents"] = JsonOutput.List(checks, check => new JsonObject
                {
                    ["name"] = check.Agent.Name,
                    ["kind"] = Kind(check.Agent),
                    ["target"] = Target(check.Agent),
                    ["answers"] = check.Problem is null,
                    ["model"] = check.Model,
                    ["milliseconds"] = check.Milliseconds,
                    ["tokens"] = check.Tokens,
                    ["problem"] = check.Problem,
                }),
            });
        }
        else if (checks.Length == 0)
        {
            invocation.Terminal.Line("wre.yaml names no agents; docs/reference/agents.md shows how.");
        }
        else
        {
            invocation.Terminal.Rows(["agent", "kind", "", "time", "target"], checks.Select(check => (IReadOnlyList<string>)
                [check.Agent.Name, Kind(check.Agent), check.Problem ?? (check.Agent is ChatAgentSettings ? "answers" : "is there"), check.Milliseconds is { } time ? $"{time:0} ms" : "–", Target(check.Agent)]));
        }

        return checks.All(check => check.Problem is null) ? 0 : 1;
    }

    private static async Task<Check> CheckAsync(AgentSettings agent, CancellationToken cancellationToken)
    {
        if (agent is CommandAgentSettings command)
        {
            return new Check(agent, null, null, null, Find(command) ? null : $"there is no program '{command.Command[0]}'");
        }

        var settings = (ChatAgentSettings)agent;
        using var model = new ChatModel(settings with { Retries = 0 }, null, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var answer = await model.AskAsync(new ChatQuestion { Messages = [new ChatMessage(ChatRole.User, "Answer with the one word: ready")] }, cancellationToken);
            return new Check(
                agent, answer.Model, Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1), answer.InputTokens is null && answer.OutputTokens is null ? null : (answer.InputTokens ?? 0) + (answer.OutputTokens ?? 0),
                answer.FailureType is null ? null : $"{answer.FailureType}: {answer.Failure}");
        }
        catch (WreException problem)
        {
            return new Check(agent, null, null, null, $"{problem.Message} ({problem.Hint})");
        }
    }

    private static bool Find(CommandAgentSettings settings)
    {
        var program = settings.Command[0];
        if (program.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            return File.Exists(Path.Combine(settings.WorkingDirectory, program));
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));
    }

    private static string Kind(AgentSettings agent) => agent is ChatAgentSettings ? "chat" : "command";

    private static string Target(AgentSettings agent) => agent switch
    {
        ChatAgentSettings chat => $"{chat.Model} at {chat.Endpoint}",
        CommandAgentSettings command => string.Join(' ', command.Command),
        _ => "",
    };

    private sealed record Check(AgentSettings Agent, string? Model, double? Milliseconds, long? Tokens, string? Problem);
}

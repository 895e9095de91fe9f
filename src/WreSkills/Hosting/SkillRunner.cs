using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Registry;

namespace WreSkills.Hosting;

/// <summary>One input for a skill.</summary>
public sealed record RunInput
{
    /// <summary>What the traffic split hashes; a fresh id when the input names none.</summary>
    public string? Key { get; init; }

    /// <summary>The prompt; empty when the input is all.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Structured input, or null.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>What is known from outside, such as <c>expected_decision</c>, <c>label</c>, <c>critical</c>.</summary>
    public JsonObject Truth { get; init; } = [];

    /// <summary>Reads an input: an object with <c>input</c> or <c>prompt</c>, else the object itself is the input.</summary>
    /// <param name="json">One JSON value.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="WreException">It is no JSON.</exception>
    public static RunInput Parse(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object || (!root.TryGetProperty("input", out _) && !root.TryGetProperty("prompt", out _)))
            {
                return root.ValueKind == JsonValueKind.String ? new RunInput { Prompt = root.GetString()! } : new RunInput { Input = root };
            }

            var truth = new JsonObject();
            foreach (var field in (ReadOnlySpan<string>)["expected_decision", "label", "critical"])
            {
                if (root.TryGetProperty(field, out var value))
                {
                    truth[field] = JsonNode.Parse(value.GetRawText());
                }
            }

            return new RunInput
            {
                Key = root.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String ? key.GetString() : null,
                Prompt = root.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.String ? prompt.GetString()! : "",
                Input = root.TryGetProperty("input", out var input) ? input : null,
                Truth = truth,
            };
        }
        catch (JsonException error)
        {
            throw new WreException($"{name}: not valid JSON: {error.Message}", "one JSON value a line: the input itself, or {\"key\":…, \"prompt\":…, \"input\":…, \"expected_decision\":…}", innerException: error);
        }
    }
}

/// <summary>What became of one input.</summary>
/// <param name="Skill">The version that ran; null when no version serves the key.</param>
/// <param name="Execution">The recorded execution; null when nothing ran.</param>
/// <param name="Watched">What the monitor made of it; null when nothing ran.</param>
/// <param name="Failure">What the agent did wrong, or null.</param>
public sealed record RunOutcome(LoadedSkill? Skill, RecordedExecution? Execution, MonitoredSkill? Watched, string? Failure);

/// <summary>The entry point for execution: load, execute, record, score (policy 1, production).</summary>
public sealed class SkillRunner(Workspace workspace, IAgent agent)
{
    /// <summary>Runs inputs together and records them in order.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="state">A state to pin, or null to let the traffic split decide per key.</param>
    /// <param name="inputs">The inputs; all are loaded before any is recorded.</param>
    /// <param name="cancellationToken">Stops; inputs that did not finish are not recorded.</param>
    public async Task<IReadOnlyList<RunOutcome>> RunAsync(string skill, PromotionState? state, IReadOnlyList<RunInput> inputs, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(inputs.Select(input => ExecuteAsync(skill, state, input, cancellationToken))).ConfigureAwait(false);
        var ran = answers.Where(answer => answer.Record is not null).ToList();
        var recording = workspace.Recorder.Record([.. ran.Select(answer => answer.Record!)]);
        var watched = recording.Skills.GetValueOrDefault(skill);
        var next = 0;
        return [.. answers.Select(answer => answer.Record is null
            ? new RunOutcome(null, null, null, null)
            : new RunOutcome(answer.Skill, recording.Executions[next++], watched, answer.Failure))];
    }

    private async Task<(LoadedSkill? Skill, ExecutionRecord? Record, string? Failure)> ExecuteAsync(string skill, PromotionState? state, RunInput input, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString();
        var key = input.Key ?? id;
        var loaded = state is { } pinned ? workspace.Loader.LoadState(skill, pinned) : workspace.Loader.Load(skill, key);
        if (loaded is null)
        {
            return (null, null, null);
        }

        var request = new AgentRequest { ExecutionId = id, Skill = await workspace.Reader.ForAgentAsync(loaded, agent.Name, cancellationToken).ConfigureAwait(false), Key = key, Prompt = input.Prompt, Input = input.Input };
        var (record, result) = await AgentExecution.RunAsync(agent, request, input.Truth, "live", workspace.Time, cancellationToken).ConfigureAwait(false);
        return (loaded, record, result.Failure);
    }
}

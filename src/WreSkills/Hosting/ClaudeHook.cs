using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What a hook did.</summary>
/// <param name="Recording">The executions; empty when there was nothing to record.</param>
/// <param name="Notes">What a person should know: skills that are not registered, a transcript that cannot be read.</param>
public sealed record ClaudeHookOutcome(RecordingOutcome Recording, IReadOnlyList<string> Notes);

/// <summary>
/// Records the skills that a Claude Code session used, from what the client's hooks tell. An execution is known by the id of the call that
/// invoked the skill, so that hooks that come again, and sessions that are resumed with a copy of their past, count it once.
/// </summary>
/// <param name="open">Opens the workspace; called only when there is something to record.</param>
/// <param name="time">The clock.</param>
public sealed class ClaudeHook(Func<Workspace> open, TimeProvider time)
{
    /// <summary>What stands in <c>agent</c> of the records.</summary>
    public const string Agent = "claude";

    private static readonly string[] s_ends = ["Stop", "SubagentStop", "SessionEnd"];

    /// <summary>Records what an event is about.</summary>
    public ClaudeHookOutcome Run(ClaudeHookEvent hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var notes = new List<string>();
        var ended = s_ends.Contains(hook.Name);
        if (!ended && (hook.Name != "PostToolUse" || hook.Tool != ClaudeTranscript.SkillTool))
        {
            return Nothing(notes);
        }

        var found = Transcript(hook, notes);
        var invocations = ended ? Ended(hook, found) : Begun(hook, found, notes);
        if (invocations.Count == 0)
        {
            return Nothing(notes);
        }

        using var workspace = open();
        var registry = workspace.Registry.Load();
        var records = new List<ExecutionRecord>();
        foreach (var invocation in invocations)
        {
            var skill = NameOf(invocation.Name);
            if (registry.Find(skill) is not { } entry)
            {
                notes.Add($"{Short(invocation.Name)} is no skill of this workspace; it was not recorded");
                continue;
            }

            var id = $"{Agent}-{invocation.ToolUseId}";
            if (workspace.Database.Knows(skill, id, fidelity: false, outcome: null, label: false, time: ended))
            {
                continue;
            }

            // What no version of ours serves, the client has from elsewhere; it must not count for a version that this session never saw.
            var version = ClaudeVersion.Of(workspace, skill, entry, invocation, hook);
            if (version.Digest is null)
            {
                notes.Add($"no version of {skill} serves this session, and the folder that was read is not known; it was not recorded");
                continue;
            }

            records.Add(Record(workspace, hook, invocation, skill, version, id, ended));
        }

        if (records.Count == 0)
        {
            return Nothing(notes);
        }

        var recording = workspace.Recorder.Record(records);
        workspace.Worker.Run();
        return new ClaudeHookOutcome(recording, [.. notes.Distinct()]);
    }

    /// <summary>The skill that a client means: without the plugin before the colon, and without the state after the name.</summary>
    public static string NameOf(string name) => SkillName.WithoutState(name[(name.LastIndexOf(':') + 1)..].TrimStart('/'));

    private static ClaudeHookOutcome Nothing(List<string> notes) => new(new RecordingOutcome([], new Dictionary<string, MonitoredSkill>()), [.. notes.Distinct()]);

    private static string Short(string name) => new([.. name.Where(character => !char.IsControl(character)).Take(100)]);

    private static IReadOnlyList<ClaudeInvocation> Transcript(ClaudeHookEvent hook, List<string> notes)
    {
        if (hook.Transcript is not { } path)
        {
            return [];
        }

        try
        {
            return ClaudeTranscript.ReadTail(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            notes.Add($"the transcript cannot be read: {error.Message}");
            return [];
        }
    }

    // When a sub-agent ends, the session's own skill goes on.
    private static IReadOnlyList<ClaudeInvocation> Ended(ClaudeHookEvent hook, IReadOnlyList<ClaudeInvocation> found) =>
        hook.Name == "SubagentStop" && !hook.HasOwnTranscript ? [.. found.Where(invocation => invocation.BySubagent)] : found;

    private IReadOnlyList<ClaudeInvocation> Begun(ClaudeHookEvent hook, IReadOnlyList<ClaudeInvocation> found, List<string> notes)
    {
        var invocation = found.LastOrDefault(known => hook.ToolUseId is { } id ? known.ToolUseId == id : known.Name == hook.Skill)
            ?? (hook is { ToolUseId.Length: > 0 and <= 128, Skill.Length: > 0 } ? new ClaudeInvocation(hook.ToolUseId, hook.Skill) { StartedAt = time.GetUtcNow() } : null);
        if (invocation is null)
        {
            // The client writes its transcript a little later; the end of the turn tells everything.
            notes.Add("the call is not in the transcript yet; it is recorded at the end of the turn");
        }

        return invocation is null ? [] : [invocation];
    }

    private static ExecutionRecord Record(Workspace workspace, ClaudeHookEvent hook, ClaudeInvocation invocation, string skill, ClaudeVersion version, string id, bool ended)
    {
        var json = new JsonObject
        {
            ["skill"] = skill,
            ["execution_id"] = id,
            ["timestamp"] = invocation.StartedAt is { } at ? Timestamp.ToIso(at) : null,
            ["agent"] = Agent,
            ["model"] = invocation.Model,
            ["key"] = hook.Session,
            ["source"] = "hook",
            ["reported_by"] = "wre hook claude",
            ["client_skill"] = invocation.Name,
            ["version_from"] = version.From,
            ["version"] = version.Label,
            ["digest"] = version.Digest,
            ["state"] = version.State?.Text(),
            ["state_serial"] = version.StateSerial,
        };
        if (ended)
        {
            json[version.IsTold(workspace, skill) ? "breadcrumbs" : "steps"] = Steps(invocation);
            json["execution_time_ms"] = invocation is { StartedAt: { } from, EndedAt: { } to } && to >= from ? (to - from).TotalMilliseconds : null;
            json["tokens"] = invocation.Tokens > 0 ? invocation.Tokens : null;
            json["exception"] = invocation.Failure is not null;
            json["exception_type"] = invocation.Failure;
        }

        return ExecutionRecordReader.Read(json.ToJsonString(), "the transcript", null, () => id);
    }

    private static JsonArray Steps(ClaudeInvocation invocation)
    {
        var steps = new JsonArray();
        foreach (var step in invocation.Steps)
        {
            var crumb = new JsonObject { ["tool"] = step.Tool, ["arguments"] = JsonNode.Parse(step.Arguments) };
            if (step.AtMs is { } at)
            {
                crumb["at"] = at;
            }

            if (step.Failed)
            {
                crumb["error"] = true;
            }

            steps.Add((JsonNode)crumb);
        }

        return steps;
    }
}

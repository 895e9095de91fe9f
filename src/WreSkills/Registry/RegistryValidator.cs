using System.Text.Json;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>Reads a registry that a person may have edited: every nonsense is reported with its line.</summary>
internal sealed class RegistryValidator
{
    private readonly JsonLineMap _lines;
    private readonly List<(int Line, string Message)> _problems = [];

    private RegistryValidator(JsonLineMap lines) => _lines = lines;

    /// <summary>Lists what is wrong with a registry.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static IReadOnlyList<string> Problems(ReadOnlyMemory<byte> json)
    {
        var validator = new RegistryValidator(JsonLineMap.Read(json.Span));
        foreach (var (path, line) in validator._lines.Duplicates)
        {
            validator._problems.Add((line, $"{Dotted(path)} stands here a second time"));
        }

        using var document = JsonDocument.Parse(json);
        validator.Root(document.RootElement);
        return [.. validator._problems.OrderBy(problem => problem.Line).Select(problem => $"line {problem.Line}: {problem.Message}")];
    }

    private void Root(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            Report("", "the registry must be an object");
            return;
        }

        Expect(root, "", "version", JsonValueKind.String, required: false);
        Number(root, "", "serial", required: false);
        Expect(root, "", "last_updated", JsonValueKind.String, required: false);
        if (Expect(root, "", "recent_operations", JsonValueKind.Array, required: false) is { } operations)
        {
            Items(operations, "/recent_operations");
        }

        if (Expect(root, "", "skills", JsonValueKind.Object, required: true) is not { } skills)
        {
            return;
        }

        foreach (var skill in skills.EnumerateObject())
        {
            var path = $"/skills/{skill.Name}";
            if (SkillName.Problem(skill.Name) is { } problem)
            {
                Report(path, problem);
            }

            if (skill.Value.ValueKind == JsonValueKind.Object)
            {
                Skill(skill.Value, path);
            }
            else
            {
                Report(path, "must be an object");
            }
        }
    }

    private void Skill(JsonElement skill, string path)
    {
        var state = State(skill, path, "promotion_state", required: true);
        if (state == PromotionState.Held)
        {
            Report($"{path}/promotion_state", "is \"held\"; a skill is prototype, staged or production, only its versions are held");
        }

        foreach (var name in (ReadOnlySpan<string>)["location", "primary_agent", "fallback_agent", "intent_type", "metrics_path", "module", "scoring", "monitoring", "review_schedule"])
        {
            Expect(skill, path, name, JsonValueKind.String, required: false);
        }

        // These two become paths, in which files are written and removed.
        if (skill.TryGetProperty("module", out var module) && module.ValueKind == JsonValueKind.String && SkillSettings.ModuleProblem(module.GetString()!) is { } moduleProblem)
        {
            Report($"{path}/module", $"is wrong: {moduleProblem}");
        }

        Folder(skill, path, "draft_folder");
        if (Expect(skill, path, "retired", JsonValueKind.Object, required: false) is { } retired)
        {
            foreach (var name in (ReadOnlySpan<string>)["operation", "approver", "reason"])
            {
                Expect(retired, $"{path}/retired", name, JsonValueKind.String, required: true);
            }

            Moment(retired, $"{path}/retired", "at", required: true);
            Expect(retired, $"{path}/retired", "active", JsonValueKind.Object, required: false);
            Expect(retired, $"{path}/retired", "rollout", JsonValueKind.Object, required: false);
        }

        if (Expect(skill, path, "renamed_from", JsonValueKind.Array, required: false) is { } names)
        {
            Items(names, $"{path}/renamed_from");
        }

        foreach (var name in (ReadOnlySpan<string>)["last_promotion", "last_rollback", "created_at"])
        {
            Moment(skill, path, name, required: false);
        }

        var versions = new Dictionary<string, PromotionState?>();
        if (Expect(skill, path, "versions", JsonValueKind.Object, required: false) is { } list)
        {
            foreach (var version in list.EnumerateObject())
            {
                if (SkillSettings.VersionProblem(version.Name) is { } versionProblem)
                {
                    Report($"{path}/versions/{version.Name}", versionProblem);
                }

                versions[version.Name] = Version(version.Value, $"{path}/versions/{version.Name}");
            }
        }

        var live = Active(skill, path, versions);
        if (state is PromotionState.Staged or PromotionState.Production && versions.Count > 0 && !live.Contains(state.Value))
        {
            Report($"{path}/promotion_state", $"is \"{state.Value.Text()}\", but no version is active in that state");
        }

        if (Expect(skill, path, "rollout", JsonValueKind.Object, required: false) is { } rollout)
        {
            var percent = Number(rollout, $"{path}/rollout", "percent", required: true);
            if (percent is < 0 or > 100)
            {
                Report($"{path}/rollout/percent", "must lie between 0 and 100");
            }

            Number(rollout, $"{path}/rollout", "step", required: false);
            Moment(rollout, $"{path}/rollout", "since", required: true);
        }

        if (Expect(skill, path, "prototype", JsonValueKind.Object, required: false) is { } prototype)
        {
            Digest(prototype, $"{path}/prototype");
            Moment(prototype, $"{path}/prototype", "benchmarked_at", required: true);
        }
    }

    private HashSet<PromotionState> Active(JsonElement skill, string path, Dictionary<string, PromotionState?> versions)
    {
        var live = new HashSet<PromotionState>();
        if (Expect(skill, path, "active", JsonValueKind.Object, required: false) is not { } active)
        {
            return live;
        }

        foreach (var item in active.EnumerateObject())
        {
            var here = $"{path}/active/{item.Name}";
            if (!PromotionStates.TryParse(item.Name, out var state) || state is not (PromotionState.Staged or PromotionState.Production))
            {
                Report(here, "is no state that can be active; those are staged and production");
            }
            else if (item.Value.ValueKind != JsonValueKind.String || !versions.TryGetValue(item.Value.GetString()!, out var actual))
            {
                Report(here, $"names the version {item.Value.GetRawText()}, which is not under versions");
            }
            else if (actual is { } other && other != state)
            {
                Report(here, $"names version {item.Value.GetString()}, whose state is \"{other.Text()}\"");
            }
            else
            {
                live.Add(state);
            }
        }

        return live;
    }

    private PromotionState? Version(JsonElement version, string path)
    {
        if (version.ValueKind != JsonValueKind.Object)
        {
            Report(path, "must be an object");
            return null;
        }

        Digest(version, path);
        Moment(version, path, "state_since", required: true);
        Number(version, path, "state_serial", required: true);
        Expect(version, path, "operation", JsonValueKind.String, required: true);
        Expect(version, path, "predecessor", JsonValueKind.String, required: false);
        Expect(version, path, "held_reason", JsonValueKind.String, required: false);
        State(version, path, "held_as", required: false);
        Folder(version, path, "adopted_from");
        if (version.TryGetProperty("adopted", out var adopted) && adopted.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Report($"{path}/adopted", "must be true or false");
        }

        foreach (var name in (ReadOnlySpan<string>)["tickets", "prototype_baseline", "baseline", "rolled_back"])
        {
            Expect(version, path, name, JsonValueKind.Object, required: false);
        }

        if (version.TryGetProperty("tickets", out var tickets) && tickets.ValueKind == JsonValueKind.Object)
        {
            Items(tickets, $"{path}/tickets");
        }

        if (Expect(version, path, "earlier_tickets", JsonValueKind.Array, required: false) is { } earlier)
        {
            Items(earlier, $"{path}/earlier_tickets");
        }

        foreach (var name in (ReadOnlySpan<string>)["prototype_baseline", "baseline"])
        {
            if (version.TryGetProperty(name, out var baseline) && baseline.ValueKind == JsonValueKind.Object)
            {
                foreach (var figure in (ReadOnlySpan<string>)["pattern_fidelity", "outcome_quality", "execution_time_ms", "executions"])
                {
                    Expect(baseline, $"{path}/{name}", figure, JsonValueKind.Number, required: false);
                }
            }
        }

        if (version.TryGetProperty("rolled_back", out var rollback) && rollback.ValueKind == JsonValueKind.Object)
        {
            Expect(rollback, $"{path}/rolled_back", "operation", JsonValueKind.String, required: true);
            Moment(rollback, $"{path}/rolled_back", "at", required: true);
            Expect(rollback, $"{path}/rolled_back", "reason", JsonValueKind.String, required: true);
        }

        return State(version, path, "state", required: true);
    }

    private void Items(JsonElement container, string path)
    {
        var texts = container.ValueKind == JsonValueKind.Array
            ? container.EnumerateArray().Select((value, index) => (Name: index.ToString(), Value: value))
            : container.EnumerateObject().Select(property => (property.Name, property.Value));
        foreach (var (name, value) in texts.Where(item => item.Value.ValueKind != JsonValueKind.String))
        {
            Report($"{path}/{name}", $"must be a text, not {Kind(value.ValueKind)}");
        }
    }

    // Such a text becomes a path, too: it stays inside the workspace.
    private void Folder(JsonElement parent, string path, string name)
    {
        if (Expect(parent, path, name, JsonValueKind.String, required: false) is { } folder
            && (folder.GetString() is not { Length: > 0 } text || Path.IsPathRooted(text) || text.Split('/', '\\').Contains("..")))
        {
            Report($"{path}/{name}", $"is {folder.GetRawText()}; it must be a folder inside the workspace, relative to it");
        }
    }

    private void Digest(JsonElement parent, string path)
    {
        if (Expect(parent, path, "digest", JsonValueKind.String, required: true) is { } digest
            && (digest.GetString()!.Length != 64 || !digest.GetString()!.All(char.IsAsciiHexDigitLower)))
        {
            Report($"{path}/digest", "must be 64 lower-case hex digits");
        }
    }

    private PromotionState? State(JsonElement parent, string path, string name, bool required)
    {
        if (Expect(parent, path, name, JsonValueKind.String, required) is not { } value)
        {
            return null;
        }

        if (PromotionStates.TryParse(value.GetString(), out var state))
        {
            return state;
        }

        Report($"{path}/{name}", $"is {value.GetRawText()}; it must be \"prototype\", \"staged\", \"production\" or \"held\"");
        return null;
    }

    private void Moment(JsonElement parent, string path, string name, bool required)
    {
        if (Expect(parent, path, name, JsonValueKind.String, required) is { } value && !Timestamp.TryParse(value.GetString(), out _))
        {
            Report($"{path}/{name}", $"is {value.GetRawText()}; it must be a time such as \"2025-10-20T10:00:00Z\"");
        }
    }

    private long? Number(JsonElement parent, string path, string name, bool required)
    {
        if (Expect(parent, path, name, JsonValueKind.Number, required) is not { } value)
        {
            return null;
        }

        if (value.TryGetInt64(out var number) && number >= 0)
        {
            return number;
        }

        Report($"{path}/{name}", $"is {value.GetRawText()}; it must be a whole number from 0");
        return null;
    }

    private JsonElement? Expect(JsonElement parent, string path, string name, JsonValueKind kind, bool required)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (required)
            {
                Report(path, $"has no \"{name}\"");
            }

            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Report($"{path}/{name}", $"must be {Kind(kind)}, not {Kind(value.ValueKind)}");
        return null;
    }

    private void Report(string path, string message) => _problems.Add((_lines.Line(path), path.Length == 0 ? message : $"{Dotted(path)} {message}"));

    private static string Dotted(string path) => path.TrimStart('/').Replace('/', '.');

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => "true, false or null",
    };
}

using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>What became of a skill's dependencies.</summary>
/// <param name="Context">What each is in this workspace, without credentials; empty when the skill depends on nothing.</param>
/// <param name="Refused">Every one that is missing or unhealthy.</param>
public sealed record ResolvedDependencies(JsonObject Context, IReadOnlyList<LoadRefusal> Refused);

/// <summary>
/// Resolves what a skill depends on (policy 6): data stores and MCP endpoints by <c>dependencies:</c> of wre.yaml and their health, throttles by
/// <c>throttles:</c>, required context by the request or by <c>context:</c>.
/// </summary>
public sealed class DependencyResolver(WorkspaceLayout layout, DependencyHealth health, ContextCatalog catalog)
{
    /// <summary>For how long a load waits for probes of what nobody has probed lately.</summary>
    public static TimeSpan MostWait { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Most bytes of one file of required context.</summary>
    public const int MostFileBytes = 64 * 1024;

    /// <summary>Most characters of one value that a request brings.</summary>
    public const int MostValueCharacters = 64 * 1024;

    private const string File = "wre.yaml";

    /// <summary>Resolves everything, or says everything that is in the way.</summary>
    /// <param name="dependencies">What the skill names.</param>
    /// <param name="context">Required context that the request brings.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ResolvedDependencies> ResolveAsync(SkillDependencies dependencies, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        ArgumentNullException.ThrowIfNull(context);
        var (resolved, refused) = (new JsonObject(), new List<LoadRefusal>());
        var problems = await health.ProblemsAsync([.. dependencies.Probed.Distinct()], MostWait, cancellationToken).ConfigureAwait(false);
        Put(resolved, "data_stores", dependencies.DataStores, name => Probed("data_store", name, problems, refused));
        Put(resolved, "mcp_endpoints", dependencies.McpEndpoints, name => Probed("mcp_endpoint", name, problems, refused));
        Put(resolved, "throttles", dependencies.Throttles, name => Throttle(name, refused));
        Put(resolved, "required_context", dependencies.RequiredContext, name => Context(name, context, refused));
        return new ResolvedDependencies(resolved, refused);
    }

    private static void Put(JsonObject resolved, string group, IReadOnlyList<string> names, Func<string, JsonObject?> resolve)
    {
        var values = new JsonObject();
        foreach (var name in names.Distinct())
        {
            if (resolve(name) is { } value)
            {
                values[name] = value;
            }
        }

        if (values.Count > 0)
        {
            resolved[group] = values;
        }
    }

    private JsonObject? Probed(string kind, string name, IReadOnlyDictionary<string, string?> problems, List<LoadRefusal> refused)
    {
        var settings = health.Settings.FirstOrDefault(one => one.Name == name);
        if (settings is null)
        {
            refused.Add(new LoadRefusal(kind, name, $"{File} does not say what it is", $"name it under `dependencies:` in {File}, such as `{Example(name)}: {{kind: {(kind == "mcp_endpoint" ? "mcp, url: http://127.0.0.1:8080/mcp" : "sqlite, path: data/store.db")}}}`"));
            return null;
        }

        if (problems.GetValueOrDefault(name) is { } problem)
        {
            refused.Add(new LoadRefusal(kind, name, $"it is not healthy: {SecretFree.Text(problem)}", "mend it and ask `wre dependencies --fresh`; `--no-inject` gives the text without it"));
            return null;
        }

        var value = new JsonObject { ["kind"] = settings.Kind.ToString().ToLowerInvariant() };
        Add(value, "address", settings.Address);
        if (settings.Address is null)
        {
            Add(value, "path", settings.Path is { } path ? Shown(path) : null);
            Add(value, "url", settings.Url?.OriginalString);
            Add(value, "host", settings.Host);
            if (settings.Port > 0)
            {
                value["port"] = settings.Port;
            }

            if (settings is { Kind: DependencyKind.Mcp, Command.Count: > 0 })
            {
                value["command"] = new JsonArray([.. SecretFree.Arguments(settings.Command).Select(argument => (JsonNode)argument)]);
            }
        }

        Add(value, "description", settings.Description);
        return value;
    }

    private JsonObject? Throttle(string name, List<LoadRefusal> refused)
    {
        if (catalog.Throttles.FirstOrDefault(one => one.Name == name) is not { } settings)
        {
            refused.Add(new LoadRefusal("throttle", name, $"{File} does not say what it allows", $"name it under `throttles:` in {File}, such as `{Example(name)}: {{max_per_minute: 60}}`"));
            return null;
        }

        var value = new JsonObject();
        foreach (var (key, limit) in (ReadOnlySpan<(string, double?)>)
            [("max_per_second", settings.MaxPerSecond), ("max_per_minute", settings.MaxPerMinute), ("max_per_hour", settings.MaxPerHour), ("max_per_day", settings.MaxPerDay), ("max_parallel", settings.MaxParallel)])
        {
            if (limit is { } most)
            {
                value[key] = most;
            }
        }

        Add(value, "description", settings.Description);
        return value;
    }

    private JsonObject? Context(string name, IReadOnlyDictionary<string, string> request, List<LoadRefusal> refused)
    {
        LoadRefusal Refusal(string reason, string hint) => new("context", name, reason, hint);
        var settings = catalog.Context.FirstOrDefault(one => one.Name == name);
        var value = new JsonObject();
        if (request.TryGetValue(name, out var brought))
        {
            if (brought.Length > MostValueCharacters)
            {
                refused.Add(Refusal($"the request's value has more than {MostValueCharacters:N0} characters", "shorten it, or let the agent read it as a file"));
                return null;
            }

            Add(value, "value", brought);
        }
        else if (settings is null)
        {
            refused.Add(Refusal($"neither the request nor {File} says what it is", $"pass `--context {Example(name)}=VALUE`, or name it under `context:` in {File}: a value, `{{file: PATH}}`, or `{{source: request}}` when each request brings it"));
            return null;
        }
        else if (settings.ComesWithRequest)
        {
            value["source"] = "request";
        }
        else if (settings.Path is { } path)
        {
            if (Read(path, out var text) is { } problem)
            {
                refused.Add(Refusal(problem, $"put the file there, or change `context:` in {File}"));
                return null;
            }

            Add(value, "file", Shown(path));
            Add(value, "text", text);
        }
        else
        {
            Add(value, "value", settings.Value);
        }

        Add(value, "description", settings?.Description);
        return value;
    }

    private string? Read(string path, out string text)
    {
        text = "";
        try
        {
            if (UntrustedFile.ReadAllBytes(path, MostFileBytes) is not { } bytes)
            {
                return $"its file {Shown(path)} has more than {MostFileBytes:N0} bytes";
            }

            var content = bytes.AsSpan();
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content);
            return text.Contains('\0') ? $"its file {Shown(path)} is no text" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"its file {Shown(path)} cannot be read: {error.Message.Replace(path, Shown(path), StringComparison.Ordinal)}";
        }
        catch (DecoderFallbackException)
        {
            return $"its file {Shown(path)} is not valid UTF-8";
        }
    }

    // Relative to the workspace where it lies inside, so that what an agent reads does not depend on where somebody keeps it.
    private string Shown(string path) => Path.GetRelativePath(layout.Root, path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative) ? relative.Replace('\\', '/') : path;

    // A skill's author chose the name; the hint is copied into a terminal.
    private static string Example(string name) => name.Length <= 64 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.') ? name : "NAME";

    private static void Add(JsonObject value, string key, string? text)
    {
        if (text is not null)
        {
            value[key] = SecretFree.Text(text);
        }
    }
}

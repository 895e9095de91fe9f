using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Policy;
using WreSkills.Scanning;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>What is known of a dependency.</summary>
public sealed record DependencyState
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was probed last.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>How long that took, milliseconds.</summary>
    public double DurationMs { get; init; }

    /// <summary>What was wrong; null when it was healthy.</summary>
    public string? Problem { get; init; }

    /// <summary>When each of the latest probes in a row failed, oldest first, as many as the policy counts.</summary>
    public IReadOnlyList<DateTimeOffset> Failures { get; init => field = value ?? []; } = [];

    /// <summary>Since when it counts as failed; null while it does not.</summary>
    public DateTimeOffset? FailedSince { get; init; }

    /// <summary>The state after a probe. It counts as failed once enough probes in a row failed within the policy's span, so that one lost packet does nothing.</summary>
    public static DependencyState After(DependencyState? before, DependencyProbe probe, DependencyRules rules)
    {
        if (probe.IsHealthy)
        {
            return new DependencyState { Name = probe.Name, CheckedAt = probe.CheckedAt, DurationMs = probe.DurationMs };
        }

        IReadOnlyList<DateTimeOffset> failures = [.. (before?.Failures ?? []).Append(probe.CheckedAt).TakeLast(rules.Probes)];
        var span = failures[^1] - failures[0];

        // A clock that was set back makes the span negative; those probes were not within anything.
        var failed = failures.Count == rules.Probes && span >= TimeSpan.Zero && span <= TimeSpan.FromSeconds(rules.WithinSeconds);
        return new DependencyState
        {
            Name = probe.Name,
            CheckedAt = probe.CheckedAt,
            DurationMs = probe.DurationMs,
            Problem = probe.Problem,
            Failures = failures,
            FailedSince = before?.FailedSince ?? (failed ? failures[0] : null),
        };
    }
}

/// <summary>
/// The health of the workspace's dependencies: probes them, remembers what it found for all processes (<c>dependencies.json</c>), and confirms a failure by
/// further probes before anything is done about it.
/// </summary>
public sealed class DependencyHealth(WorkspaceLayout layout, IReadOnlyList<DependencySettings> settings, DependencyRules rules, TimeProvider time)
{
    private const int MostAtOnce = 8;

    /// <summary>For how long a healthy answer is good.</summary>
    public static TimeSpan MaxAge { get; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a failure is believed without another probe.</summary>
    public static TimeSpan Believed { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The dependencies that wre.yaml names.</summary>
    public IReadOnlyList<DependencySettings> Settings => settings;

    /// <summary>What is known, by name.</summary>
    public IReadOnlyDictionary<string, DependencyState> Load()
    {
        try
        {
            return File.Exists(layout.DependenciesFile)
                ? (JsonSerializer.Deserialize(File.ReadAllBytes(layout.DependenciesFile), DependencyJson.Default.ListDependencyState) ?? []).ToDictionary(state => state.Name)
                : new Dictionary<string, DependencyState>();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or IOException)
        {
            // It is known again after the next probe.
            return new Dictionary<string, DependencyState>();
        }
    }

    /// <summary>Dependencies that count as failed now.</summary>
    public IReadOnlyList<DependencyState> Failed()
    {
        var now = time.GetUtcNow();
        return !File.Exists(layout.DependenciesFile) ? [] : [.. Load().Values.Where(state => state.FailedSince is not null && now - state.CheckedAt <= Believed)];
    }

    /// <summary>Probes dependencies, those known to be healthy a moment ago excepted.</summary>
    /// <param name="names">Which; names that wre.yaml does not know are passed over.</param>
    /// <param name="fresh">Probe whatever is known.</param>
    /// <param name="confirm">Probe what fails again until it counts as failed or answers.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What is known of each, in the order of wre.yaml.</returns>
    public async Task<IReadOnlyList<DependencyState>> CheckAsync(IReadOnlyCollection<string> names, bool fresh, bool confirm, CancellationToken cancellationToken)
    {
        var asked = settings.Where(one => names.Contains(one.Name)).ToList();
        var known = new Dictionary<string, DependencyState>(Load());
        var now = time.GetUtcNow();
        bool IsKnown(DependencySettings one) => !fresh && known.TryGetValue(one.Name, out var state) && state.Problem is null && now - state.CheckedAt >= TimeSpan.Zero && now - state.CheckedAt < MaxAge;
        var probed = new Dictionary<string, DependencyState>();
        using var prober = new DependencyProber(time);
        await Parallel.ForEachAsync(asked.Where(one => !IsKnown(one)), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken }, async (one, token) =>
        {
            var state = await ProbeAsync(prober, one, known.GetValueOrDefault(one.Name), confirm, token).ConfigureAwait(false);
            lock (probed)
            {
                probed[one.Name] = state;
            }
        }).ConfigureAwait(false);
        if (probed.Count > 0)
        {
            Save(probed);
        }

        return [.. asked.Select(one => probed.GetValueOrDefault(one.Name) ?? known[one.Name])];
    }

    /// <summary>
    /// What is wrong with dependencies, for somebody who is waiting: what was probed within <see cref="MaxAge"/> is believed either way, the rest is probed
    /// once, all of it within a limit. What cannot be noted for the next one is not.
    /// </summary>
    /// <param name="names">Which; names that wre.yaml does not know are passed over.</param>
    /// <param name="limit">How long that may take.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The problem of each; null where it is healthy.</returns>
    public async Task<IReadOnlyDictionary<string, string?>> ProblemsAsync(IReadOnlyCollection<string> names, TimeSpan limit, CancellationToken cancellationToken)
    {
        var asked = settings.Where(one => names.Contains(one.Name)).ToList();
        if (asked.Count == 0)
        {
            return new Dictionary<string, string?>();
        }

        var now = time.GetUtcNow();
        var known = Load();
        bool IsKnown(DependencySettings one) => known.TryGetValue(one.Name, out var state) && now - state.CheckedAt >= TimeSpan.Zero && now - state.CheckedAt < MaxAge;
        var problems = asked.Where(IsKnown).ToDictionary(one => one.Name, one => known[one.Name].Problem);
        var probed = await ProbeWithinAsync([.. asked.Where(one => !IsKnown(one))], known, limit, cancellationToken).ConfigureAwait(false);
        foreach (var one in asked.Where(one => !problems.ContainsKey(one.Name)))
        {
            problems[one.Name] = probed.TryGetValue(one.Name, out var state) ? state.Problem : $"no answer within {limit.TotalSeconds:0.###} s";
        }

        return problems;
    }

    private async Task<Dictionary<string, DependencyState>> ProbeWithinAsync(IReadOnlyList<DependencySettings> asked, IReadOnlyDictionary<string, DependencyState> known, TimeSpan limit, CancellationToken cancellationToken)
    {
        var probed = new Dictionary<string, DependencyState>();
        if (asked.Count == 0)
        {
            return probed;
        }

        using var prober = new DependencyProber(time);
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = either.Token }, async (one, token) =>
            {
                var state = await ProbeAsync(prober, one, known.GetValueOrDefault(one.Name), confirm: false, token).ConfigureAwait(false);
                lock (probed)
                {
                    probed[one.Name] = state;
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever did not answer is missing.
        }

        try
        {
            Save(probed);
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            // A workspace that cannot be written to is read all the same.
        }

        return probed;
    }

    /// <summary>What <see cref="CheckAsync"/> does, for callers that cannot wait otherwise; bounded by the probes' time-outs.</summary>
    public IReadOnlyList<DependencyState> Check(IReadOnlyCollection<string> names) =>
        settings.Count == 0 ? [] : Task.Run(() => CheckAsync(names, fresh: false, confirm: false, CancellationToken.None)).GetAwaiter().GetResult();

    private async Task<DependencyState> ProbeAsync(DependencyProber prober, DependencySettings one, DependencyState? before, bool confirm, CancellationToken cancellationToken)
    {
        var state = DependencyState.After(before, await prober.ProbeAsync(one, cancellationToken).ConfigureAwait(false), rules);

        // Spread over the span, so that what is over in a second does not count.
        var pause = TimeSpan.FromSeconds(rules.WithinSeconds * 0.8 / Math.Max(1, rules.Probes - 1));
        for (var probe = 1; confirm && probe < rules.Probes && state is { Problem: not null, FailedSince: null }; probe++)
        {
            if (state.DurationMs >= pause.TotalMilliseconds)
            {
                return await ProbeTogetherAsync(prober, one, state, pause, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(pause - TimeSpan.FromMilliseconds(state.DurationMs), time, cancellationToken).ConfigureAwait(false);
            state = DependencyState.After(state, await prober.ProbeAsync(one, cancellationToken).ConfigureAwait(false), rules);
        }

        return state;
    }

    // What hangs until a long time-out would never fail often enough within the span, one probe after the other.
    private async Task<DependencyState> ProbeTogetherAsync(DependencyProber prober, DependencySettings one, DependencyState before, TimeSpan pause, CancellationToken cancellationToken)
    {
        var probes = await Task.WhenAll(Enumerable.Range(0, rules.Probes).Select(async number =>
        {
            await Task.Delay(pause * number, time, cancellationToken).ConfigureAwait(false);
            return await prober.ProbeAsync(one, cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
        return probes.Aggregate(before, (state, probe) => DependencyState.After(state, probe, rules));
    }

    private void Save(Dictionary<string, DependencyState> probed)
    {
        DurableFile.CreateDirectory(Path.GetDirectoryName(layout.DependenciesFile)!);
        using var turn = FileLock.Acquire(layout.DependenciesFile + ".lock");
        var all = new SortedDictionary<string, DependencyState>(StringComparer.Ordinal);
        foreach (var (name, state) in Load().Where(state => settings.Any(one => one.Name == state.Key)).Concat(probed))
        {
            all[name] = state;
        }

        DurableFile.Replace(layout.DependenciesFile, Redaction.JsonText(JsonSerializer.SerializeToUtf8Bytes([.. all.Values], DependencyJson.Default.ListDependencyState), DependencyJson.Default.Options));
    }
}

/// <summary>Source-generated JSON of dependencies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(List<DependencyState>))]
internal sealed partial class DependencyJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// The breakers of live stays, one small file per skill (<c>breakers/&lt;skill&gt;.json</c>), so that every process's loader sees them. A skill
/// whose executions all succeed has no file, and loading it costs one look whether there is one.
/// </summary>
public sealed class BreakerStore(WorkspaceLayout layout, BreakerRules rules, TimeProvider time)
{
    /// <summary>The breaker of a stay; one at rest when nothing is known.</summary>
    public CircuitBreaker Find(string skill, string? version, long stateSerial) =>
        Load(skill).FirstOrDefault(breaker => breaker.StateSerial == stateSerial) ?? new CircuitBreaker { Version = version ?? "", StateSerial = stateSerial };

    /// <summary>Breakers of a skill that took an exception in, those at rest again included.</summary>
    public IReadOnlyList<CircuitBreaker> Load(string skill)
    {
        var file = FileOf(skill);
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), BreakerJson.Default.ListCircuitBreaker) ?? [];
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            // A breaker that cannot be read protects nobody, and must not stop anybody either.
            return [];
        }
    }

    /// <summary>
    /// Takes executions of a stay in. Two processes may have read the same ones, and one that was killed reads them again: each counts once.
    /// </summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="stateSerial">Registry serial with which it entered its state.</param>
    /// <param name="executions">Arrival number of each, in order, and whether it ended in an exception.</param>
    /// <param name="database">Which database numbered the arrivals; asked when it matters.</param>
    /// <param name="live">Registry serials of the skill's live stays; breakers of others are forgotten.</param>
    /// <returns>The breaker before and after, when it changed its state; else null.</returns>
    public (CircuitBreaker Before, CircuitBreaker After)? Note(string skill, string version, long stateSerial, IReadOnlyList<(long Arrival, bool Failed)> executions, Func<string> database, IReadOnlyCollection<long> live)
    {
        if (rules.Failures == 0 || executions.Count == 0 || (!executions.Any(execution => execution.Failed) && !File.Exists(FileOf(skill))))
        {
            return null;
        }

        DurableFile.CreateDirectory(layout.BreakersFolder);
        using var turn = FileLock.Acquire(Path.Combine(layout.BreakersFolder, ".lock"));
        var all = Load(skill).ToList();
        var before = all.Find(breaker => breaker.StateSerial == stateSerial) ?? new CircuitBreaker { Version = version, StateSerial = stateSerial };
        var numberedBy = database();
        before = before.Database == numberedBy ? before : before with { Position = 0, Database = numberedBy };
        var now = time.GetUtcNow();
        var after = executions.Aggregate(before, (breaker, execution) =>
            execution.Arrival <= breaker.Position ? breaker : breaker.After(execution.Failed, rules, now) with { Position = execution.Arrival });

        // Successes at rest change nothing but the position, and taking them in twice changes nothing at all.
        if (after == before || (before.IsAtRest && after == before with { Position = after.Position }))
        {
            return null;
        }

        all.RemoveAll(breaker => breaker.StateSerial == stateSerial || !live.Contains(breaker.StateSerial));
        all.Add(after);
        DurableFile.Replace(FileOf(skill), JsonSerializer.SerializeToUtf8Bytes(all, BreakerJson.Default.ListCircuitBreaker));
        return before.At(now) == after.At(now) ? null : (before, after);
    }

    /// <summary>The policy's rules.</summary>
    public BreakerRules Rules => rules;

    /// <summary>The time by which breakers open and close.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>
    /// Which edition of the breakers is on disk, and whether it is certain to change with every later change; every change of a breaker replaces a file
    /// in their folder, which changes the folder. Take it before breakers are read.
    /// </summary>
    internal (FileIdentity? Seen, bool IsSettled) Edition()
    {
        var now = FileIdentity.Now;
        var seen = FileIdentity.Of(layout.BreakersFolder);
        return (seen, seen?.IsSettled(now) ?? true);
    }

    private string FileOf(string skill) => Path.Combine(layout.BreakersFolder, skill + ".json");
}

/// <summary>Source-generated JSON of breakers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(List<CircuitBreaker>))]
internal sealed partial class BreakerJson : JsonSerializerContext;

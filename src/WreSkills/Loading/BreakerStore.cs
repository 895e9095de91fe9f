using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// The breakers that are not at rest, one small file per skill (<c>breakers/&lt;skill&gt;.json</c>), so that every process's loader sees them. A skill
/// whose executions succeed has no file, and loading it costs one look whether there is one.
/// </summary>
public sealed class BreakerStore(WorkspaceLayout layout, BreakerRules rules, TimeProvider time)
{
    /// <summary>The breaker of a stay; one at rest when nothing is known.</summary>
    public CircuitBreaker Find(string skill, string? version, long stateSerial) =>
        Load(skill).FirstOrDefault(breaker => breaker.StateSerial == stateSerial) ?? new CircuitBreaker { Version = version ?? "", StateSerial = stateSerial };

    /// <summary>Breakers of a skill that are not at rest.</summary>
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

    /// <summary>Takes executions of a stay in, in order: true is an exception.</summary>
    /// <returns>The breaker before and after, when it changed its state; else null.</returns>
    public (CircuitBreaker Before, CircuitBreaker After)? Note(string skill, string version, long stateSerial, IReadOnlyList<bool> executions)
    {
        if (rules.Failures == 0 || (!executions.Contains(true) && !File.Exists(FileOf(skill))))
        {
            return null;
        }

        DurableFile.CreateDirectory(layout.BreakersFolder);
        using var turn = FileLock.Acquire(Path.Combine(layout.BreakersFolder, ".lock"));
        var all = Load(skill).ToList();
        var before = all.Find(breaker => breaker.StateSerial == stateSerial) ?? new CircuitBreaker { Version = version, StateSerial = stateSerial };
        var now = time.GetUtcNow();
        var after = executions.Aggregate(before, (breaker, execution) => breaker.After(execution, rules, now));
        if (after == before)
        {
            return null;
        }

        // Of other stays only those that are open still matter.
        all.RemoveAll(breaker => breaker.StateSerial == stateSerial || breaker.OpenUntil is null);
        if (after.Failures > 0 || after.OpenUntil is not null)
        {
            all.Add(after);
        }

        Save(skill, all);
        return before.At(now) == after.At(now) ? null : (before, after);
    }

    /// <summary>Whether a key may get a version.</summary>
    public bool Admits(string skill, long stateSerial, string key) =>
        !File.Exists(FileOf(skill)) || Find(skill, null, stateSerial).Admits(skill, key, rules, time.GetUtcNow());

    private void Save(string skill, List<CircuitBreaker> breakers)
    {
        if (breakers.Count == 0)
        {
            DurableFile.Delete(FileOf(skill));
        }
        else
        {
            DurableFile.Replace(FileOf(skill), JsonSerializer.SerializeToUtf8Bytes(breakers, BreakerJson.Default.ListCircuitBreaker));
        }
    }

    private string FileOf(string skill) => Path.Combine(layout.BreakersFolder, skill + ".json");
}

/// <summary>Source-generated JSON of breakers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(List<CircuitBreaker>))]
internal sealed partial class BreakerJson : JsonSerializerContext;

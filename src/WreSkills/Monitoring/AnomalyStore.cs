using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Storage;

namespace WreSkills.Monitoring;

/// <summary>
/// A skill's recent executions and the anomalies among them: <c>anomalies/&lt;skill&gt;.json</c>, bounded. It is derived, so it is
/// not flushed, and a damaged file begins anew.
/// </summary>
public sealed class AnomalyStore(WorkspaceLayout layout)
{
    private const int MostAnomalies = 500;

    /// <summary>Compares executions with the history, one after another, and adds them to it.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="executions">Id, moment (ISO 8601), features, and whether it is to be part of the history (a crashed one is not), in order.</param>
    /// <returns>The anomalies found.</returns>
    public IReadOnlyList<Anomaly> Add(string skill, IReadOnlyList<(string Id, string At, ExecutionFeatures Features, bool Usual)> executions)
    {
        var file = FileOf(skill);
        DurableFile.CreateDirectory(Path.GetDirectoryName(file)!);
        using var turn = FileLock.Acquire(file + ".lock");
        var state = Load(file);
        var (history, found) = (state.History.ToList(), new List<Anomaly>());
        foreach (var (id, at, features, usual) in executions)
        {
            found.AddRange(AnomalyDetector.Detect(id, at, features, history));
            if (usual)
            {
                history.Add(features);
                if (history.Count > AnomalyDetector.Kept)
                {
                    history.RemoveAt(0);
                }
            }
        }

        var next = new AnomalyState { History = history, Anomalies = [.. state.Anomalies.Concat(found).TakeLast(MostAnomalies)] };
        var temporary = $"{file}.tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(next, AnomalyJson.Default.AnomalyState));
        File.Move(temporary, file, overwrite: true);
        return found;
    }

    /// <summary>The latest anomalies of a skill, newest first, and how long its history is.</summary>
    public (IReadOnlyList<Anomaly> Anomalies, int History) Read(string skill)
    {
        var state = Load(FileOf(skill));
        return ([.. state.Anomalies.Reverse()], state.History.Count);
    }

    private static AnomalyState Load(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), AnomalyJson.Default.AnomalyState) ?? new AnomalyState() : new AnomalyState();
        }
        catch (JsonException)
        {
            return new AnomalyState();
        }
    }

    private string FileOf(string skill) => Path.Combine(layout.AnomaliesFolder, skill + ".json");
}

/// <summary>What is kept of a skill.</summary>
internal sealed record AnomalyState
{
    public IReadOnlyList<ExecutionFeatures> History { get; init => field = value ?? []; } = [];

    public IReadOnlyList<Anomaly> Anomalies { get; init => field = value ?? []; } = [];
}

/// <summary>Source-generated JSON of anomalies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnomalyState))]
internal sealed partial class AnomalyJson : JsonSerializerContext;

using System.Security.Cryptography;
using System.Text.Json;

using WreSkills.Scanning;
using WreSkills.Storage;

namespace WreSkills.Benchmarks;

/// <summary>The benchmark results: <c>benchmarks/&lt;skill&gt;/&lt;timestamp&gt;_&lt;digest&gt;_&lt;run&gt;.json</c>, never overwritten.</summary>
public sealed class BenchmarkStore(WorkspaceLayout layout)
{
    /// <summary>Stores a result durably, without secrets (policy 2.1).</summary>
    public void Save(BenchmarkResult result)
    {
        _ = Timestamp.TryParse(result.StartedAt, out var moment);
        var name = $"{Timestamp.ToFileName(moment)}_{result.Digest[..16]}_{result.RunId[^12..]}.json";
        DurableFile.Replace(Path.Combine(layout.BenchmarksFolder, result.Skill, name), Redaction.JsonText(JsonSerializer.SerializeToUtf8Bytes(result, BenchmarkJson.Readable.BenchmarkResult), BenchmarkJson.Readable.Options));
    }

    /// <summary>The latest result of a content.</summary>
    /// <returns>The result and the SHA-256 of its file, or null when the content was never benchmarked.</returns>
    /// <exception cref="WreException">The file is damaged.</exception>
    public (BenchmarkResult Result, string Sha256)? Latest(string skill, string digest)
    {
        var folder = Path.Combine(layout.BenchmarksFolder, skill);
        var path = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, $"*_{digest[..16]}_*.json").OrderDescending(StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (path is null)
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        try
        {
            var result = JsonSerializer.Deserialize(bytes, BenchmarkJson.Readable.BenchmarkResult)!;
            return result.Digest == digest && result.Skill == skill ? (result, Convert.ToHexStringLower(SHA256.HashData(bytes))) : null;
        }
        catch (JsonException error)
        {
            throw new WreException($"The benchmark result {path} is damaged: {error.Message}", "delete it and run `wre bench` again", innerException: error);
        }
    }

    /// <summary>Finds a stored run.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="wanted">A run's id, the label of a version (its latest run), or null for the latest run of all.</param>
    /// <param name="other">A run that is not meant; null for none.</param>
    /// <exception cref="WreException">There is none, or its file is damaged.</exception>
    public BenchmarkResult Find(string skill, string? wanted, string? other = null)
    {
        var folder = Path.Combine(layout.BenchmarksFolder, skill);
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            // Ids are in the names of the files; everything else only inside.
            if (wanted is { Length: 36 } && !path.EndsWith($"_{wanted[^12..]}.json", StringComparison.Ordinal))
            {
                continue;
            }

            BenchmarkResult? result;
            try
            {
                result = JsonSerializer.Deserialize(File.ReadAllBytes(path), BenchmarkJson.Readable.BenchmarkResult);
            }
            catch (JsonException error)
            {
                throw new WreException($"The benchmark result {path} is damaged: {error.Message}", "delete it and run `wre bench` again", innerException: error);
            }

            if (result is not null && result.RunId != other && (wanted is null || result.RunId == wanted || result.Version == wanted))
            {
                return result;
            }
        }

        throw new WreException(
            wanted is null ? $"No benchmark of {skill} is stored{(other is null ? "" : " beside this one")}." : $"No benchmark of {skill} is stored under '{wanted}'.", $"`wre bench --skill {skill}` runs one; a run is named by its run_id or by the label of its version");
    }
}

using System.Security.Cryptography;
using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Benchmarks;

/// <summary>The benchmark results: <c>benchmarks/&lt;skill&gt;/&lt;timestamp&gt;_&lt;digest&gt;_&lt;run&gt;.json</c>, never overwritten.</summary>
public sealed class BenchmarkStore(WorkspaceLayout layout)
{
    /// <summary>Stores a result durably.</summary>
    public void Save(BenchmarkResult result)
    {
        _ = Timestamp.TryParse(result.StartedAt, out var moment);
        var name = $"{Timestamp.ToFileName(moment)}_{result.Digest[..16]}_{result.RunId[^12..]}.json";
        DurableFile.Replace(Path.Combine(layout.BenchmarksFolder, result.Skill, name), JsonSerializer.SerializeToUtf8Bytes(result, BenchmarkJson.Readable.BenchmarkResult));
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
}

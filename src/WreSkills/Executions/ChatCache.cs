using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Scanning;

namespace WreSkills.Executions;

/// <summary>
/// Answers of models by what they depend on, one small file each. Losing it costs time and tokens, nothing else: files are not
/// flushed, a damaged one is a miss, and the oldest go when there are too many.
/// </summary>
/// <param name="folder">Where the files are.</param>
public sealed class ChatCache(string folder)
{
    private const int Most = 50_000;
    private const int CheckedEvery = 1000;
    private int _kept;

    /// <summary>The answer that was kept, or null.</summary>
    public ChatAnswer? Find(string fingerprint)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(fingerprint)), ChatCacheJson.Default.ChatAnswer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps an answer; when that fails it is asked again the next time.</summary>
    public void Keep(string fingerprint, ChatAnswer answer)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var temporary = Path.Combine(folder, $".{fingerprint}.{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(temporary, Redaction.JsonText(JsonSerializer.SerializeToUtf8Bytes(answer, ChatCacheJson.Default.ChatAnswer), ChatCacheJson.Default.Options));
            File.Move(temporary, FileOf(fingerprint), overwrite: true);
            if (Interlocked.Increment(ref _kept) % CheckedEvery == 1)
            {
                Trim();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written is no cache.
        }
    }

    private void Trim()
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(Most))
        {
            file.Delete();
        }
    }

    private string FileOf(string fingerprint) => Path.Combine(folder, fingerprint + ".json");
}

/// <summary>Source-generated JSON of cached answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatAnswer))]
internal sealed partial class ChatCacheJson : JsonSerializerContext;

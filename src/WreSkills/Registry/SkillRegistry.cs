using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>
/// The registry file: the truth about states. Its replacement is the commit point of every transition; whoever calls
/// <see cref="TryCommit"/> holds the workspace's commit lock.
/// </summary>
public sealed class SkillRegistry(WorkspaceLayout layout, TimeProvider time)
{
    /// <summary>Path of the file.</summary>
    public string Path => layout.RegistryFile;

    /// <summary>Reads the registry; a missing file is an empty one with serial 0.</summary>
    /// <exception cref="WreException">The file is nonsense; every finding is listed with its line, and nothing is overwritten.</exception>
    public RegistryDocument Load()
    {
        if (!File.Exists(Path))
        {
            return new RegistryDocument();
        }

        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(Path);
        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        try
        {
            if (RegistryValidator.Problems(bytes) is { Count: > 0 } problems)
            {
                throw Refusal(problems);
            }

            return JsonSerializer.Deserialize(bytes.Span, RegistryJson.Readable.RegistryDocument)!;
        }
        catch (JsonException error)
        {
            throw Refusal([$"line {(error.LineNumber ?? 0) + 1}: not valid JSON: {error.Message.Split(" LineNumber:")[0]}"]);
        }
    }

    /// <summary>Replaces the registry if its serial is still the expected one. Durable when it returns true.</summary>
    /// <param name="next">The new content; its serial becomes <paramref name="expectedSerial"/> + 1.</param>
    /// <param name="expectedSerial">The serial of the document that <paramref name="next"/> was made from.</param>
    /// <returns>False when somebody else changed the registry in between.</returns>
    public bool TryCommit(RegistryDocument next, long expectedSerial)
    {
        if (Load().Serial != expectedSerial)
        {
            return false;
        }

        var stamped = next with { Serial = expectedSerial + 1, LastUpdated = Timestamp.ToIso(time.GetUtcNow()) };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(stamped, RegistryJson.Readable.RegistryDocument);
        DurableFile.Replace(Path, [.. bytes, (byte)'\n']);
        return true;
    }

    private WreException Refusal(IReadOnlyList<string> problems) => new(
        $"The registry {Path} cannot be used ({problems.Count} finding{(problems.Count == 1 ? "" : "s")}); it was not changed.",
        "mend the lines named, or restore the file from git",
        problems);
}

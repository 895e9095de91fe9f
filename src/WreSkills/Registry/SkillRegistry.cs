using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>
/// The registry file: the truth about states. Its replacement is the commit point of every transition; whoever calls
/// <see cref="TryCommit"/> holds the workspace's commit lock.
/// </summary>
public sealed class SkillRegistry(WorkspaceLayout layout, TimeProvider time)
{
    private volatile Reading? _latest;

    /// <summary>Path of the file.</summary>
    public string Path => layout.RegistryFile;

    /// <summary>
    /// The registry as it is on disk now; a missing file is an empty one with serial 0. A file that is certain to be the one that was read last is
    /// not read again, and the same document is given; whatever another process committed is seen by the next call.
    /// </summary>
    /// <exception cref="WreException">The file is nonsense; every finding is listed with its line, and nothing is overwritten.</exception>
    public RegistryDocument Load()
    {
        var now = FileIdentity.Now;
        if (FileIdentity.Of(Path) is not { } identity)
        {
            return Read();
        }

        var known = _latest;
        if (known is { IsSettled: true } && known.Identity == identity)
        {
            return known.Document;
        }

        var bytes = File.ReadAllBytes(Path);
        var document = known is not null && known.Bytes.AsSpan().SequenceEqual(bytes) ? known.Document : Parse(bytes);
        _latest = new Reading(identity, identity.IsSettled(now), bytes, document);
        return document;
    }

    private RegistryDocument Read() => File.Exists(Path) ? Parse(File.ReadAllBytes(Path)) : new RegistryDocument();

    private RegistryDocument Parse(ReadOnlyMemory<byte> bytes)
    {
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
        if (Read().Serial != expectedSerial)
        {
            return false;
        }

        var stamped = next with { Serial = expectedSerial + 1, LastUpdated = Timestamp.ToIso(time.GetUtcNow()) };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(stamped, RegistryJson.Readable.RegistryDocument);
        DurableFile.Replace(Path, [.. bytes, (byte)'\n']);
        return true;
    }

    // One reference, so that a reader on another thread sees a whole one.
    private sealed record Reading(FileIdentity Identity, bool IsSettled, byte[] Bytes, RegistryDocument Document);

    private WreException Refusal(IReadOnlyList<string> problems) => new(
        $"The registry {Path} cannot be used ({problems.Count} finding{(problems.Count == 1 ? "" : "s")}); it was not changed.",
        "mend the lines named, or restore the file from git",
        problems);
}

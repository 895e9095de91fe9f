using System.Text;
using System.Text.Json;

namespace WreSkills.Storage;

/// <summary>Append-only JSON lines in which a line with a given id stands at most once, however often it is written.</summary>
public static class IdempotentLog
{
    /// <summary>Appends a line unless one with the same id is there; look-up and append happen under one lock.</summary>
    /// <param name="path">The file.</param>
    /// <param name="idField">Name of the field that holds the id.</param>
    /// <param name="id">The id.</param>
    /// <param name="json">The line without its line feed.</param>
    /// <returns>False when it was there already.</returns>
    public static bool Append(string path, string idField, string id, string json)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        DurableFile.CreateDirectory(directory);
        using var turn = FileLock.Acquire(Path.Combine(directory, AppendTurns.FileName));
        if (Contains(path, idField, id))
        {
            return false;
        }

        DurableFile.AppendHoldingTurn(path, Encoding.UTF8.GetBytes(json + "\n"), flush: true);
        return true;
    }

    /// <summary>
    /// Appends what is made of a look at all lines that are there; look and append happen under one lock. A torn last line is ended
    /// first, as <see cref="DurableFile.Append"/> does it.
    /// </summary>
    /// <param name="path">The file, made if it is missing.</param>
    /// <param name="make">Reads the lines and makes bytes with their line feed; none to end and flush what is there, null to leave everything as it is.</param>
    internal static void AppendAfter(string path, Func<LineScanner, byte[]?> make)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        DurableFile.CreateDirectory(directory);
        using var turn = FileLock.Acquire(Path.Combine(directory, AppendTurns.FileName));
        byte[]? bytes;
        using (var stream = File.Exists(path) ? OpenShared(path) : Stream.Null)
        {
            bytes = make(new LineScanner(stream));
        }

        if (bytes is not null)
        {
            DurableFile.AppendHoldingTurn(path, bytes, flush: true);
        }
    }

    /// <summary>Opens a file that others append to for reading from its beginning.</summary>
    internal static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    /// <summary>True when a whole line with this id is in the file.</summary>
    public static bool Contains(string path, string idField, string id) =>
        File.Exists(path) && Lines(path).Any(line => line.TryGetProperty(idField, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == id);

    /// <summary>The objects of a file in order; torn and malformed lines are passed over.</summary>
    public static IEnumerable<JsonElement> Lines(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (TryParse(line) is { } item)
            {
                yield return item;
            }
        }
    }

    private static JsonElement? TryParse(string line)
    {
        try
        {
            // Half a character in an escape would throw only later, at whoever takes the text out.
            if (line.Contains("\\u", StringComparison.OrdinalIgnoreCase))
            {
                JsonLineMap.Read(Encoding.UTF8.GetBytes(line));
            }

            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.Trust;

/// <summary>A proof that a line stands in a log, which anybody can check who has neither the log nor this program (RFC 9162, 2.1.3.2).</summary>
public sealed record AuditProof
{
    /// <summary>Longest text of a proof in characters.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Text of the log's checkpoint that the proof leads to.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Lines before it.</summary>
    public required long Index { get; init; }

    /// <summary>The line, exactly, without its line feed.</summary>
    public required string Line { get; init; }

    /// <summary>The hashes from the line's sibling up, in hexadecimal.</summary>
    public required IReadOnlyList<string> Hashes { get; init; }

    /// <summary>The proof as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["checkpoint"] = Checkpoint,
        ["index"] = Index,
        ["line"] = Line,
        ["hashes"] = new JsonArray([.. Hashes.Select(hash => (JsonNode)hash)]),
    };

    /// <summary>Reads a proof; whether it holds, <see cref="Problem"/> says.</summary>
    /// <exception cref="WreException">The text is no proof.</exception>
    public static AuditProof Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Length <= MaxLength ? json : throw new JsonException("it is too long"));
            var root = document.RootElement;
            return new AuditProof
            {
                Checkpoint = root.GetProperty("checkpoint").GetString()!,
                Index = root.GetProperty("index").GetInt64(),
                Line = root.GetProperty("line").GetString()!,
                Hashes = [.. root.GetProperty("hashes").EnumerateArray().Select(hash => hash.GetString()!)],
            } is { Checkpoint: not null, Line: not null } proof && !proof.Hashes.Contains(null!) ? proof : throw new JsonException("a field is null");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new WreException($"This is no proof: {error.Message}", "`wre audit prove --operation ID --file FILE` writes one", innerException: error);
        }
    }

    /// <summary>Says why the proof does not hold; null when it does: the line is line <see cref="Index"/> + 1 of the log that the checkpoint names.</summary>
    public string? Problem()
    {
        if (!Trust.Checkpoint.TryParse(Checkpoint, out var checkpoint, out var problem))
        {
            return $"its checkpoint is none: {problem}";
        }

        var hashes = new List<byte[]>();
        foreach (var text in Hashes)
        {
            if (text.Length != AuditLine.HexLength || !text.All(char.IsAsciiHexDigitLower))
            {
                return $"'{text}' is no hash";
            }

            hashes.Add(Convert.FromHexString(text));
        }

        return Index < 0 || Index >= checkpoint.Size ? $"its index {Index} lies outside of the {checkpoint.Size} lines of its checkpoint"
            : !MerkleTree.VerifyInclusion(Index, checkpoint.Size, MerkleTree.Leaf(Encoding.UTF8.GetBytes(Line)), hashes, Convert.FromBase64String(checkpoint.RootHash)) ? "line and hashes do not lead to the root of its checkpoint"
            : null;
    }
}

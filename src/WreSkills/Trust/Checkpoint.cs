using System.Globalization;

namespace WreSkills.Trust;

/// <summary>
/// What a log was at some moment: its name, its size and the root of the tree over its lines. The text is the body of a note by the
/// C2SP specification tlog-checkpoint, so that witnesses and other tools understand it. Immutable; compared by value.
/// </summary>
public sealed record Checkpoint
{
    /// <summary>What every origin of ours begins with.</summary>
    public const string OriginPrefix = "wre-skills/";

    /// <summary>Origin of a log that has no line yet, and therefore no name.</summary>
    public const string EmptyOrigin = OriginPrefix + "empty";

    /// <summary>Longest text in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The log's name, <c>wre-skills/&lt;uuid&gt;</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Lines of the log.</summary>
    public required long Size { get; init; }

    /// <summary>Root of the tree over the lines, base64 of 32 bytes.</summary>
    public required string RootHash { get; init; }

    /// <summary>Further lines, each ended by a line feed; ours have none.</summary>
    public string Extensions { get; init; } = "";

    /// <summary>Id of the log, or null when the origin is none of ours or the log was empty.</summary>
    public string? Log => Origin.StartsWith(OriginPrefix, StringComparison.Ordinal) && Guid.TryParseExact(Origin[OriginPrefix.Length..], "D", out var log) ? log.ToString() : null;

    /// <summary>A checkpoint of a log.</summary>
    /// <param name="log">Id of the log; null for the empty one.</param>
    /// <param name="size">Lines.</param>
    /// <param name="root">Root of the tree.</param>
    public static Checkpoint Of(string? log, long size, ReadOnlySpan<byte> root) =>
        new() { Origin = log is null ? EmptyOrigin : OriginPrefix + log, Size = size, RootHash = Convert.ToBase64String(root) };

    /// <summary>The text: origin, size, root, extensions, each ended by a line feed.</summary>
    public override string ToString() => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{RootHash}\n{Extensions}";

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="text">The text, exactly as it was written.</param>
    /// <exception cref="WreException">It is none; the message says why.</exception>
    public static Checkpoint Parse(string text) =>
        TryParse(text, out var checkpoint, out var problem)
            ? checkpoint
            : throw new WreException($"This is no checkpoint: {problem}.", "it has three lines: wre-skills/ID, the number of lines, the root hash; `wre audit checkpoint` prints one");

    /// <summary>Reads a checkpoint strictly: one text has one meaning, and what is read is written again byte by byte.</summary>
    /// <param name="text">The text.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="problem">Why it is none.</param>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Checkpoint? checkpoint, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        checkpoint = null;
        problem = Problem(text, out var lines, out var size);
        if (problem is not null)
        {
            return false;
        }

        checkpoint = new Checkpoint { Origin = lines[0], Size = size, RootHash = lines[2], Extensions = string.Concat(lines[3..^1].Select(line => line + "\n")) };
        return true;
    }

    private static string? Problem(string text, out string[] lines, out long size)
    {
        lines = text.Length > MaxLength ? [] : text.Split('\n');
        size = 0;
        Span<byte> root = stackalloc byte[MerkleTree.HashLength];
        return text.Length > MaxLength ? $"it is longer than {MaxLength} characters"
            : lines.Length < 4 || lines[^1].Length > 0 ? "it needs at least three lines, each ended by a line feed"
            : lines.SkipLast(1).Any(line => line.Length == 0 || line.Any(char.IsControl)) ? "a line is empty or holds a control character"
            : lines[0].Any(char.IsWhiteSpace) ? $"the origin '{lines[0]}' holds white space"
            : !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out size) || (lines[1][0] == '0' && lines[1].Length > 1) ? $"the size '{lines[1]}' is no decimal number"
            : !Convert.TryFromBase64String(lines[2], root, out var length) || length != root.Length || Convert.ToBase64String(root) != lines[2] ? $"the root hash '{lines[2]}' is not the base64 of {root.Length} bytes"
            : null;
    }
}

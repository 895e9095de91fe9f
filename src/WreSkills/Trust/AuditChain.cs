using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace WreSkills.Trust;

/// <summary>
/// Walks over the lines of a log and knows how the next one must be linked to them. Torn lines, whose writers died, stay where they are
/// and count as lines; the next whole line vouches for them: its <c>prev</c> for the one before it, its <c>torn</c> for all since the last
/// whole line, and for that one too, so that no gap opens in the chain.
/// </summary>
internal sealed class AuditChain
{
    private readonly byte[] _previous = new byte[MerkleTree.HashLength];
    private byte[] _torn = [];

    /// <summary>Lines so far, torn ones too.</summary>
    public long Lines { get; private set; }

    /// <summary>Number of the first of the torn lines that no whole line has followed yet; 0 when there is none.</summary>
    public long FirstTorn { get; private set; }

    /// <summary>Id of the log; null before its first whole line.</summary>
    public string? Log { get; private set; }

    /// <summary>True when a line states the right <c>prev</c>.</summary>
    public bool Follows(in AuditLine line) => Same(line.Prev, _previous);

    /// <summary>True when a line states the right <c>torn</c>, or none where there is nothing to state.</summary>
    public bool Vouches(in AuditLine line) => FirstTorn == 0 ? line.Torn.IsEmpty : Same(line.Torn, _torn);

    /// <summary>Goes on by one line.</summary>
    public void Add(ReadOnlySpan<byte> bytes, in AuditLine line)
    {
        Lines++;
        if (line.IsWhole)
        {
            FirstTorn = 0;
            Log ??= line.Log;
        }
        else
        {
            FirstTorn = FirstTorn == 0 ? Lines : FirstTorn;
            _torn = Over(FirstTorn == Lines ? _previous : _torn, bytes);
        }

        SHA256.HashData(bytes, _previous);
    }

    /// <summary>The line as it is to be appended: <c>prev</c>, where needed <c>torn</c> and <c>log</c>, then its own fields.</summary>
    public JsonObject Link(JsonObject line)
    {
        var linked = new JsonObject { ["prev"] = Convert.ToHexStringLower(_previous) };
        if (FirstTorn != 0)
        {
            linked["torn"] = Convert.ToHexStringLower(_torn);
        }

        if (Log is null)
        {
            linked["log"] = Guid.NewGuid().ToString();
        }

        foreach (var (name, value) in line)
        {
            linked[name] = value?.DeepClone();
        }

        return linked;
    }

    // Text of the hash so far, then the line: `printf '%s%s' HASH LINE | sha256sum`.
    private static byte[] Over(byte[] hash, ReadOnlySpan<byte> line)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)));
        sha.AppendData(line);
        return sha.GetHashAndReset();
    }

    private static bool Same(ReadOnlySpan<byte> hex, ReadOnlySpan<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MerkleTree.HashLength];
        return hex.Length == AuditLine.HexLength && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done && bytes.SequenceEqual(hash);
    }
}

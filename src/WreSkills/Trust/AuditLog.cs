using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Trust;

/// <summary>
/// The record of who did what on which evidence: <c>audit.jsonl</c>, one line per operation, append-only. Every line carries the hash of
/// the line before it, and <see cref="AuditVerifier"/> finds what was changed since; see docs/reference/audit.md.
/// </summary>
public sealed class AuditLog(WorkspaceLayout layout)
{
    private static readonly JsonSerializerOptions s_format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends a line unless the operation has one already, linked to the line before it. Durable when it returns.</summary>
    /// <param name="operation">Id of the operation; the line states it as <c>operation</c>.</param>
    /// <param name="line">The line without its links.</param>
    /// <returns>False when it was there.</returns>
    /// <exception cref="WreException">The disk is full or the flush failed; the line is not acknowledged.</exception>
    public bool Append(string operation, JsonObject line)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        if (line["operation"]?.GetValue<string>() != operation || line.ContainsKey("prev") || line.ContainsKey("torn") || line.ContainsKey("log"))
        {
            throw new ArgumentException("A line states its operation, and its links are added here.", nameof(line));
        }

        var (appended, id) = (false, Encoding.UTF8.GetBytes(operation));
        IdempotentLog.AppendAfter(layout.AuditFile, lines =>
        {
            var (chain, found) = (new AuditChain(), 0L);
            while (Next(lines, chain, out var bytes))
            {
                var known = AuditLine.Read(bytes);
                chain.Add(bytes, known);
                found = found == 0 && known.Operation.SequenceEqual(id) ? chain.Lines : found;
            }

            appended = found == 0;

            // The last line may be that of a process that was killed before it flushed; what stands further up was flushed with later ones.
            return appended ? Encoding.UTF8.GetBytes(chain.Link(line).ToJsonString(s_format) + "\n") : found == chain.Lines ? [] : null;
        });
        return appended;
    }

    /// <summary>All lines in order; torn and malformed ones are passed over.</summary>
    public IReadOnlyList<JsonElement> Lines() => [.. IdempotentLog.Lines(layout.AuditFile)];

    /// <summary>A checkpoint of the whole log as it is now; a line that is being written does not count.</summary>
    /// <exception cref="WreException">The log does not say its name.</exception>
    public Checkpoint Checkpoint() => Until(null)!;

    /// <summary>A checkpoint of the log up to the line of an operation, the same whenever it is asked for.</summary>
    /// <returns>Null when the operation has no line.</returns>
    /// <exception cref="WreException">The log does not say its name.</exception>
    public Checkpoint? CheckpointOf(string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        return Until(operation);
    }

    /// <summary>Proves that an operation stands in the log as it is now.</summary>
    /// <returns>Null when the operation has no line.</returns>
    /// <exception cref="WreException">The log does not say its name.</exception>
    public AuditProof? Prove(string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        var leaves = new List<byte[]>();
        var (chain, index, text, id) = (new AuditChain(), -1, "", Encoding.UTF8.GetBytes(operation));
        using var stream = Open();
        var lines = new LineScanner(stream);
        while (Next(lines, chain, out var bytes) && !lines.IsTorn)
        {
            var line = AuditLine.Read(bytes);
            chain.Add(bytes, line);
            leaves.Add(MerkleTree.Leaf(bytes));
            if (index < 0 && line.Operation.SequenceEqual(id))
            {
                (index, text) = (leaves.Count - 1, Encoding.UTF8.GetString(bytes));
            }
        }

        return index < 0 ? null : new AuditProof
        {
            Checkpoint = Trust.Checkpoint.Of(Name(chain), leaves.Count, MerkleTree.Root(leaves, leaves.Count)).ToString(),
            Index = index,
            Line = text,
            Hashes = [.. MerkleTree.InclusionProof(leaves, index, leaves.Count).Select(Convert.ToHexStringLower)],
        };
    }

    /// <summary>Checks the whole log, and that it extends checkpoints that are known from elsewhere.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public AuditVerification Verify(IReadOnlyList<KnownCheckpoint> known)
    {
        using var stream = Open();
        return AuditVerifier.Verify(stream, known);
    }

    private Checkpoint? Until(string? operation)
    {
        var (chain, range) = (new AuditChain(), new CompactRange());
        Span<byte> leaf = stackalloc byte[MerkleTree.HashLength];
        using var stream = Open();
        var scanner = new LineScanner(stream);
        var id = operation is null ? null : Encoding.UTF8.GetBytes(operation);
        var found = id is null;
        while (Next(scanner, chain, out var bytes) && !scanner.IsTorn)
        {
            var line = AuditLine.Read(bytes);
            chain.Add(bytes, line);
            MerkleTree.Leaf(bytes, leaf);
            range.Add(leaf);
            if (id is not null && line.Operation.SequenceEqual(id))
            {
                found = true;
                break;
            }
        }

        return found ? Trust.Checkpoint.Of(Name(chain), range.Size, range.Root()) : null;
    }

    private Stream Open() => File.Exists(layout.AuditFile) ? IdempotentLog.OpenShared(layout.AuditFile) : Stream.Null;

    private static string? Name(AuditChain chain) => chain.Lines == 0 || chain.Log is not null
        ? chain.Log
        : throw new WreException("The audit log does not say its name: its first line was changed, or it was begun without one.", "`wre audit verify` says what is wrong with it");

    private bool Next(LineScanner lines, AuditChain chain, out ReadOnlySpan<byte> line) => lines.TryRead(out line) && (!lines.IsTooLong
        ? true
        : throw new WreException($"Line {chain.Lines + 1} of {layout.AuditFile} is longer than {LineScanner.MaxLine} bytes.", "`wre audit verify` says what is wrong with it"));
}

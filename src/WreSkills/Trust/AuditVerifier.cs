using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

using WreSkills.Storage;

namespace WreSkills.Trust;

/// <summary>
/// Checks an audit log in one pass: every line is linked to the one before it, and the log extends every checkpoint that is known from
/// elsewhere. A pure function of the bytes and the checkpoints. In memory are the longest line, the levels of the tree, and about 40 bytes for
/// each operation, by which a second line of it is found.
/// </summary>
public sealed class AuditVerifier
{
    private readonly AuditChain _chain = new();
    private readonly CompactRange _range = new();
    private readonly HashSet<UInt128> _operations = [];
    private readonly byte[] _leaf = new byte[MerkleTree.HashLength];
    private long _torn;
    private bool _endedInCarriageReturn;
    private AuditBadLine? _bad;

    private AuditVerifier()
    {
    }

    /// <summary>Checks a log.</summary>
    /// <param name="log">The file's bytes.</param>
    /// <param name="known">Checkpoints that were kept elsewhere.</param>
    public static AuditVerification Verify(Stream log, IReadOnlyList<KnownCheckpoint> known)
    {
        var verifier = new AuditVerifier();
        var checkpoints = new CheckpointComparison(known);
        var lines = new LineScanner(log);
        checkpoints.At(verifier._range);
        while (lines.TryRead(out var line) && !lines.IsTorn)
        {
            if (lines.IsTooLong)
            {
                verifier.Report(verifier._range.Size + 1, AuditProblem.TooLong, $"it is longer than {LineScanner.MaxLine} bytes, which no line of ours is");
                break;
            }

            verifier.Add(line);
            checkpoints.At(verifier._range);
        }

        return verifier.Complete(lines.IsTorn, checkpoints);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (_bad is null)
        {
            var line = AuditLine.Read(bytes);
            if (line.IsWhole)
            {
                Check(line);
            }

            _chain.Add(bytes, line);
            _endedInCarriageReturn = bytes is [.., (byte)'\r'];
        }

        // Behind the first bad line the checkpoints alone have something to say.
        MerkleTree.Leaf(bytes, _leaf);
        _range.Add(_leaf);
    }

    private void Check(in AuditLine line)
    {
        var (number, isFirst) = (_chain.Lines + 1, _chain.Log is null);
        if (!_chain.Follows(line) || !_chain.Vouches(line))
        {
            ReportLink(line, number);
            return;
        }

        _torn += _chain.FirstTorn == 0 ? 0 : number - _chain.FirstTorn;
        if (isFirst ? !Guid.TryParseExact(line.Log, "D", out _) : line.Log is not null)
        {
            Report(number, AuditProblem.LogName, isFirst ? "it is the first, but does not name the log" : "it names a log, which only the first line does");
        }
        else if (line.Operation.IsEmpty)
        {
            Report(number, AuditProblem.MissingOperation, "it states no operation");
        }
        else if (!_operations.Add(Key(line.Operation)))
        {
            Report(number, AuditProblem.DuplicateOperation, $"its operation {System.Text.Encoding.UTF8.GetString(line.Operation)} has a line already");
        }
    }

    private void ReportLink(in AuditLine line, long number)
    {
        if (_chain.FirstTorn != 0)
        {
            Report(_chain.FirstTorn, AuditProblem.NotJson, "it is no JSON object, and the line after it does not vouch for it");
        }
        else if (line.Prev.IsEmpty)
        {
            Report(number, AuditProblem.MissingPrev, "it does not begin with \"prev\", the hash of the line before it: it was not written by wre, or by a build from before the chain");
        }
        else if (!_chain.Follows(line))
        {
            Report(number, AuditProblem.PrevMismatch, number == 1
                ? "its prev is not 64 zeros: lines before it are missing, or it was changed"
                : $"its prev does not match line {number - 1}: one of the two was changed, or a line between them is missing or added" + (_endedInCarriageReturn ? $" (line {number - 1} ends in a carriage return: an editor or git's autocrlf has converted the file)" : ""));
        }
        else
        {
            Report(number, AuditProblem.PrevMismatch, "it speaks of torn lines before it, but there are none: lines are missing");
        }
    }

    private AuditVerification Complete(bool isTorn, CheckpointComparison checkpoints)
    {
        if (_chain.FirstTorn != 0 || isTorn)
        {
            Report(
                _chain.FirstTorn != 0 ? _chain.FirstTorn : _range.Size + 1, AuditProblem.TornTail,
                "it is the last and unfinished: its writer died, and nobody was told that it was written; the next entry ends it and vouches for it");
        }

        var (failures, agreeing, size) = checkpoints.Complete(_chain.Log, _range.Size);
        return new AuditVerification
        {
            Lines = _range.Size,
            TornLines = _torn,
            Log = _chain.Log,
            Checkpoint = Checkpoint.Of(_chain.Log, _range.Size, _range.Root()),
            BadLine = _bad,
            Failures = failures,
            Agreeing = agreeing,
            AgreeingSize = size,
        };
    }

    private void Report(long line, AuditProblem problem, string what) => _bad ??= new AuditBadLine(line, problem, $"line {line}: {what}");

    // Operations are UUIDs almost always; of others, half a SHA-256 stands for them.
    private static UInt128 Key(ReadOnlySpan<byte> operation)
    {
        Span<byte> bytes = stackalloc byte[MerkleTree.HashLength];
        if (operation.Length == 36 && Utf8Parser.TryParse(operation, out Guid id, out var used, 'D') && used == 36)
        {
            id.TryWriteBytes(bytes);
        }
        else
        {
            SHA256.HashData(operation, bytes);
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}

namespace WreSkills.Trust;

/// <summary>Compares checkpoints that are known from elsewhere with a log while it is read.</summary>
internal sealed class CheckpointComparison
{
    private readonly List<CheckpointFailure> _failures = [];
    private readonly List<(KnownCheckpoint Known, Checkpoint Checkpoint)> _waiting = [];
    private readonly List<(KnownCheckpoint Known, Checkpoint Checkpoint, bool SameRoot)> _reached = [];
    private int _next;

    public CheckpointComparison(IReadOnlyList<KnownCheckpoint> known)
    {
        foreach (var item in known)
        {
            if (Checkpoint.TryParse(item.Text, out var checkpoint, out var problem))
            {
                _waiting.Add((item, checkpoint));
            }
            else
            {
                _failures.Add(new CheckpointFailure(item.Where, 0, $"the checkpoint in {item.Where} is none: {problem}"));
            }
        }

        _waiting.Sort((left, right) => left.Checkpoint.Size.CompareTo(right.Checkpoint.Size));
    }

    /// <summary>Looks at the log when it has grown to the next size that a checkpoint knows.</summary>
    public void At(CompactRange range)
    {
        string? root = null;
        for (; _next < _waiting.Count && _waiting[_next].Checkpoint.Size == range.Size; _next++)
        {
            root ??= Convert.ToBase64String(range.Root());
            _reached.Add((_waiting[_next].Known, _waiting[_next].Checkpoint, _waiting[_next].Checkpoint.RootHash == root));
        }
    }

    /// <summary>The result, once the whole log was read.</summary>
    public (IReadOnlyList<CheckpointFailure> Failures, int Agreeing, long AgreeingSize) Complete(string? log, long lines)
    {
        var (agreeing, size) = (0, 0L);
        foreach (var (known, checkpoint, sameRoot) in _reached)
        {
            if (Stranger(checkpoint, log) is { } stranger)
            {
                Fail(known, checkpoint, stranger);
            }
            else if (sameRoot)
            {
                (agreeing, size) = (agreeing + 1, checkpoint.Size);
            }
            else
            {
                Fail(known, checkpoint, $"something among the first {checkpoint.Size} lines was changed{(size == 0 ? "" : $", behind line {size}")}");
            }
        }

        foreach (var (known, checkpoint) in _waiting.Skip(_next))
        {
            Fail(known, checkpoint, Stranger(checkpoint, log) ?? $"it has {lines} now: lines are missing at its end");
        }

        return (_failures, agreeing, size);
    }

    private void Fail(KnownCheckpoint known, Checkpoint checkpoint, string why) =>
        _failures.Add(new CheckpointFailure(known.Where, checkpoint.Size, $"{known.Where} knows the log with {checkpoint.Size} lines: {why}"));

    // Every log begins as the empty one, which has no name yet.
    private static string? Stranger(Checkpoint checkpoint, string? log) =>
        checkpoint.Origin == Checkpoint.EmptyOrigin ? (checkpoint.Size == 0 ? null : "a log without a name has no lines")
        : log is null ? $"it was called {checkpoint.Origin}; there is no such log any more"
        : checkpoint.Log != log ? $"it was called {checkpoint.Origin}; the one here is {Checkpoint.OriginPrefix}{log}, begun anew"
        : null;
}

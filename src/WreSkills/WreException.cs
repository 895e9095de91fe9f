namespace WreSkills;

/// <summary>
/// An operational failure whose message is safe and useful to show to the person who ran the command.
/// Expected results (a gate that fails) are values; this is for what stops the work.
/// </summary>
public sealed class WreException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What is wrong, naming the file, line, key or skill.</param>
    /// <param name="hint">How to mend it; null when nothing sensible can be said.</param>
    /// <param name="problems">Everything that is wrong, one finding an item, when there is more than one.</param>
    /// <param name="innerException">The cause, for logs.</param>
    public WreException(string message, string? hint = null, IReadOnlyList<string>? problems = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Hint = hint;
        Problems = problems ?? [];
    }

    /// <summary>How to mend it, or null.</summary>
    public string? Hint { get; }

    /// <summary>All findings behind the message; empty when the message says it all.</summary>
    public IReadOnlyList<string> Problems { get; }
}

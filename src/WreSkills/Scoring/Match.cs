namespace WreSkills.Scoring;

/// <summary>Whether something fits a pattern. The order matters: the smaller of two is both, the larger is either.</summary>
internal enum Match : byte
{
    /// <summary>It does not.</summary>
    No,

    /// <summary>The evidence that would tell is missing or redacted.</summary>
    Unknown,

    /// <summary>It does.</summary>
    Yes,
}

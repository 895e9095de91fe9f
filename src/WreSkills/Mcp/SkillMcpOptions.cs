using Microsoft.Extensions.Logging;

using WreSkills.Hosting;

namespace WreSkills.Mcp;

/// <summary>How skills are served over the Model Context Protocol.</summary>
public sealed record SkillMcpOptions
{
    /// <summary>
    /// Opens the workspace; called once for every request, so that policy, registry and trust root are those of that moment, and whatever
    /// another process has promoted or rolled back meanwhile counts.
    /// </summary>
    public required Func<Workspace> Open { get; init; }

    /// <summary>
    /// The key of the one session that is served, for requests that bring none and for resources; null where several clients share the
    /// server: then a request without a key gets a fresh one, and resources are what serves every key.
    /// </summary>
    public string? SessionKey { get; init; }

    /// <summary>Most requests that read at the same time, 1 or more. Recording is one after another. Default 8.</summary>
    public int ParallelReads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 8;

    /// <summary>Where problems that the client is not told in full are written; null for nowhere.</summary>
    public ILogger? Log { get; init; }
}

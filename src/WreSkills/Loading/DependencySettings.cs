namespace WreSkills.Loading;

/// <summary>How a dependency is probed.</summary>
public enum DependencyKind
{
    /// <summary>A file that can be opened.</summary>
    File,

    /// <summary>A folder that can be listed.</summary>
    Directory,

    /// <summary>An SQLite database that answers a query with a row.</summary>
    Sqlite,

    /// <summary>An HTTP address that answers a GET with the expected status.</summary>
    Http,

    /// <summary>A port that accepts a connection.</summary>
    Tcp,

    /// <summary>A program that ends with exit code 0.</summary>
    Command,

    /// <summary>An MCP server, by address or by program, that answers <c>initialize</c>.</summary>
    Mcp,
}

/// <summary>A data store or MCP endpoint of the workspace, as <c>dependencies:</c> in wre.yaml names it.</summary>
public sealed record DependencySettings
{
    /// <summary>The name by which skills ask for it.</summary>
    public required string Name { get; init; }

    /// <summary>How it is probed.</summary>
    public required DependencyKind Kind { get; init; }

    /// <summary>Absolute path of a file, folder or database; null for other kinds.</summary>
    public string? Path { get; init; }

    /// <summary>Address of an HTTP or MCP endpoint; null for other kinds.</summary>
    public Uri? Url { get; init; }

    /// <summary>Host of a TCP service; null for other kinds.</summary>
    public string? Host { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; }

    /// <summary>Program and arguments of a command or MCP server; empty for other kinds.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Where programs run.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The query of an SQLite database. Default <c>SELECT 1</c>.</summary>
    public string Query { get; init; } = "SELECT 1";

    /// <summary>The expected status; null for any from 200 to 299.</summary>
    public int? ExpectStatus { get; init; }

    /// <summary>What agents get to read as its place instead of what is probed, such as a connection string without its password; null for what is probed.</summary>
    public string? Address { get; init; }

    /// <summary>What agents should know about it; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>How long a probe may take. Default 2 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What a probe found.</summary>
/// <param name="Name">The dependency.</param>
/// <param name="Problem">Why it is not healthy; null when it is.</param>
/// <param name="CheckedAt">When the probe began.</param>
/// <param name="DurationMs">How long it took, milliseconds.</param>
public sealed record DependencyProbe(string Name, string? Problem, DateTimeOffset CheckedAt, double DurationMs)
{
    /// <summary>True when it answered as it should.</summary>
    public bool IsHealthy => Problem is null;
}

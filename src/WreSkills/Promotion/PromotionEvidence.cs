using WreSkills.Benchmarks;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Promotion;

/// <summary>Everything that the gates of one promotion look at.</summary>
public sealed record PromotionEvidence
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>The content; null when it cannot be read.</summary>
    public SkillFolder? Folder { get; init; }

    /// <summary>Its digest; empty when it cannot be read.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Why the content cannot be used; null when it can.</summary>
    public string? FolderProblem { get; init; }

    /// <summary>The latest benchmark of this exact content, or null.</summary>
    public BenchmarkResult? Benchmark { get; init; }

    /// <summary>Why the judge of the benchmark may not decide any more, though it might when the benchmark was made; null when it may.</summary>
    public string? JudgeProblem { get; init; }

    /// <summary>SHA-256 of the benchmark's file, or null.</summary>
    public string? BenchmarkSha256 { get; init; }

    /// <summary>The version's entry; null for a draft that was never minted.</summary>
    public VersionEntry? Version { get; init; }

    /// <summary>Live executions since staging; empty for a draft.</summary>
    public EvidenceWindow Window { get; init; } = new();

    /// <summary>The change of agent or model after which the policy asks for another benchmark; null when it asks for none.</summary>
    public RunnerChange? Requalify { get; init; }

    /// <summary>Data stores and MCP endpoints that the skill names, with what the latest probe found; null where wre.yaml names no probe.</summary>
    public IReadOnlyList<(string Name, DependencyState? State)> Dependencies { get; init; } = [];

    /// <summary>What keeps a version that was rolled back from going to and fro.</summary>
    public (RollbackRules Rules, DateTimeOffset Now)? Hysteresis { get; init; }

    /// <summary>The security scan of this exact content; null when it cannot be read.</summary>
    public ScanReport? Scan { get; init; }

    /// <summary>Findings of the scan that the ticket lets pass; empty before there is one.</summary>
    public IReadOnlyList<ScanWaiver> Waivers { get; init; } = [];

    /// <summary>The time at which waivers have to be good.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Why the metric files cannot be written; null when they can.</summary>
    public string? MetricsProblem { get; init; }
}

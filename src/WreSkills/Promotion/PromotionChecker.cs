using WreSkills.Benchmarks;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Scanning;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>Whether a skill may be promoted, and on which evidence.</summary>
public sealed record PromotionReadiness
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Where the promotion comes from.</summary>
    public required PromotionState From { get; init; }

    /// <summary>Where it goes to.</summary>
    public required PromotionState To { get; init; }

    /// <summary>Serial of the registry that was looked at.</summary>
    public long RegistrySerial { get; init; }

    /// <summary>Label that the version has or would get; null when that cannot be told.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the content; empty when it cannot be read.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Why the promotion is not legal whatever the evidence; null when it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>The automated checks; empty when the promotion is not legal.</summary>
    public IReadOnlyList<GateResult> Gates { get; init; } = [];

    /// <summary>The evidence behind the gates.</summary>
    public required PromotionEvidence Evidence { get; init; }

    /// <summary>True when it is legal and every gate passes; a signed ticket is needed besides.</summary>
    public bool Ready => Refusal is null && PromotionGates.AllPass(Gates);
}

/// <summary>Collects the evidence of a promotion and asks the gates. Ingests the skill's metrics first (policy 5.4); changes no state.</summary>
public sealed class PromotionChecker(
    WorkspaceLayout layout, SkillRegistry registry, SkillLoader loader, BenchmarkStore benchmarks, MetricsIngestor ingestor, MetricsDatabase database, DependencyHealth dependencies, PromotionPolicy policy, TimeProvider time,
    Func<string, JudgeUse, string?> judgeProblem)
{
    /// <summary>Checks a promotion.</summary>
    /// <exception cref="WreException">The skill's name is none, or the registry or database cannot be used.</exception>
    public PromotionReadiness Check(string skill, PromotionState from, PromotionState to)
    {
        SkillName.Require(skill);
        ingestor.Run(skill);
        var document = registry.Load();
        var entry = document.Find(skill);
        if (entry is null && !Directory.Exists(layout.PrototypeFolder(skill)))
        {
            throw new WreException($"There is no skill '{skill}' here.", $"neither the registry nor {layout.Relative(layout.PrototypeFolder(skill))}/ knows it; `wre list` shows what there is");
        }

        var readiness = new PromotionReadiness
        {
            Skill = skill,
            From = from,
            To = to,
            RegistrySerial = document.Serial,
            Evidence = new PromotionEvidence { Skill = skill, At = time.GetUtcNow(), Hysteresis = (policy.Rollback, time.GetUtcNow()) },
            Refusal = TransitionRules.RefusePromotion(skill, entry, from, to),
        };
        return readiness.Refusal is not null ? readiness : from == PromotionState.Prototype ? CheckDraft(readiness, entry) : CheckStaged(readiness, entry!);
    }

    private PromotionReadiness CheckDraft(PromotionReadiness readiness, SkillEntry? entry)
    {
        var evidence = readiness.Evidence with { MetricsProblem = ProbeMetrics() };
        string? label = null;
        string? refusal = null;
        try
        {
            var draft = loader.OpenPrototype(readiness.Skill);
            var benchmark = benchmarks.Latest(readiness.Skill, draft.Digest);
            evidence = evidence with
            {
                Folder = draft.Folder,
                Digest = draft.Digest,
                Scan = Scan(draft.Folder),
                Dependencies = Probe(draft.Folder),
                Benchmark = benchmark?.Result,
                BenchmarkSha256 = benchmark?.Sha256,
                JudgeProblem = JudgeProblem(readiness.Skill, benchmark?.Result),
            };
            if (entry?.Live(PromotionState.Production) is { } production && production.Version.Digest == draft.Digest)
            {
                refusal = $"The draft of {readiness.Skill} is the content of {production.Label}, which is in production already.";
            }
            else if (TransitionRules.RefuseMove(readiness.Skill, entry, draft.Folder.Settings.Module) is { } move)
            {
                refusal = move;
            }
            else
            {
                label = TransitionPlanner.Label(entry, draft.Folder.Settings.Version, draft.Digest);
                evidence = evidence with { Version = entry?.Versions.GetValueOrDefault(label) };
            }
        }
        catch (WreException error) when (evidence.Folder is null)
        {
            evidence = evidence with { FolderProblem = Sentence(error) };
        }
        catch (WreException error)
        {
            refusal = $"{error.Message} {Capital(error.Hint)}";
        }

        return readiness with
        {
            Evidence = evidence,
            Digest = evidence.Digest,
            Version = label,
            Refusal = refusal,
            Gates = refusal is null ? PromotionGates.PrototypeToStaged(evidence, policy.PrototypeToStaged) : [],
        };
    }

    private PromotionReadiness CheckStaged(PromotionReadiness readiness, SkillEntry entry)
    {
        var gates = policy.StagedToProduction;
        var (label, version) = entry.Live(PromotionState.Staged)!.Value;
        var (stay, _, change) = database.Locate(readiness.Skill, entry, label, version, PromotionState.Staged);
        var benchmark = benchmarks.Latest(readiness.Skill, version.Digest);
        var evidence = readiness.Evidence with
        {
            Digest = version.Digest,
            Version = version,
            Benchmark = benchmark?.Result,
            BenchmarkSha256 = benchmark?.Sha256,
            JudgeProblem = JudgeProblem(readiness.Skill, benchmark?.Result),
            Window = database.Window(stay, new WindowSizes(gates.Executions, gates.Executions, gates.NegativesWindow, gates.Executions, gates.Executions, gates.Executions)),
            Requalify = policy.ModelChange == ModelChange.Benchmark ? change : null,
            MetricsProblem = ProbeMetrics(),
        };
        try
        {
            var folder = loader.LoadState(readiness.Skill, PromotionState.Staged).Folder;
            evidence = evidence with { Folder = folder, Scan = Scan(folder), Dependencies = Probe(folder) };
        }
        catch (WreException error)
        {
            evidence = evidence with { FolderProblem = Sentence(error) };
        }

        return readiness with { Evidence = evidence, Digest = version.Digest, Version = label, Gates = PromotionGates.StagedToProduction(evidence, gates) };
    }

    private string? JudgeProblem(string skill, BenchmarkResult? benchmark) => benchmark?.Judge is { } judge ? judgeProblem(skill, judge) : null;

    // The folder was just read and found sound; what it cannot say about itself is the scan's to see.
    private static ScanReport Scan(SkillFolder folder) => new SkillScanner().Scan(folder.Path);

    private IReadOnlyList<(string Name, DependencyState? State)> Probe(SkillFolder folder)
    {
        var names = folder.Settings.Dependencies.Probed.Distinct().ToList();
        var states = dependencies.Check(names).ToDictionary(state => state.Name);
        return [.. names.Select(name => (name, states.GetValueOrDefault(name)))];
    }

    private string? ProbeMetrics()
    {
        var probe = Path.Combine(layout.MetricsFolder, $".probe-{Guid.NewGuid():N}");
        try
        {
            DurableFile.CreateDirectory(layout.MetricsFolder);
            DurableFile.WriteNew(probe, "probe\n"u8);
            File.Delete(probe);
            return null;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            return $"{layout.Relative(layout.MetricsFolder)}/ cannot be written: {error.Message}";
        }
    }

    private static string Sentence(WreException error) => error.Problems.Count == 0 ? error.Message : $"{error.Message} {string.Join("; ", error.Problems.Take(5))}{(error.Problems.Count > 5 ? "; …" : "")}";

    private static string Capital(string? text) => string.IsNullOrEmpty(text) ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
}

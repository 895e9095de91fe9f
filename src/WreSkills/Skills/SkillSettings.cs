using System.Globalization;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>
/// What a skill says about itself: the Agent Skills keys of the front matter, and the WRE keys that may stand there or
/// in the sidecar <c>wre-skill.yaml</c> (key by key, the sidecar wins).
/// </summary>
public sealed record SkillSettings
{
    /// <summary>The sidecar's file name.</summary>
    public const string SidecarFile = "wre-skill.yaml";

    /// <summary>The keys that are ours, not the standard's.</summary>
    public static IReadOnlyList<string> WreKeys { get; } =
    [
        "version", "agents", "primary_agent", "fallback_agent", "intent_type", "promotion_state", "trigger_keywords", "dependencies",
        "expected_patterns", "unexpected_step_penalty", "pattern_fidelity_threshold", "outcome_quality_threshold", "max_execution_time_ms", "negative_decisions",
        "module", "critical", "author", "owner", "created", "last_updated",
    ];

    /// <summary>The name as written, or null.</summary>
    public string? Name { get; init; }

    /// <summary>What the skill does and when to use it; empty when absent.</summary>
    public string Description { get; init; } = "";

    /// <summary>The label that the author gave this content, such as <c>1.1</c>; null when none was given.</summary>
    public string? Version { get; init; }

    /// <summary>Agents the skill is written for.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>The agent that runs it first; <c>unknown</c> when not stated.</summary>
    public string PrimaryAgent { get; init; } = "unknown";

    /// <summary>The agent that takes over, or null.</summary>
    public string? FallbackAgent { get; init; }

    /// <summary>What kind of task it is, such as <c>CLASSIFICATION</c>; <c>unknown</c> when not stated.</summary>
    public string IntentType { get; init; } = "unknown";

    /// <summary>Words that hint at the skill.</summary>
    public IReadOnlyList<string> TriggerKeywords { get; init; } = [];

    /// <summary>What it needs around it.</summary>
    public SkillDependencies Dependencies { get; init; } = new();

    /// <summary>The skill's own limit of the mean execution time, in milliseconds; null when not stated.</summary>
    public double? MaxExecutionTimeMs { get; init; }

    /// <summary>Fidelity a single execution should reach, 0–1; null when not stated.</summary>
    public double? PatternFidelityThreshold { get; init; }

    /// <summary>Share of correct outcomes the skill should reach, 0–1; null when not stated.</summary>
    public double? OutcomeQualityThreshold { get; init; }

    /// <summary>What each call that no pattern expected takes off an execution's fidelity, 0–1. Default 0.</summary>
    public double UnexpectedStepPenalty { get; init; }

    /// <summary>Decisions that mean "nothing found", such as <c>allow</c>; with them false positives can be told without labels.</summary>
    public IReadOnlyList<string> NegativeDecisions { get; init; } = [];

    /// <summary>Whether every missed positive is critical. Default false.</summary>
    public bool Critical { get; init; }

    /// <summary><c>domain/module</c> that the production version belongs to, or null.</summary>
    public string? Module { get; init; }

    /// <summary>Who wrote this content, or null when it does not say.</summary>
    public string? Author { get; init; }

    /// <summary>Who is told what concerns the skill, or null when it does not say; then it is <see cref="Author"/>.</summary>
    public string? Owner { get; init; }

    /// <summary>Says why a text is no <c>domain/module</c>, or null when it is one: it becomes a path, so only two plain names may stand there.</summary>
    public static string? ModuleProblem(string module) => module.Split('/') is [var domain, var name] && SkillName.Problem(domain) is null && SkillName.Problem(name) is null
        ? null
        : $"module '{module}' must be domain/module in plain letters, digits, '-' and '_'";

    /// <summary>Says why a text is no label of a version, or null when it is one: it becomes a part of file names.</summary>
    public static string? VersionProblem(string version) =>
        version.Length is > 0 and <= 32 && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_') && !version.All(c => c == '.')
            ? null
            : $"version '{version}' must be at most 32 letters, digits, '.', '-', '_' or '+'";

    internal static SkillSettings Read(YamlMapping? frontMatter, YamlMapping? sidecar, FindingList findings)
    {
        var keys = new Keys(frontMatter, sidecar, findings);
        var module = keys.Text("module");
        if (module is not null && ModuleProblem(module) is { } moduleProblem)
        {
            findings.Error("skill.module", keys.File("module"), moduleProblem, keys.Line("module"));
            module = null;
        }

        var version = keys.Text("version");
        if (version is not null && VersionProblem(version) is { } versionProblem)
        {
            findings.Error("skill.version", keys.File("version"), versionProblem, keys.Line("version"));
            version = null;
        }

        return new SkillSettings
        {
            Name = frontMatter?.Text("name"),
            Description = frontMatter?.Text("description")?.Trim() ?? "",
            Version = version,
            Agents = keys.Texts("agents"),
            PrimaryAgent = keys.Text("primary_agent") ?? "unknown",
            FallbackAgent = keys.Text("fallback_agent"),
            IntentType = keys.Text("intent_type") ?? "unknown",
            TriggerKeywords = keys.Texts("trigger_keywords"),
            Dependencies = SkillDependencies.Read(keys.Node("dependencies"), keys.File("dependencies"), findings),
            MaxExecutionTimeMs = keys.Number("max_execution_time_ms", 0, 86_400_000),
            PatternFidelityThreshold = keys.Number("pattern_fidelity_threshold", 0, 1),
            OutcomeQualityThreshold = keys.Number("outcome_quality_threshold", 0, 1),
            UnexpectedStepPenalty = keys.Number("unexpected_step_penalty", 0, 1) ?? 0,
            NegativeDecisions = keys.Texts("negative_decisions"),
            Critical = keys.Flag("critical"),
            Module = module,
            Owner = keys.Text("owner") ?? frontMatter?.Mapping("metadata")?.Text("owner"),
            Author = keys.Text("author") ?? frontMatter?.Mapping("metadata")?.Text("author"),
        };
    }

    private sealed class Keys(YamlMapping? frontMatter, YamlMapping? sidecar, FindingList findings)
    {
        public YamlNode? Node(string key) => sidecar?[key] ?? frontMatter?[key];

        public string? Text(string key) => sidecar?.Text(key) ?? frontMatter?.Text(key);

        public IReadOnlyList<string> Texts(string key) => (sidecar?[key] is not null ? sidecar : frontMatter)?.Texts(key) ?? [];

        public string File(string key) => sidecar?[key] is not null ? SidecarFile : SkillFolder.SkillFileName;

        public int Line(string key) => Node(key)?.Line ?? 0;

        public bool Flag(string key)
        {
            var text = Text(key);
            if (text is not null && !bool.TryParse(text, out _))
            {
                findings.Error($"skill.{key}", File(key), $"{key} is '{text}'; it must be true or false", Line(key));
            }

            return bool.TryParse(text, out var value) && value;
        }

        public double? Number(string key, double above, double most)
        {
            if (Text(key) is not { } text)
            {
                return null;
            }

            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > above && value <= most)
            {
                return value;
            }

            findings.Error("skill.number", File(key), $"{key} is '{text}'; it must be a number above {above} and at most {most}", Line(key));
            return null;
        }
    }
}

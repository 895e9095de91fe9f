using System.Collections.ObjectModel;
using System.Globalization;

using WreSkills.Storage;

namespace WreSkills.Policy;

/// <summary>Reads the parts of <c>policy.yaml</c> that rule how versions are watched and rolled out.</summary>
internal static class WatchRulesReader
{
    public static DemotionTriggers Demotion(YamlSection section)
    {
        var fallback = new DemotionTriggers();
        var milestone = section.Section("milestone");
        var fidelity = section.Section("pattern_fidelity");
        return new DemotionTriggers
        {
            MilestoneExecutions = milestone.Whole("executions", fallback.MilestoneExecutions, 1, 100_000),
            MilestoneDays = milestone.Whole("days", fallback.MilestoneDays, 1, 365),
            FidelityReaches = fidelity.Number("reaches", fallback.FidelityReaches, 0, 1),
            FidelityWindow = fidelity.Whole("window", fallback.FidelityWindow, 1, 10_000),
            RegressionMargin = section.Section("regression").Number("margin", fallback.RegressionMargin, 0, 1),
            Actions = Actions(section, "milestone", "pattern_fidelity", "regression", "review_flag"),
        };
    }

    public static GuardRules Guard(YamlSection section)
    {
        var fallback = new GuardRules();
        var limits = section.Section("good_until");
        return new GuardRules
        {
            Mode = section.Choice("mode", "off", "off", "confirm") == "confirm" ? GuardMode.Confirm : GuardMode.Off,
            Limit = section.Number("limit", fallback.Limit, 1, 1e12),
            Limits = new GuardLimits
            {
                Fidelity = limits.Number("missed_fidelity", fallback.Limits.Fidelity, 0.001, 1),
                Outcome = limits.Number("wrong_outcomes", fallback.Limits.Outcome, 0.001, 1),
                FalsePositive = limits.Number("false_positives", fallback.Limits.FalsePositive, 0.001, 1),
                Exception = limits.Number("exceptions", fallback.Limits.Exception, 0.001, 1),
                Time = limits.Number("time_baselines", fallback.Limits.Time, 0.1, 1000),
                TimeCap = limits.Number("time_cap", fallback.Limits.TimeCap, 1, 10_000),
            },
        };
    }

    public static RolloutRules Rollout(YamlSection section)
    {
        var fallback = new RolloutRules();
        var executions = section.Whole("minimum_executions", RolloutRules.DefaultExecutions, 0, 1_000_000);
        var minutes = section.Whole("minimum_minutes", RolloutRules.DefaultMinutes, 0, 525_600);
        return new RolloutRules
        {
            Steps = Steps(section, executions, minutes) ?? fallback.Steps,
            Automatic = section.Choice("advance", "automatic", "automatic", "manual") == "automatic",
            Tolerance = section.Number("tolerance", fallback.Tolerance, 0, 1),
            LeastMeasured = section.Number("least_measured", fallback.LeastMeasured, 0, 1),
        };
    }

    public static DependencyRules Dependencies(YamlSection section)
    {
        var fallback = new DependencyRules();
        return new DependencyRules
        {
            Probes = section.Whole("probes", fallback.Probes, 1, 100),
            WithinSeconds = section.Number("within_seconds", fallback.WithinSeconds, 0.1, 3600),
        };
    }

    public static BreakerRules Breaker(YamlSection section)
    {
        var fallback = new BreakerRules();
        return new BreakerRules
        {
            Failures = section.Whole("failures", fallback.Failures, 0, 1000),
            OpenSeconds = section.Whole("open_seconds", fallback.OpenSeconds, 1, 86_400),
            TrialPercent = section.Whole("trial_percent", fallback.TrialPercent, 1, 100),
            Successes = section.Whole("successes", fallback.Successes, 1, 1000),
        };
    }

    public static ReviewFlagRules ReviewFlag(YamlSection section)
    {
        var fallback = new ReviewFlagRules();
        return new ReviewFlagRules
        {
            CriticalMisses = section.Number("critical_misses", fallback.CriticalMisses, 0, 1),
            Minimum = section.Whole("minimum", fallback.Minimum, 1, 100_000),
            WithModel = section.Number("with_model", fallback.WithModel, 0, 1),
        };
    }

    public static ModelChange ModelChange(YamlSection root) => root.Choice("model_change", "restart", "restart", "benchmark", "restage") switch
    {
        "benchmark" => Policy.ModelChange.Benchmark,
        "restage" => Policy.ModelChange.Restage,
        _ => Policy.ModelChange.Restart,
    };

    /// <summary>A trigger without figures: <c>true</c>, <c>false</c>, or a mapping with an action.</summary>
    public static bool IsOn(YamlSection section, string key) => section.IsMapping(key) || section.Flag(key, true);

    /// <summary>The actions that triggers state; rollback is what they do where they state none.</summary>
    public static IReadOnlyDictionary<string, TriggerAction> Actions(YamlSection section, params ReadOnlySpan<string> triggers)
    {
        var actions = new Dictionary<string, TriggerAction>();
        foreach (var trigger in triggers)
        {
            var action = section.IsMapping(trigger) ? section.Section(trigger).Choice("action", "rollback", "rollback", "pause", "alert", "off") : "rollback";
            if (action != "rollback")
            {
                actions[trigger] = action switch { "pause" => TriggerAction.Pause, "alert" => TriggerAction.Alert, _ => TriggerAction.Off };
            }
        }

        return actions.Count == 0 ? ReadOnlyDictionary<string, TriggerAction>.Empty : actions;
    }

    // Percentages alone, or mappings that say more.
    private static List<RolloutStep>? Steps(YamlSection section, int executions, int minutes)
    {
        if (!section.Keys.Contains("steps"))
        {
            return [.. new RolloutRules().Steps.Select(step => step with { Executions = executions, Minutes = minutes })];
        }

        var steps = section.IsListOfMappings("steps")
            ? [.. section.Sections("steps").Select(step => new RolloutStep(step.Whole("percent", 0, 0, 100), step.Whole("executions", executions, 0, 1_000_000), step.Whole("minutes", minutes, 0, 525_600), step.Texts("labels")))]
            : section.Texts("steps").Select(text => new RolloutStep(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : 0, executions, minutes, [])).ToList();
        var previous = 0;
        foreach (var step in steps)
        {
            // A step for fewer requests may have any percentage; those for all grow.
            if (step.Percent is < 1 or > 100 || (step.Labels.Count == 0 && step.Percent <= previous))
            {
                section.Report("steps", "must be percentages from 1 to 100, each larger than the one before");
                return null;
            }

            previous = step.Labels.Count == 0 ? step.Percent : previous;
        }

        if (steps.Count == 0)
        {
            section.Report("steps", "must name at least one percentage");
            return null;
        }

        return steps;
    }
}

using WreSkills.Registry;

namespace WreSkills.Metrics;

/// <summary>
/// A change of who runs a version (DESIGN section 8): another model under the same agent, or another agent than the skill's own
/// two, behaves like another skill, so the evidence of the running state starts anew with its first execution. Whoever
/// has run the version before is no change when it comes back.
/// </summary>
/// <param name="Before">Who ran it before.</param>
/// <param name="After">Who runs it since then.</param>
public sealed record RunnerChange(StayRunner Before, StayRunner After)
{
    /// <summary>What changed, in words.</summary>
    public string Sentence => Before.Agent == After.Agent
        ? $"{Name(After.Agent, "the agent")} runs it with the model {After.Model} instead of {Before.Model}"
        : $"the agent {After.Agent} runs it instead of {Name(Before.Agent, "an unnamed one")}";

    /// <summary>The latest change among those who have run a version, or null.</summary>
    /// <param name="runners">In order of the first execution.</param>
    /// <param name="entry">The skill; its primary and fallback agent may take turns.</param>
    public static RunnerChange? Latest(IReadOnlyList<StayRunner> runners, SkillEntry entry)
    {
        for (var index = runners.Count - 1; index > 0; index--)
        {
            if (Replaced(runners, index, entry) is { } before)
            {
                return new RunnerChange(before, runners[index]);
            }
        }

        return null;
    }

    private static StayRunner? Replaced(IReadOnlyList<StayRunner> runners, int index, SkillEntry entry)
    {
        var runner = runners[index];
        StayRunner? sameAgent = null;
        for (var earlier = 0; earlier < index; earlier++)
        {
            sameAgent = runners[earlier].Agent == runner.Agent ? runners[earlier] : sameAgent;
        }

        if (sameAgent is not null)
        {
            return sameAgent.Model.Length > 0 && runner.Model.Length > 0 ? sameAgent : null;
        }

        var known = runner.Agent.Length == 0 || runner.Agent == entry.PrimaryAgent || runner.Agent == entry.FallbackAgent;
        return known || runners[index - 1].Agent.Length == 0 ? null : runners[index - 1];
    }

    private static string Name(string agent, string otherwise) => agent.Length > 0 ? agent : otherwise;
}

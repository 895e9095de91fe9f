using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Review;

namespace WreSkills.Cli;

/// <summary>The options of <c>wre review</c> that ask for variations of the draft's instructions.</summary>
internal static class VariationOptions
{
    private const int Most = 10;
    private static readonly Option<int> s_variations = Variations();
    private static readonly Option<string> s_priority = Priority();
    private static readonly Option<string?> s_agent = new("--agent") { Description = "With --variations, the agent that runs the cases; default: the only one in wre.yaml that does not advise.", HelpName = "NAME" };
    private static readonly Option<int> s_parallel = new("--parallel") { Description = "With --variations, pairs of runs at a time.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };

    /// <summary>The options.</summary>
    public static IReadOnlyList<Option> All => [s_variations, s_priority, s_agent, s_parallel];

    /// <summary>Asks for variations where the command line does.</summary>
    /// <param name="invocation">The command line.</param>
    /// <param name="review">The review with the weak patterns.</param>
    /// <param name="ask">Whether the model may be asked.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What became of them; null when none were asked for.</returns>
    public static async Task<VariationOutcome?> RunAsync(Invocation invocation, SkillReview review, bool ask, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        if (parsed.GetValue(s_variations) is not (> 0 and var count))
        {
            return null;
        }

        using var judge = invocation.Workspace.Agents.Judge(cache: false);
        var request = new VariationRequest
        {
            Skill = review.Skill,
            Weak = review.WeakPatterns,
            Count = count,
            Ask = ask,
            Priority = parsed.GetValue(s_priority)!,
            RequestedBy = GlobalOptions.User,
            Parallel = parsed.GetValue(s_parallel),
        };
        return await invocation.Workspace.ReviewWorker.VaryAsync(request, parsed.GetValue(s_agent), judge, new Progress(invocation.Error, "compare").Report, cancellationToken);
    }

    /// <summary>The answer as JSON; the review itself is stored.</summary>
    public static JsonObject View(Invocation invocation, SkillReview review, VariationOutcome outcome)
    {
        var json = outcome.ToJson().AsObject();
        json["review"] = invocation.Workspace.Layout.Relative(invocation.Workspace.Reviews.FileOf(review, "json"));
        return json;
    }

    private static Option<int> Variations()
    {
        var option = new Option<int>("--variations") { Description = $"Ask the advisor's model for so many minimal edits of the draft's instructions, at most {Most}; those that are shown to be better wait for a person (`wre proposals`).", HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 0 or > Most)
            {
                result.AddError($"--variations takes 0 to {Most}.");
            }
        });
        return option;
    }

    private static Option<string> Priority()
    {
        var option = new Option<string>("--priority") { Description = "With --variations, how urgent the proposals are.", DefaultValueFactory = _ => "medium", HelpName = "low|medium|high" };
        option.AcceptOnlyFromAmong([.. Proposal.Priorities]);
        return option;
    }
}

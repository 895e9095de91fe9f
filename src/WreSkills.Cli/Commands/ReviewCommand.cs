using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre review</c>: the advisor's review of a skill (policy 5.3).</summary>
internal static class ReviewCommand
{
    private const int MostListed = 50;
    private static readonly Option<string?> s_skill = new("--skill") { Description = "The skill's name; with --list, only its reviews.", HelpName = "NAME" };
    private static readonly Option<string> s_timeframe = Timeframe();
    private static readonly Option<string> s_state = GlobalOptions.State("--state", "Which version: the draft, or the live one of a state; default: the furthest that is live.", required: false);
    private static readonly Option<bool> s_list = new("--list") { Description = "List the stored reviews, newest first, instead of making one." };
    private static readonly Option<bool> s_latest = new("--latest") { Description = "Show the latest stored review instead of making one." };
    private static readonly Option<bool> s_flag = new("--flag") { Description = "Flag the staged version when a fundamental problem of its instructions is found, as scheduled reviews do; the policy may demote it for that." };
    private static readonly Option<bool> s_noModel = new("--no-model") { Description = "Do not ask the advisor's model, whatever wre.yaml says." };

    public static Command Create()
    {
        var command = new Command("review", "Review how a skill performs: weak patterns, drift, clusters of failures, cost, readiness, and what to improve. Exit 0 reviewed, 1 with a fundamental problem of its instructions.")
        {
            s_skill, s_timeframe, s_state, s_list, s_latest, s_flag, s_noModel,
        };
        foreach (var option in VariationOptions.All)
        {
            command.Options.Add(option);
        }

        return Invocation.With(command, RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var skill = invocation.Parsed.GetValue(s_skill);
        if (invocation.Parsed.GetValue(s_list))
        {
            return List(invocation, skill);
        }

        if (skill is null)
        {
            throw new WreException("Which skill?", "pass --skill NAME, or --list for the stored reviews");
        }

        invocation.Workspace.RequireKnown(skill);
        PromotionState? state = invocation.Parsed.GetValue(s_state) is { } text ? GlobalOptions.ParseState(text) : null;
        var review = invocation.Parsed.GetValue(s_latest) ? Latest(invocation, skill, state) : await MakeAsync(invocation, skill, state, cancellationToken);
        var variations = await VariationOptions.RunAsync(invocation, review, !invocation.Parsed.GetValue(s_noModel), cancellationToken);
        if (invocation.Json && variations is not null)
        {
            JsonOutput.Write(invocation.Output, VariationOptions.View(invocation, review, variations));
        }
        else if (invocation.Json)
        {
            invocation.Output.Write(ReviewStore.Json(review));
        }
        else
        {
            ReviewViews.Write(invocation.Terminal, review);
            invocation.Terminal.Line();
            invocation.Terminal.Line($"Stored: {invocation.Workspace.Layout.Relative(invocation.Workspace.Reviews.FileOf(review, "html"))} (and .md, .json)");
            if (variations is not null)
            {
                ProposalViews.Variations(invocation.Terminal, variations);
            }
        }

        return review.FundamentalIssue is null ? 0 : 1;
    }

    private static async Task<SkillReview> MakeAsync(Invocation invocation, string skill, PromotionState? state, CancellationToken cancellationToken)
    {
        var (worker, ask) = (invocation.Workspace.ReviewWorker, !invocation.Parsed.GetValue(s_noModel));
        var review = worker.Make(skill, state, invocation.Parsed.GetValue(s_timeframe)!, "request", ask);
        if (review.Model.Status == AdvisorAnswer.Waiting)
        {
            invocation.Error.WriteLine($"note: asking {Terminal.Safe(review.Model.Model!)}; it has {invocation.Workspace.Configuration.Advisor!.Limit.TotalSeconds:0.#} s, and the review stands without it");
            review = await worker.AskAsync(review, cancellationToken);
        }

        if (invocation.Parsed.GetValue(s_flag) && worker.Flag(review))
        {
            invocation.Error.WriteLine($"note: {skill} {review.Version} is flagged; `wre status --skill {skill}` shows what the policy made of it");
        }

        return review;
    }

    private static SkillReview Latest(Invocation invocation, string skill, PromotionState? state) =>
        invocation.Workspace.Reviews.Of(skill).FirstOrDefault(review => state is null || review.State == state.Value.Text())
        ?? throw new WreException($"No review of {skill} is stored{(state is { } which ? $" for its {which.Text()} version" : "")}.", $"`wre review --skill {skill}` makes one");

    private static int List(Invocation invocation, string? skill)
    {
        var reviews = Stored(invocation, skill);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["reviews"] = JsonOutput.List(reviews, review => View(invocation, review)) });
        }
        else if (reviews.Count == 0)
        {
            invocation.Terminal.Line("No review is stored; `wre review --skill NAME` makes one, and the monitor makes those that the policy schedules.");
        }
        else
        {
            invocation.Terminal.Rows(["at", "skill", "version", "state", "why", "summary"], reviews.Select(review => (IReadOnlyList<string>)[review.At, review.Skill, review.Version ?? "draft", review.State, review.Trigger, review.Summary]));
        }

        return 0;
    }

    /// <summary>The stored reviews, newest first.</summary>
    public static IReadOnlyList<SkillReview> Stored(Invocation invocation, string? skill) =>
        [.. (skill is null ? invocation.Workspace.Reviews.Skills() : [skill]).SelectMany(name => invocation.Workspace.Reviews.Of(name).Take(MostListed)).OrderByDescending(review => review.At, StringComparer.Ordinal).Take(MostListed)];

    /// <summary>A review in a list.</summary>
    public static JsonObject View(Invocation invocation, SkillReview review) => new()
    {
        ["skill"] = review.Skill,
        ["version"] = review.Version,
        ["state"] = review.State,
        ["at"] = review.At,
        ["timeframe"] = review.Timeframe,
        ["trigger"] = review.Trigger,
        ["executions"] = review.Executions,
        ["weak_patterns"] = review.WeakPatterns.Count,
        ["improvement_opportunities"] = review.ImprovementOpportunities.Count,
        ["fundamental_issue"] = review.FundamentalIssue is not null,
        ["model_status"] = review.Model.Status,
        ["summary"] = review.Summary,
        ["file"] = invocation.Workspace.Layout.Relative(invocation.Workspace.Reviews.FileOf(review, "md")),
    };

    private static Option<string> Timeframe()
    {
        var option = new Option<string>("--timeframe") { Description = "last_24_hours, last_7_days, last_30_days or all.", DefaultValueFactory = _ => "last_24_hours", HelpName = "SPAN" };
        option.AcceptOnlyFromAmong([.. MetricsDatabase.Timeframes.Keys, "all"]);
        return option;
    }
}

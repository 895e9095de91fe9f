using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre promote</c>: move a version one state forward.</summary>
internal static class PromoteCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_from = GlobalOptions.State("--from", "Where it comes from.");
    private static readonly Option<string> s_to = GlobalOptions.State("--to", "Where it goes to.");
    private static readonly Option<string> s_approver = new("--approver") { Description = "Who approved; must be the ticket's approver and listed in the policy.", Required = true, HelpName = "ID" };
    private static readonly Option<string> s_ticket = new("--approval-ticket") { Description = "The ticket that was answered and approved.", Required = true, HelpName = "TICKET" };
    private static readonly Option<bool> s_checklist = new("--production-readiness-checklist-complete") { Description = "An assertion that is recorded; all answers in the ticket are required with or without it." };
    private static readonly Option<bool> s_breakGlass = new("--break-glass") { Description = "Go against failing checks in an emergency, by a ticket that says why. Everybody is told, and a second person has to sign within the policy's deadline." };
    private static readonly Option<string?> s_module = new("--module") { Description = "domain/module of the production folder, when the skill does not say it.", HelpName = "MODULE" };

    public static Command Create() => Invocation.With(
        new Command("promote", "Promote a skill: every gate must pass and the ticket must allow exactly this. Exit 0 promoted, 1 refused.") { s_skill, s_from, s_to, s_approver, s_ticket, s_checklist, s_breakGlass, s_module },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var dependents = GraphViews.WarnOfDependents(invocation, parsed.GetValue(s_skill)!);
        var outcome = invocation.Workspace.Promoter.Promote(new PromotionRequest
        {
            Skill = parsed.GetValue(s_skill)!,
            From = GlobalOptions.ParseState(parsed.GetValue(s_from)!),
            To = GlobalOptions.ParseState(parsed.GetValue(s_to)!),
            Approver = parsed.GetValue(s_approver)!,
            Ticket = parsed.GetValue(s_ticket)!,
            ChecklistComplete = parsed.GetValue(s_checklist),
            BreakGlass = parsed.GetValue(s_breakGlass),
            Module = parsed.GetValue(s_module),
            RequestedBy = GlobalOptions.User,
        });
        invocation.Workspace.Worker.Run();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["promoted"] = outcome.Transition is not null,
                ["transition"] = outcome.Transition is { } done ? JsonViews.Transition(done) : null,
                ["refusals"] = JsonOutput.Texts(outcome.Refusals),
                ["gates"] = JsonOutput.List(outcome.Readiness.Gates, JsonViews.Gate),
                ["dependents"] = JsonOutput.Texts(dependents),
            });
            return outcome.Transition is null ? 1 : 0;
        }

        if (outcome.Transition is not { } transition)
        {
            invocation.Terminal.Line($"Not promoted: {parsed.GetValue(s_skill)} stays as it is.");
            foreach (var refusal in outcome.Refusals)
            {
                invocation.Terminal.Line($"  - {refusal}");
            }

            return 1;
        }

        Print(invocation, transition);
        return 0;
    }

    private static void Print(Invocation invocation, Transition transition)
    {
        var entry = invocation.Workspace.Registry.Load().Require(transition.Skill);
        invocation.Terminal.Heading($"Promoted {transition.Skill} {transition.Version}: {transition.From.Text()} → {transition.To.Text()} (registry serial {transition.ExpectedSerial + 1}).");
        invocation.Terminal.Rows(["", ""],
        [
            ["content", transition.Digest],
            ["approved by", $"{transition.Approver} with {transition.Ticket}{(transition.SignedBy is { } people ? $", signed by {string.Join(", ", people)}" : ", by name only: nobody's key is enrolled")}"],
            .. transition.BreakGlass is null ? [] : (IReadOnlyList<string>[])[["broke the glass", transition.BreakGlass + (transition.Countersigned ? "" : " (a second person has to sign)")]],
            ["folder", entry.Location],
            ["traffic", transition.To == PromotionState.Production ? "100 %" : $"{entry.Rollout?.Percent} % of keys"],
            ["scoring", entry.Scoring],
            ["monitoring", entry.Monitoring],
            ["review", entry.ReviewSchedule],
            ["operation", transition.Operation],
        ]);
    }
}

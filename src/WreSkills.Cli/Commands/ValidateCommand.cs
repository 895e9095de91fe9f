using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre validate</c>: the dry run of the next promotion.</summary>
internal static class ValidateCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_ticket = new("--approval-ticket") { Description = "Check this ticket too.", HelpName = "TICKET" };

    public static Command Create() => Invocation.With(
        new Command("validate", "Dry run of the next promotion: legality, content, label, gates and, if named, the ticket. Changes no state. Exit 0 would go through, 1 would be refused.") { s_skill, s_ticket },
        Run);

    private static int Run(Invocation invocation)
    {
        var (workspace, skill) = (invocation.Workspace, invocation.Parsed.GetValue(s_skill)!);
        GraphViews.RefreshIndex(invocation);
        var dependents = GraphViews.WarnOfDependents(invocation, skill);
        var staged = workspace.Registry.Load().Find(skill)?.Live(PromotionState.Staged) is not null;
        var (from, to) = staged ? (PromotionState.Staged, PromotionState.Production) : (PromotionState.Prototype, PromotionState.Staged);
        var readiness = workspace.Checker.Check(skill, from, to);
        var refusals = Refusals(invocation, readiness);
        IReadOnlyList<SkillFinding> warnings = readiness.Evidence.Folder is { } folder ? SkillLint.Run(folder, LintProfile.Lenient) : [];
        if (invocation.Json)
        {
            var json = JsonViews.Readiness(readiness);
            json["would_promote"] = refusals.Count == 0;
            json["refusals"] = JsonOutput.Texts(refusals);
            json["findings"] = JsonOutput.List(warnings, JsonViews.Finding);
            json["dependents"] = JsonOutput.Texts(dependents);
            JsonOutput.Write(invocation.Output, json);
            return refusals.Count == 0 ? 0 : 1;
        }

        TextViews.Readiness(invocation.Terminal, readiness);
        foreach (var warning in warnings)
        {
            invocation.Terminal.Line($"  {warning}");
        }

        if (refusals.Count == 0)
        {
            invocation.Terminal.Line($"{skill} {readiness.Version} would go to {to.Text()}{(invocation.Parsed.GetValue(s_ticket) is null ? " with an approved ticket" : "")}. Nothing was changed.");
            return 0;
        }

        invocation.Terminal.Line("Would be refused:");
        foreach (var refusal in refusals)
        {
            invocation.Terminal.Line($"  - {refusal}");
        }

        return 1;
    }

    private static IReadOnlyList<string> Refusals(Invocation invocation, PromotionReadiness readiness)
    {
        if (invocation.Parsed.GetValue(s_ticket) is not { } name)
        {
            return readiness.Refusal is { } refusal
                ? [refusal]
                : [.. readiness.Gates.Where(gate => gate.Verdict != Policy.Verdict.Pass).Select(gate => $"gate {gate.Name}: {gate.FigureText} (required {gate.Requirement}). {gate.Evidence}")];
        }

        var request = new PromotionRequest
        {
            Skill = readiness.Skill,
            From = readiness.From,
            To = readiness.To,
            Ticket = name,
            Approver = invocation.Workspace.Tickets.Open(name).Ticket.Approver ?? "",
        };
        return invocation.Workspace.Promoter.Refusals(request, readiness).Reasons;
    }
}

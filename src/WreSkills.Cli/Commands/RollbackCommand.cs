using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre rollback</c>: move a version one state back, or undo that.</summary>
internal static class RollbackCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_from = Optional("--from", "Where it comes from.");
    private static readonly Option<string?> s_to = Optional("--to", "Where it goes to.");
    private static readonly Option<string> s_reason = new("--reason") { Description = "Why; `manual_override` needs --approver.", Required = true, HelpName = "REASON" };
    private static readonly Option<string?> s_metric = new("--trigger-metric") { Description = "The figure that tripped it, such as fidelity=0.83.", HelpName = "METRIC" };
    private static readonly Option<string?> s_timestamp = new("--timestamp") { Description = "When it was decided; default: now.", HelpName = "TIME" };
    private static readonly Option<string?> s_approver = new("--approver") { Description = "Who decided; required for manual_override and --undo.", HelpName = "ID" };
    private static readonly Option<string?> s_key = ApproversCommand.KeyOption();
    private static readonly Option<bool> s_undo = new("--undo") { Description = "Undo the latest rollback from production; its failure report must be reviewed." };

    public static Command Create() => Invocation.With(
        new Command("rollback", "Roll a skill back: production → staged, or staged → prototype. Towards safety nobody has to approve. Exit 0 rolled back, 1 refused.") { s_skill, s_from, s_to, s_reason, s_metric, s_timestamp, s_approver, s_undo, s_key },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var outcome = parsed.GetValue(s_undo) ? Undo(invocation) : RollBack(invocation);
        if (outcome.Note is { } note)
        {
            invocation.Error.WriteLine($"warning: {note}; `wre doctor` lists what is missing");
        }

        var dependents = GraphViews.WarnOfDependents(invocation, parsed.GetValue(s_skill)!);
        invocation.Workspace.Worker.Run();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["rolled_back"] = outcome.Transition is { Kind: "rollback" },
                ["restored"] = outcome.Transition is { Kind: "restore" },
                ["transition"] = outcome.Transition is { } done ? JsonViews.Transition(done) : null,
                ["refusals"] = JsonOutput.Texts(outcome.Refusal is { } reason ? [reason] : []),
                ["dependents"] = JsonOutput.Texts(dependents),
            });
            return outcome.Transition is null ? 1 : 0;
        }

        if (outcome.Transition is not { } transition)
        {
            invocation.Terminal.Line($"Not rolled back: {outcome.Refusal}");
            return 1;
        }

        if (transition.Kind == "restore")
        {
            invocation.Terminal.Heading($"Restored {transition.Skill} {transition.Version} to production (registry serial {transition.ExpectedSerial + 1}).");
            return 0;
        }

        invocation.Terminal.Heading($"Rolled back {TextViews.Rollback(transition)} (registry serial {transition.ExpectedSerial + 1}).");
        invocation.Terminal.Rows(["", ""], invocation.Workspace.Deadlines.List(openOnly: false).Where(row => row.Operation == transition.Operation)
            .Select(row => (IReadOnlyList<string>)[row.Action.Replace('_', ' '), row.DoneAt is null ? $"due at {row.DueAt}" : $"done, was due at {row.DueAt}"]));
        invocation.Terminal.Line($"Read the analysis: wre report show --skill {transition.Skill}");
        return 0;
    }

    private static RollbackOutcome RollBack(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        if (parsed.GetValue(s_from) is not { } from || parsed.GetValue(s_to) is not { } to)
        {
            throw new WreException("A rollback needs --from and --to.", "for example --from production --to staged");
        }

        DateTimeOffset? at = null;
        if (parsed.GetValue(s_timestamp) is { } text)
        {
            at = Timestamp.TryParse(text, out var moment) ? moment : throw new WreException($"--timestamp '{text}' is no time.", "ISO 8601, such as 2025-10-20T14:23:15Z");
        }

        var (skill, source, target) = (parsed.GetValue(s_skill)!, GlobalOptions.ParseState(from), GlobalOptions.ParseState(to));
        bool IsThis(Transition transition) => transition.Kind == "rollback" && transition.Skill == skill && transition.From == source && transition.To == target;

        // Whoever repeats a rollback that was killed after its commit wants that rollback, not the predecessor's as well.
        var recovery = invocation.Workspace.Recovery;
        if (recovery.Finished.LastOrDefault(IsThis) is { } finished)
        {
            return new RollbackOutcome { Transition = finished };
        }

        if (recovery.Unfinished.LastOrDefault(item => IsThis(item.Transition)).Problem is { } problem)
        {
            throw problem;
        }

        return invocation.Workspace.Promoter.RollBack(new RollbackRequest
        {
            Skill = skill,
            From = source,
            To = target,
            Reason = parsed.GetValue(s_reason)!,
            TriggerMetric = parsed.GetValue(s_metric),
            At = at,
            Approver = parsed.GetValue(s_approver),
            RequestedBy = GlobalOptions.User,
        });
    }

    private static RollbackOutcome Undo(Invocation invocation)
    {
        var approver = invocation.Parsed.GetValue(s_approver) ?? throw new WreException("Undoing a rollback needs --approver.", "name a listed person with the right to override");
        return invocation.Workspace.Promoter.Undo(
            invocation.Parsed.GetValue(s_skill)!, approver, invocation.Parsed.GetValue(s_reason)!, GlobalOptions.User,
            bytes => invocation.Keys.SignAsync(bytes, Trust.SignaturePurpose.Override, approver, invocation.Parsed.GetValue(s_key), CancellationToken.None).GetAwaiter().GetResult());
    }

    private static Option<string?> Optional(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "STATE" };
        option.AcceptOnlyFromAmong("prototype", "staged", "production");
        return option;
    }
}

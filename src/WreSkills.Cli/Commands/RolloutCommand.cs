using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Monitoring;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre rollout</c>: the gradual rollout of a staged version.</summary>
internal static class RolloutCommand
{
    public static Command Create() => new("rollout", "Show and steer the share of traffic of a staged version.")
    {
        Show(),
        Change(RolloutRequest.Advance, "Go to the next step. All checks have to pass; --force goes on without them and needs the right to override. Exit 0 done, 1 refused.", approver: true, force: true),
        Change(RolloutRequest.Pause, "Hold the rollout at its share. Exit 0 done, 1 refused.", approver: false),
        Change(RolloutRequest.Resume, "Go on after a pause, or begin again with the first step after an abortion. Exit 0 done, 1 refused.", approver: true),
        Change(RolloutRequest.Abort, "Give all traffic back to the baseline; the version stays staged. Exit 0 done, 1 refused.", approver: false),
        Set(),
    };

    private static Command Show()
    {
        var skill = GlobalOptions.Skill();
        return Invocation.With(new Command("show", "Show the steps, the checks in their order, and what would happen next.") { skill }, invocation => Show(invocation, invocation.Parsed.GetValue(skill)!));
    }

    private static int Show(Invocation invocation, string skill)
    {
        var workspace = invocation.Workspace;
        workspace.Ingestor.Run(skill);
        var entry = workspace.Registry.Load().Require(skill);
        var report = workspace.Monitor.Evaluate(skill, entry, workspace.Policy, PromotionState.Staged);
        if (report is null || entry.Rollout is not { } rollout)
        {
            throw new WreException($"No version of {skill} is staged, so there is no rollout.", $"`wre show --skill {skill}` lists its versions");
        }

        var decision = workspace.Watch.Decide(skill, entry, report);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, View(skill, report, rollout, decision, workspace.Policy.Rollout.Steps));
            return 0;
        }

        var terminal = invocation.Terminal;
        terminal.Heading($"{skill} {report.Stay.Version}: {rollout.Status}, {rollout.Percent} % of keys{(rollout.Labels is { } labels ? $" with the label {string.Join(" or ", labels)}" : "")} since {rollout.Since}");
        if (rollout.Reason is { } reason)
        {
            terminal.Line($"  {reason}");
        }

        terminal.Line();
        terminal.Rows(["step", "share", "at least", ""], workspace.Policy.Rollout.Steps.Select((step, index) => (IReadOnlyList<string>)
        [
            $"{index + 1}", $"{step.Percent} %{(step.Labels.Count > 0 ? " of " + string.Join(", ", step.Labels) : "")}", $"{step.Executions} executions, {step.Minutes} min",
            index < rollout.Step || rollout.Status == RolloutEntry.Completed ? "done" : index == rollout.Step ? "now" : "",
        ]));
        terminal.Line();
        terminal.Rows(["check", "", "evidence"], decision.Checks.Select(check => (IReadOnlyList<string>)[check.Name.Replace('_', ' '), Terminal.Word(check.Verdict), check.Sentence]));
        terminal.Line();
        terminal.Line(Next(skill, rollout, decision));
        return 0;
    }

    private static string Next(string skill, RolloutEntry rollout, RolloutDecision decision) => (decision.Move, rollout.Status) switch
    {
        (_, RolloutEntry.Completed) => $"Completed. Next: wre status --skill {skill} --target-state production",
        (_, RolloutEntry.Paused or RolloutEntry.Aborted) => $"Next: wre rollout resume --skill {skill} --approver ID --reason \"…\"",
        (RolloutMove.Advance, _) => "Advances with the next execution or monitor pass.",
        (RolloutMove.Abort, _) => "Is aborted with the next execution or monitor pass.",
        (RolloutMove.Pause, _) => "Is paused with the next execution or monitor pass.",
        _ => decision.Reason == "needs_approval" ? $"Next: wre rollout advance --skill {skill} --approver ID" : $"Stays at {rollout.Percent} %.",
    };

    private static Command Change(string change, string description, bool approver, bool force = false)
    {
        var skill = GlobalOptions.Skill();
        var who = Approver(approver ? "Who decides; listed in the policy." : "Who decides; not needed towards safety.");
        var reason = Reason(change is RolloutRequest.Advance ? "advanced by hand" : null);
        var forced = new Option<bool>("--force") { Description = "Go on although a check does not pass." };
        var command = new Command(change, description) { skill, who, reason };
        if (force)
        {
            command.Options.Add(forced);
        }

        return Invocation.With(command, invocation => Apply(invocation, new RolloutRequest
        {
            Skill = invocation.Parsed.GetValue(skill)!,
            Change = change,
            Reason = invocation.Parsed.GetValue(reason)!,
            Approver = invocation.Parsed.GetValue(who),
            RequestedBy = GlobalOptions.User,
        }, force && invocation.Parsed.GetValue(forced)));
    }

    private static Command Set()
    {
        var skill = GlobalOptions.Skill();
        var percent = new Option<int>("--percent") { Description = "Share of keys, 0 to 100.", Required = true, HelpName = "N" };
        percent.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 100)
            {
                result.AddError("--percent must lie between 0 and 100");
            }
        });
        var who = Approver("Who decides; for a larger share with the right to override.");
        var reason = Reason(null);
        return Invocation.With(new Command("set", "Set the share by hand; the rollout stays paused there. Exit 0 done, 1 refused.") { skill, percent, who, reason }, invocation => Apply(invocation, new RolloutRequest
        {
            Skill = invocation.Parsed.GetValue(skill)!,
            Change = RolloutRequest.Set,
            Percent = invocation.Parsed.GetValue(percent),
            Reason = invocation.Parsed.GetValue(reason)!,
            Approver = invocation.Parsed.GetValue(who),
            RequestedBy = GlobalOptions.User,
        }, force: true));
    }

    private static int Apply(Invocation invocation, RolloutRequest request, bool force)
    {
        var outcome = invocation.Workspace.Watch.Steer(request, force);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["changed"] = outcome.Transition is not null,
                ["change"] = request.Change,
                ["percent"] = outcome.Transition?.Percent,
                ["operation"] = outcome.Transition?.Operation,
                ["refusals"] = JsonOutput.Texts(outcome.Refusal is { } reason ? [reason] : []),
            });
        }
        else
        {
            invocation.Terminal.Line(outcome.Transition is { } done
                ? $"{request.Skill} {done.Version}: {request.Change}, {done.Percent} % of keys now (registry serial {done.ExpectedSerial + 1})."
                : $"Not changed: {outcome.Refusal}");
        }

        return outcome.Transition is null ? 1 : 0;
    }

    private static JsonObject View(string skill, MonitorReport report, RolloutEntry rollout, RolloutDecision decision, IReadOnlyList<Policy.RolloutStep> steps)
    {
        var (candidate, baseline) = RolloutGuide.Units(rollout, report);
        return new JsonObject
        {
            ["skill"] = skill,
            ["version"] = report.Stay.Version,
            ["status"] = rollout.Status,
            ["reason"] = rollout.Reason,
            ["percent"] = rollout.Percent,
            ["step"] = rollout.Step,
            ["since"] = rollout.Since,
            ["labels"] = JsonOutput.Texts(rollout.Labels ?? []),
            ["steps"] = JsonOutput.List(steps, step => new JsonObject { ["percent"] = step.Percent, ["executions"] = step.Executions, ["minutes"] = step.Minutes, ["labels"] = JsonOutput.Texts(step.Labels) }),
            ["candidate_executions"] = candidate,
            ["baseline_executions"] = baseline,
            ["move"] = decision.Move.ToString().ToLowerInvariant(),
            ["move_reason"] = decision.Reason,
            ["checks"] = JsonOutput.List(decision.Checks, check => new JsonObject { ["name"] = check.Name, ["verdict"] = JsonViews.Word(check.Verdict), ["sentence"] = check.Sentence }),
        };
    }

    private static Option<string?> Approver(string description) => new("--approver") { Description = description, HelpName = "ID" };

    private static Option<string> Reason(string? fallback)
    {
        var option = new Option<string>("--reason") { Description = "Why; people read it.", Required = fallback is null, HelpName = "TEXT" };
        if (fallback is not null)
        {
            option.DefaultValueFactory = _ => fallback;
        }

        return option;
    }
}

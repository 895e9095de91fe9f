using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre report</c>: the failure analysis of a rollback, and its review.</summary>
internal static class ReportCommand
{
    public static Command Create() => new("report", "Failure reports of rollbacks: read them, and record that a person reviewed them.") { Show(), Review(), Flag() };

    private static Command Show()
    {
        var skill = GlobalOptions.Skill();
        return Invocation.With(new Command("show", "Print the failure report of the latest rollback of a skill.") { skill }, invocation =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            invocation.Workspace.Worker.Run();
            var rollback = invocation.Workspace.Audit.Lines().LastOrDefault(line => Text(line, "event") == "rollback" && Text(line, "skill") == name);

            // The audit log may be lost; the registry knows the latest rollback that nobody has cleared.
            if ((Text(rollback, "operation") ?? Latest(invocation.Workspace.Registry.Load().Find(name))) is not { } operation)
            {
                throw new WreException($"{name} was never rolled back.", "`wre list` shows which skills were");
            }

            var path = invocation.Workspace.Reports.FileOf(operation);
            if (!File.Exists(path))
            {
                throw new WreException($"The failure report of {name} (rollback {operation}) could not be written: neither the audit log nor the promotion log has the rollback.", "restore audit.jsonl from git; `wre doctor` lists what is missing");
            }

            var text = File.ReadAllText(path);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["operation"] = operation, ["skill"] = name, ["file"] = path, ["markdown"] = text });
            }
            else
            {
                invocation.Output.Write(text);
            }

            return 0;
        });
    }

    private static Command Review()
    {
        var skill = GlobalOptions.Skill();
        var approver = new Option<string>("--approver") { Description = "Who reviewed; listed in the policy.", Required = true, HelpName = "ID" };
        var note = new Option<string>("--note") { Description = "What you make of it and what is to be done.", Required = true, HelpName = "TEXT" };
        return Invocation.With(new Command("review", "Record that a person reviewed the failure report; without it the version cannot be promoted again.") { skill, approver, note }, invocation =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            var (version, rollback) = invocation.Workspace.Promoter.Review(name, invocation.Parsed.GetValue(approver)!, invocation.Parsed.GetValue(note)!);
            invocation.Workspace.Deadlines.Done(rollback.Operation, "human_review", invocation.Workspace.Time.GetUtcNow());
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = name, ["version"] = version, ["operation"] = rollback.Operation, ["reviewed_by"] = rollback.ReviewedBy, ["reviewed_at"] = rollback.ReviewedAt });
            }
            else
            {
                invocation.Terminal.Line($"Recorded: {rollback.ReviewedBy} reviewed the rollback of {name} {version}. It may be promoted again, or the rollback undone.");
            }

            return 0;
        });
    }

    private static Command Flag()
    {
        var skill = GlobalOptions.Skill();
        var reason = new Option<string>("--reason") { Description = "What is wrong with the instructions.", Required = true, HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "The advisor or person who found it; default: you.", HelpName = "NAME" };
        return Invocation.With(new Command("flag", "Flag a fundamental problem of the staged version's instructions; it is demoted to prototype (policy 3.1). Exit 0 demoted, 1 only flagged.") { skill, reason, by }, invocation =>
        {
            var (name, workspace) = (invocation.Parsed.GetValue(skill)!, invocation.Workspace);
            if (workspace.Registry.Load().Require(name).Live(PromotionState.Staged) is not { } staged)
            {
                throw new WreException($"No version of {name} is staged.", "a flag is about a staged version; roll production back with `wre rollback`");
            }

            workspace.Flags.Put(name, new Monitoring.ReviewFlag
            {
                Version = staged.Label,
                StateSerial = staged.Version.StateSerial,
                Reason = invocation.Parsed.GetValue(reason)!,
                FlaggedBy = invocation.Parsed.GetValue(by) ?? GlobalOptions.User,
                At = invocation.Now,
            });
            workspace.Ingestor.Run(name);
            var watched = workspace.Watch.Run(name);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = name, ["version"] = staged.Label, ["flagged"] = true, ["rollback"] = watched.Rollback is { } done ? JsonViews.Transition(done) : null });
            }
            else if (watched.Rollback is null)
            {
                invocation.Terminal.Line($"Flagged {name} {staged.Label}; the policy does not demote it for that.");
            }
            else
            {
                TextViews.Watched(invocation.Terminal, name, watched);
            }

            return watched.Rollback is null ? 1 : 0;
        });
    }

    private static string? Latest(SkillEntry? entry) =>
        entry?.Versions.Values.Where(version => version.RolledBack is not null).MaxBy(version => version.StateSerial)?.RolledBack!.Operation;

    private static string? Text(System.Text.Json.JsonElement line, string name) =>
        line.ValueKind == System.Text.Json.JsonValueKind.Object && line.TryGetProperty(name, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : null;
}

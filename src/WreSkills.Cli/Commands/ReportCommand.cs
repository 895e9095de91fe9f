using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre report</c>: the failure analysis of a rollback, its review, and what other reports there are.</summary>
internal static class ReportCommand
{
    public static Command Create() => new("report", "Failure reports of rollbacks: read them, and record that a person reviewed them.") { Show(), Explain(), List(), Review(), Flag() };

    private static Command Show()
    {
        var skill = GlobalOptions.Skill();
        return Invocation.With(new Command("show", "Print the failure report of the latest rollback of a skill.") { skill }, invocation =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            var (operation, path) = Find(invocation, name);
            var text = File.ReadAllText(path);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, View(invocation, operation, name, path, text));
            }
            else
            {
                invocation.Output.Write(Terminal.Safe(text));
            }

            return 0;
        });
    }

    private static Command Explain()
    {
        var skill = GlobalOptions.Skill();
        return Invocation.With(new Command("explain", "Ask the advisor's model for hypotheses about the latest rollback of a skill, and add those that pass every check to the failure report. Exit 0 answered, 1 no usable answer.") { skill }, async (invocation, cancellationToken) =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            var (operation, path) = Find(invocation, name);
            using var model = invocation.Workspace.Agents.Advisor()
                ?? throw new WreException("No model advises in this workspace.", "name an agent of kind chat under `advisor: {model: NAME}` in wre.yaml; see docs/reference/review.md");
            var analysis = invocation.Workspace.Reports.Find(operation)
                ?? throw new WreException($"The failure report of {name} (rollback {operation}) was written before models could be asked.", $"delete {invocation.Workspace.Layout.Relative(path)} and it is written anew");
            var answer = (await invocation.Workspace.Reports.AskAsync(analysis, model, cancellationToken)).Model;
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, View(invocation, operation, name, path, File.ReadAllText(path)));
            }
            else
            {
                invocation.Terminal.Line(answer.Sentence);
                ReviewViews.Readings(invocation.Terminal, answer, "Hypotheses");
            }

            return answer.Status == AdvisorAnswer.Answered ? 0 : 1;
        });
    }

    private static Command List()
    {
        var skill = new Option<string?>("--skill") { Description = "Only this skill's.", HelpName = "NAME" };
        return Invocation.With(new Command("list", "List what is stored: failure reports of rollbacks, and reviews.") { skill }, invocation =>
        {
            var wanted = invocation.Parsed.GetValue(skill);
            invocation.Workspace.Worker.Run();
            var failures = invocation.Workspace.Reports.All().Where(analysis => wanted is null || analysis.Skill == wanted).ToList();
            var reviews = ReviewCommand.Stored(invocation, wanted);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["failures"] = JsonOutput.List(failures, analysis => new JsonObject
                    {
                        ["operation"] = analysis.Operation,
                        ["skill"] = analysis.Skill,
                        ["version"] = analysis.Version,
                        ["at"] = analysis.At,
                        ["model_status"] = analysis.Model.Status,
                        ["file"] = invocation.Workspace.Layout.Relative(invocation.Workspace.Reports.FileOf(analysis.Operation)),
                    }),
                    ["reviews"] = JsonOutput.List(reviews, review => ReviewCommand.View(invocation, review)),
                });
                return 0;
            }

            var rows = failures.Select(analysis => (analysis.At, Row: (IReadOnlyList<string>)[analysis.At, "failure", analysis.Skill, analysis.Version, invocation.Workspace.Layout.Relative(invocation.Workspace.Reports.FileOf(analysis.Operation))]))
                .Concat(reviews.Select(review => (review.At, Row: (IReadOnlyList<string>)[review.At, "review", review.Skill, review.Version ?? "draft", invocation.Workspace.Layout.Relative(invocation.Workspace.Reviews.FileOf(review, "md"))])))
                .OrderByDescending(item => item.At, StringComparer.Ordinal).Select(item => item.Row).ToList();
            if (rows.Count == 0)
            {
                invocation.Terminal.Line("Nothing is stored yet.");
            }
            else
            {
                invocation.Terminal.Rows(["at", "what", "skill", "version", "file"], rows);
            }

            return 0;
        });
    }

    private static (string Operation, string Path) Find(Invocation invocation, string name)
    {
        invocation.Workspace.Worker.Run();
        var rollback = invocation.Workspace.Audit.Lines().LastOrDefault(line => Text(line, "event") == "rollback" && Text(line, "skill") == name);

        // The audit log may be lost; the registry knows the latest rollback that nobody has cleared.
        if ((Text(rollback, "operation") ?? Latest(invocation.Workspace.Registry.Load().Find(name))) is not { } operation)
        {
            throw new WreException($"{name} was never rolled back.", "`wre list` shows which skills were");
        }

        var path = invocation.Workspace.Reports.FileOf(operation);
        return File.Exists(path)
            ? (operation, path)
            : throw new WreException($"The failure report of {name} (rollback {operation}) could not be written: neither the audit log nor the promotion log has the rollback.", "restore audit.jsonl from git; `wre doctor` lists what is missing");
    }

    private static JsonObject View(Invocation invocation, string operation, string skill, string path, string text) => new()
    {
        ["operation"] = operation,
        ["skill"] = skill,
        ["file"] = path,
        ["html"] = Path.ChangeExtension(path, ".html") is var html && File.Exists(html) ? html : null,
        ["model"] = invocation.Workspace.Reports.Find(operation) is { } analysis ? JsonNode.Parse(AdvisorAnswer.Json(analysis.Model)) : null,
        ["markdown"] = text,
    };

    private static Command Review()
    {
        var skill = GlobalOptions.Skill();
        var approver = new Option<string>("--approver") { Description = "Who reviewed; listed in the policy.", Required = true, HelpName = "ID" };
        var note = new Option<string>("--note") { Description = "What you make of it and what is to be done.", Required = true, HelpName = "TEXT" };
        return Invocation.With(new Command("review", "Record that a person reviewed the failure report; without it the version cannot be promoted again.") { skill, approver, note }, invocation =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            var (version, rollback) = invocation.Workspace.RollbackReviews.Record(name, invocation.Parsed.GetValue(approver)!, invocation.Parsed.GetValue(note)!);
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

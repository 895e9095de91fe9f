using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Review;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre proposals</c>: the edits that wait for a person.</summary>
internal static class ProposalsCommand
{
    private static readonly Argument<string> s_id = new("id") { Description = "The proposal's id, or a beginning that no other shares.", HelpName = "ID" };

    public static Command Create() => new("proposals", "Edits of instructions that reviews propose: list them, read one with its evidence, accept or reject it.") { List(), Show(), Accept(), Reject() };

    private static Command List()
    {
        var skill = new Option<string?>("--skill") { Description = "Of this skill only.", HelpName = "NAME" };
        var priority = new Option<string?>("--priority") { Description = "Of this priority only.", HelpName = "low|medium|high" };
        priority.AcceptOnlyFromAmong([.. Proposal.Priorities]);
        var status = new Option<string>("--status") { Description = "Of this status only.", DefaultValueFactory = _ => Proposal.Queued, HelpName = "queued|accepted|rejected|all" };
        status.AcceptOnlyFromAmong(Proposal.Queued, Proposal.Accepted, Proposal.Rejected, "all");
        return Invocation.With(new Command("list", "List proposals, the most urgent first, then by what they gain.") { skill, priority, status }, invocation =>
        {
            var (parsed, wanted) = (invocation.Parsed, invocation.Parsed.GetValue(status));
            var (all, damaged) = invocation.Workspace.Proposals.List(parsed.GetValue(skill));
            var shown = all.Where(proposal => (wanted == "all" || proposal.Status == wanted) && (parsed.GetValue(priority) ?? proposal.Priority) == proposal.Priority)
                .OrderBy(proposal => Proposal.Priorities.ToList().IndexOf(proposal.Priority)).ThenByDescending(proposal => proposal.Evidence?.Gain ?? 0).ThenBy(proposal => proposal.Id, StringComparer.Ordinal).ToList();
            foreach (var file in invocation.Json ? [] : damaged)
            {
                invocation.Error.WriteLine(Terminal.Safe($"warning: proposals/{file.File} is passed over: {file.Problem}"));
            }

            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["proposals"] = JsonOutput.List(shown, ProposalViews.Item),
                    ["damaged"] = JsonOutput.List(damaged, file => new JsonObject { ["file"] = file.File, ["problem"] = file.Problem }),
                });
            }
            else if (shown.Count == 0)
            {
                invocation.Terminal.Line($"No proposal is {(wanted == "all" ? "here" : wanted)}.");
            }
            else
            {
                invocation.Terminal.Rows(["proposal", "status", "priority", "gain", "what"], shown.Select(proposal => (IReadOnlyList<string>)[proposal.Id, proposal.Status, proposal.Priority, TextViews.Number(proposal.Evidence?.Gain), proposal.Summary]));
            }

            return 0;
        });
    }

    private static Command Show() => Invocation.With(new Command("show", "Print a proposal: the edit, how it fared against the text as it is, and the executions that motivated it.") { s_id }, invocation =>
    {
        var proposal = invocation.Workspace.Proposals.Require(invocation.Parsed.GetValue(s_id)!);
        bool? stale = proposal.Status == Proposal.Queued ? IsStale(invocation.Workspace, proposal) : null;
        if (invocation.Json)
        {
            var json = proposal.ToJson().AsObject();
            json["stale"] = stale;
            JsonOutput.Write(invocation.Output, json);
        }
        else
        {
            var records = invocation.Workspace.Executions.Find(proposal.Skill, proposal.Traces.ToHashSet());
            ProposalViews.Show(invocation.Terminal, proposal, stale, [.. proposal.Traces.Select(id => (id, records.TryGetValue(id, out var record) ? What(record) : null))]);
        }

        return 0;
    });

    private static Command Accept()
    {
        var approver = new Option<string>("--approver") { Description = "Who accepts: a person with the right to promote.", Required = true, HelpName = "ID" };
        var rebase = new Option<bool>("--rebase") { Description = "Make the edit in a draft that was changed since, if it applies exactly." };
        return Invocation.With(new Command("accept", "Make the edit in the draft: a new prototype with a new label and a line in its CHANGELOG.md. Every gate is still ahead. Exit 1 when it is refused.") { s_id, approver, rebase }, invocation =>
        {
            RequirePerson();
            var (parsed, workspace) = (invocation.Parsed, invocation.Workspace);
            return Print(invocation, workspace.Decisions.Accept(parsed.GetValue(s_id)!, parsed.GetValue(approver)!, parsed.GetValue(rebase), GlobalOptions.User));
        });
    }

    private static Command Reject()
    {
        var reason = new Option<string>("--reason") { Description = "Why; the next review reads it.", Required = true, HelpName = "TEXT" };
        return Invocation.With(new Command("reject", "Decide against an edit; it is not proposed again. Exit 1 when it is decided already.") { s_id, reason }, invocation =>
        {
            RequirePerson();
            return Print(invocation, invocation.Workspace.Decisions.Reject(invocation.Parsed.GetValue(s_id)!, invocation.Parsed.GetValue(reason)!, GlobalOptions.User));
        });
    }

    private static int Print(Invocation invocation, ProposalDecision decision)
    {
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["id"] = decision.Proposal.Id,
                ["skill"] = decision.Proposal.Skill,
                ["status"] = decision.Proposal.Status,
                ["digest"] = decision.Digest,
                ["version"] = decision.Version,
                ["refusal"] = decision.Refusal,
                ["hint"] = decision.Hint,
            });
        }
        else if (decision.Refusal is { } refusal)
        {
            invocation.Terminal.Line($"Refused: {refusal}{(decision.Hint is { } hint ? $"\nhint: {hint}" : "")}");
        }
        else if (decision.Digest is { } digest)
        {
            invocation.Terminal.Line($"Accepted: the draft of {decision.Proposal.Skill} is {decision.Version ?? "(no label)"} [{TextViews.Short(digest)}] now.");
            invocation.Terminal.Line($"It is a prototype: `wre bench --skill {decision.Proposal.Skill}`, then `wre status --skill {decision.Proposal.Skill} --target-state staged` shows its gates.");
        }
        else
        {
            invocation.Terminal.Line($"Rejected: {decision.Proposal.Id} is not proposed again.");
        }

        return decision.Refusal is null ? 0 : 1;
    }

    private static bool IsStale(Workspace workspace, Proposal proposal)
    {
        try
        {
            return workspace.Loader.OpenPrototype(proposal.Skill).Digest != proposal.BaseDigest;
        }
        catch (WreException)
        {
            // There is no sound draft to make the edit in.
            return true;
        }
    }

    private static string What(JsonElement record)
    {
        string? Text(string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return $"decided {Text("decision") ?? "nothing"}, expected {Text("expected_decision") ?? "unknown"}{(Text("exception_type") is { } exception ? $", exception {exception}" : "")}";
    }

    private static void RequirePerson()
    {
        if (ApproverKeys.AgentShell(Environment.GetEnvironmentVariable) is { } mark)
        {
            throw new WreException($"This is the shell of an agent ({mark} is set), and agents decide about no proposal.", "a person decides in a shell of their own");
        }
    }
}

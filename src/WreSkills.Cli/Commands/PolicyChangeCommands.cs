using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Trust;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre policy propose</c>, <c>analyze</c>, <c>dry-run</c>, <c>approve</c>, <c>sign</c>, <c>apply</c> and <c>review</c>: the way of a change (policy 8).</summary>
internal static class PolicyChangeCommands
{
    public static IReadOnlyList<Command> Create() => [Propose(), Analyze(), DryRun(), Approve(), Sign(), Apply(), Review()];

    private static Command Propose()
    {
        var file = new Option<string>("--file") { Description = "The whole new document; `-` reads it from stdin.", Required = true, HelpName = "FILE" };
        var rationale = new Option<string>("--rationale") { Description = "Why (at least 10 characters); it goes into the audit log, the message to everybody and the commit.", Required = true, HelpName = "TEXT" };
        return Invocation.With(new Command("propose", "Check a new policy document and keep it as a proposal. Exit 1 with every reason when it may not be.") { file, rationale }, invocation =>
        {
            var (workspace, parsed) = (invocation.Workspace, invocation.Parsed);
            var path = parsed.GetValue(file)!;
            var text = path == "-" ? Console.In.ReadToEnd() : File.Exists(path) ? File.ReadAllText(path) : throw new WreException($"There is no {path}.", "--file takes the path of a policy document");
            var outcome = workspace.PolicyChanges.Propose(text, parsed.GetValue(rationale)!, GlobalOptions.User, workspace.Trust.Load().Root is null ? null : invocation.Keys.Fingerprint());
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["proposal"] = outcome.Proposal?.Id,
                    ["file"] = outcome.Proposal is { } made ? workspace.Layout.Relative(workspace.PolicyProposals.FileOf(made.Id, PolicyProposalStore.DocumentName)) : null,
                    ["base_version"] = workspace.Policy.Version,
                    ["base_digest"] = workspace.Policy.Digest,
                    ["version"] = outcome.Proposal?.Version,
                    ["digest"] = outcome.Proposal?.Digest,
                    ["differences"] = JsonOutput.List(outcome.Differences, PolicyReadCommands.View),
                    ["refusals"] = JsonOutput.Texts(outcome.Refusals),
                });
                return outcome.Proposal is null ? 1 : 0;
            }

            if (outcome.Proposal is not { } proposal)
            {
                invocation.Terminal.Line("Not proposed:");
                List(invocation, outcome.Refusals);
                invocation.Terminal.Line("Mend the document and propose it again; `wre policy show` lists the keys, docs/reference/policy.md what each means.");
                return 1;
            }

            invocation.Terminal.Heading($"{proposal.Id}: version {proposal.BaseVersion} → {proposal.Version}");
            PolicyReadCommands.Table(invocation.Terminal, outcome.Differences);
            invocation.Terminal.Line("Next: wre policy analyze, then wre policy dry-run --skill NAME");
            return 0;
        });
    }

    private static Command Analyze()
    {
        var proposal = ProposalOption();
        return Invocation.With(new Command("analyze", "Replay the recorded history of every skill under the proposal: promotions that would not have happened, rollbacks that would have or would not. From the data alone; no model is asked.") { proposal }, invocation =>
        {
            var impact = invocation.Workspace.PolicyChanges.Analyze(invocation.Parsed.GetValue(proposal));
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, impact.ToJson());
            }
            else
            {
                PolicyViews.Impact(invocation.Terminal, impact);
            }

            return 0;
        });
    }

    private static Command DryRun()
    {
        var (proposal, skill) = (ProposalOption(), GlobalOptions.Skill());
        return Invocation.With(new Command("dry-run", "Show gates, triggers and the rollout of a skill under the proposal beside the policy in force. Changes nothing.") { proposal, skill }, invocation =>
        {
            var name = invocation.Parsed.GetValue(skill)!;
            invocation.Workspace.RequireKnown(name);
            var run = invocation.Workspace.PolicyChanges.DryRun(invocation.Parsed.GetValue(proposal), name);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, run);
            }
            else
            {
                PolicyViews.DryRun(invocation.Terminal, run);
            }

            return 0;
        });
    }

    private static Command Approve()
    {
        var proposal = ProposalOption();
        var approver = new Option<string>("--approver") { Description = "Who decides; listed in the policy in force with the right `policy`.", Required = true, HelpName = "ID" };
        var decision = new Option<string>("--decision") { Description = "What they decide.", HelpName = "DECISION", DefaultValueFactory = _ => ApprovalTicket.Decisions[0] };
        decision.AcceptOnlyFromAmong([.. ApprovalTicket.Decisions]);
        var notes = new Option<string>("--notes") { Description = "Their words.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        return Invocation.With(new Command("approve", "Write the approval of a proposal, bound to both documents, its analysis and its dry run. Exit 0 approved, 1 not yet.") { proposal, approver, decision, notes }, invocation =>
        {
            NoAgents();
            var (id, parsed) = (invocation.Workspace.PolicyChanges.Open(invocation.Parsed.GetValue(proposal)).Proposal.Id, invocation.Parsed);
            return Answered(invocation, id, invocation.Workspace.PolicyChanges.Approve(id, parsed.GetValue(approver)!, parsed.GetValue(decision)!, parsed.GetValue(notes)!));
        });
    }

    private static Command Sign()
    {
        var proposal = ProposalOption();
        var key = ApproversCommand.KeyOption();
        return Invocation.With(new Command("sign", "Sign the approval's exact bytes with your SSH key, through ssh-keygen. Agents never sign. Exit 0 approved, 1 not yet.") { proposal, key }, async (invocation, cancellationToken) =>
        {
            var changes = invocation.Workspace.PolicyChanges;
            var (id, bytes, person) = changes.ToSign(invocation.Parsed.GetValue(proposal));
            var signature = await invocation.Keys.SignAsync(bytes, SignaturePurpose.Policy, person, invocation.Parsed.GetValue(key), cancellationToken);
            return Answered(invocation, id, changes.Sign(id, signature));
        });
    }

    private static int Answered(Invocation invocation, string id, PolicyReadiness readiness)
    {
        var good = readiness.Refusals.Count == 0;
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["proposal"] = id,
                ["approved"] = good,
                ["approver"] = readiness.Approval?.Approver,
                ["approval_decision"] = readiness.Approval?.Decision,
                ["needed"] = readiness.Check?.Needed,
                ["signatures"] = JsonOutput.List(readiness.Check?.Signatures ?? [], signature => new JsonObject { ["file"] = signature.File, ["person"] = signature.Person, ["fingerprint"] = signature.Fingerprint, ["reason"] = signature.Reason }),
                ["refusals"] = JsonOutput.Texts(readiness.Refusals),
            });
            return good ? 0 : 1;
        }

        List(invocation, readiness.Refusals);
        invocation.Terminal.Line(!good ? $"{id} is not approved yet."
            : readiness.Check!.Needed == 0 ? $"{id} is approved by name. Next: wre policy apply"
            : $"{id} is approved: {readiness.Check.People.Count} of {readiness.Check.Needed} signatures. Next: wre policy apply");
        return good ? 0 : 1;
    }

    private static Command Apply()
    {
        var proposal = ProposalOption();
        return Invocation.With(new Command("apply", "Put an approved proposal into force: document, audit log, rendered policy, messages, index and git commit. Exit 1 with every reason when it may not be.") { proposal }, invocation =>
        {
            NoAgents();
            var applied = new PolicyApplication(invocation.Workspace).Apply(invocation.Parsed.GetValue(proposal), GlobalOptions.User);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["applied"] = applied.Intent is not null,
                    ["proposal"] = applied.Intent?.Proposal.Id,
                    ["operation"] = applied.Intent?.Operation,
                    ["version"] = applied.Intent?.Proposal.Version,
                    ["digest"] = applied.Intent?.Proposal.Digest,
                    ["approver"] = applied.Intent?.Approver,
                    ["commit"] = applied.Git?.Commit,
                    ["commit_problem"] = applied.Git?.Problem,
                    ["render_problem"] = applied.RenderProblem,
                    ["void_tickets"] = JsonOutput.Texts(applied.VoidTickets),
                    ["running"] = JsonOutput.Texts(applied.RunningStays),
                    ["refusals"] = JsonOutput.Texts(applied.Refusals),
                });
                return applied.Intent is null ? 1 : 0;
            }

            if (applied.Intent is not { } done)
            {
                invocation.Terminal.Line("Not applied:");
                List(invocation, applied.Refusals);
                return 1;
            }

            PolicyViews.Applied(invocation, applied, done);
            return 0;
        });
    }

    private static Command Review()
    {
        var approver = new Option<string>("--approver") { Description = "Who reviewed; listed in the policy with the right `policy`.", Required = true, HelpName = "ID" };
        var note = new Option<string>("--note") { Description = "What you make of it.", Required = true, HelpName = "TEXT" };
        return Invocation.With(new Command("review", "Record that a person reviewed the policy and leaves it as it is; the next review is counted from here.") { approver, note }, invocation =>
        {
            NoAgents();
            var operation = invocation.Workspace.PolicyChanges.Review(invocation.Parsed.GetValue(approver)!, invocation.Parsed.GetValue(note)!);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["operation"] = operation, ["version"] = invocation.Workspace.Policy.Version, ["reviewed_by"] = invocation.Parsed.GetValue(approver) });
            }
            else
            {
                invocation.Terminal.Line($"Recorded: {invocation.Parsed.GetValue(approver)} reviewed version {invocation.Workspace.Policy.Version} of the policy.");
            }

            return 0;
        });
    }

    private static void List(Invocation invocation, IReadOnlyList<string> reasons)
    {
        foreach (var reason in reasons)
        {
            invocation.Terminal.Line($"  - {reason}");
        }
    }

    private static void NoAgents()
    {
        if (ApproverKeys.AgentShell(Environment.GetEnvironmentVariable) is { } agent)
        {
            throw new WreException($"This is the shell of an agent ({agent} is set), and agents never decide about the policy.", "a person does that in a shell of their own");
        }
    }

    private static Option<string?> ProposalOption() => new("--proposal") { Description = "The proposal; default: the latest one that waits.", HelpName = "PROPOSAL" };
}

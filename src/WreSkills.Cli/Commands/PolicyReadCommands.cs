using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Policy;
using WreSkills.Promotion;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre policy show</c>, <c>diff</c>, <c>history</c> and <c>render</c>: what the policy says and said.</summary>
internal static class PolicyReadCommands
{
    public static IReadOnlyList<Command> Create() => [Show(), Diff(), History(), Render()];

    private static Command Show()
    {
        var changed = new Option<bool>("--changed") { Description = "Only keys that differ from their default." };
        return Invocation.With(new Command("show", "Show the policy in force: every key with its value, its default and the comment in the document.") { changed }, invocation =>
        {
            var (workspace, policy) = (invocation.Workspace, invocation.Workspace.Policy);
            var file = workspace.Layout.PolicyFile;
            var comments = PolicyText.Comments(File.Exists(file) ? File.ReadAllText(file) : PolicyDocument.DefaultText);
            var keys = PolicyKeys.All.Where(key => !invocation.Parsed.GetValue(changed) || key.Text(policy) != key.Default).ToList();
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["version"] = policy.Version,
                    ["digest"] = policy.Digest,
                    ["file"] = File.Exists(file) ? workspace.Layout.Relative(file) : null,
                    ["authority"] = policy.Authority,
                    ["last_updated"] = policy.LastUpdated,
                    ["approvers"] = JsonOutput.List(policy.Approvers, approver => new JsonObject { ["id"] = approver.Id, ["name"] = approver.Name, ["may"] = JsonOutput.Texts(approver.May) }),
                    ["keys"] = JsonOutput.List(keys, key => new JsonObject { ["key"] = key.Name, ["value"] = key.Text(policy), ["default"] = key.Default, ["stricter"] = key.Stricter.Length == 0 ? null : key.Stricter, ["comment"] = comments.GetValueOrDefault(key.Name) }),
                    ["locked"] = new JsonObject(policy.Locked.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value))),
                    ["minimum"] = new JsonObject(workspace.PolicyGuardian.Minimum.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value))),
                    ["outside"] = workspace.PolicyHistory.Outside(),
                    ["review_due"] = workspace.PolicyChanges.ReviewDue(),
                });
                return 0;
            }

            var terminal = invocation.Terminal;
            terminal.Heading($"Policy {policy.Version}, {(File.Exists(file) ? workspace.Layout.Relative(file) : "the built-in document")}");
            terminal.Line($"digest {policy.Digest}");
            terminal.Rows(["key", "value", "default", "comment"], keys.Select(key => (IReadOnlyList<string>)[key.Name, key.Text(policy), key.Text(policy) == key.Default ? "" : key.Default, comments.GetValueOrDefault(key.Name) ?? ""]));
            terminal.Line();
            terminal.Rows(["approver", "name", "may"], policy.Approvers.Select(approver => (IReadOnlyList<string>)[approver.Id, approver.Name, string.Join(", ", approver.May)]));
            foreach (var (key, value) in policy.Locked)
            {
                terminal.Line($"locked: {key} may not be weaker than {value}");
            }

            foreach (var (key, value) in workspace.PolicyGuardian.Minimum)
            {
                terminal.Line($"pinned outside of the workspace: {key} may not be weaker than {value}");
            }

            Notes(invocation);
            return 0;
        });
    }

    private static Command Diff()
    {
        var other = new Argument<string?>("FILE|PROPOSAL") { Description = "A policy document or the name of a proposal; default: the proposal that waits.", Arity = ArgumentArity.ZeroOrOne };
        return Invocation.With(new Command("diff", "Compare with the policy in force, key by key: what it says, not how it is written, and whether that is stricter or looser. Exit 1 when they differ.") { other }, invocation =>
        {
            var workspace = invocation.Workspace;
            var name = invocation.Parsed.GetValue(other);
            var (source, before, after) = Sides(workspace, name);
            var differences = PolicyDiff.Of(before, after);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject
                {
                    ["of"] = source,
                    ["base_version"] = before.Version,
                    ["base_digest"] = before.Digest,
                    ["version"] = after.Version,
                    ["digest"] = after.Digest,
                    ["differences"] = JsonOutput.List(differences, View),
                });
                return differences.Count == 0 ? 0 : 1;
            }

            invocation.Terminal.Heading($"{source}: version {before.Version} → {after.Version}");
            Table(invocation.Terminal, differences);
            return differences.Count == 0 ? 0 : 1;
        });
    }

    // A change that was applied is shown as it was: against the document that it changed.
    private static (string Source, PromotionPolicy Before, PromotionPolicy After) Sides(Workspace workspace, string? name)
    {
        if (name is not null && File.Exists(name))
        {
            return (name, workspace.Policy, PolicyDocument.Load(name));
        }

        var (proposal, proposed) = workspace.PolicyChanges.Open(name);
        var before = workspace.Policy.Digest == proposal.BaseDigest ? workspace.Policy
            : workspace.PolicyProposals.FindDocument(proposal.BaseDigest) ?? (PolicyDocument.Parse(PolicyDocument.DefaultText, "the built-in policy") is var builtIn && builtIn.Digest == proposal.BaseDigest ? builtIn : workspace.Policy);
        return (proposal.Id, before, proposed);
    }

    private static Command History() => Invocation.With(new Command("history", "List every policy that was in force, who approved it and why, checked against audit log, documents and signatures. Exit 1 when something does not fit."), invocation =>
    {
        var workspace = invocation.Workspace;
        var entries = workspace.PolicyHistory.Entries();
        var git = new Dictionary<string, string?>(entries.Select(entry => KeyValuePair.Create(entry.Operation, PolicyApplication.CommitOf(workspace, entry.Operation))));
        var outside = workspace.PolicyHistory.Outside();
        var tampered = workspace.Inspection.Run() is { IsTampered: true } found ? found.Problems.Select(problem => $"audit log: {problem}").ToList() : [];
        var open = workspace.PolicyProposals.List().Where(id => !workspace.PolicyHistory.IsApplied(id)).ToList();
        var holds = outside is null && tampered.Count == 0 && entries.All(entry => entry.Problems.Count == 0);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["holds"] = holds,
                ["entries"] = JsonOutput.List(entries, entry => new JsonObject
                {
                    ["operation"] = entry.Operation,
                    ["timestamp"] = entry.At,
                    ["version"] = entry.Version,
                    ["digest"] = entry.Digest,
                    ["base_digest"] = entry.BaseDigest,
                    ["proposal"] = entry.Proposal,
                    ["requester"] = entry.Requester,
                    ["approver"] = entry.Approver,
                    ["signed_by"] = JsonOutput.Texts(entry.SignedBy),
                    ["rationale"] = entry.Rationale,
                    ["analysis_digest"] = entry.AnalysisDigest,
                    ["commit"] = git[entry.Operation],
                    ["problems"] = JsonOutput.Texts(entry.Problems),
                }),
                ["proposals"] = JsonOutput.Texts(open),
                ["outside"] = outside,
                ["audit_problems"] = JsonOutput.Texts(tampered),
                ["review_due"] = workspace.PolicyChanges.ReviewDue(),
            });
            return holds ? 0 : 1;
        }

        if (entries.Count == 0)
        {
            invocation.Terminal.Line($"No policy was recorded yet; {workspace.Policy.Version} ({workspace.Policy.Digest[..12]}) is in force as it was found.");
        }
        else
        {
            invocation.Terminal.Rows(
                ["version", "when", "digest", "proposed by", "approved by", "commit", "why"],
                entries.Select(entry => (IReadOnlyList<string>)[entry.Version, entry.At, entry.Digest[..Math.Min(12, entry.Digest.Length)], entry.Requester, Approved(entry), git[entry.Operation]?[..10] ?? "–", entry.Rationale]));
        }

        foreach (var problem in entries.SelectMany(entry => entry.Problems.Select(problem => $"{entry.Version}: {problem}")).Concat(tampered).Concat(outside is null ? [] : [$"{outside}; {workspace.PolicyHistory.RestoreHint()}"]))
        {
            invocation.Terminal.Line($"  - {problem}");
        }

        foreach (var id in open)
        {
            invocation.Terminal.Line($"proposed: {id}");
        }

        Notes(invocation, outside: false);
        return holds ? 0 : 1;
    });

    private static Command Render()
    {
        var check = new Option<bool>("--check") { Description = "Write nothing; exit 1 when the document is missing or says something else." };
        return Invocation.With(new Command("render", "Write the policy in force as a Markdown document for people.") { check }, invocation =>
        {
            var workspace = invocation.Workspace;
            var (file, current) = (workspace.Layout.PolicyRenderedFile, false);
            string? problem = null;
            if (invocation.Parsed.GetValue(check))
            {
                current = File.Exists(file) && File.ReadAllText(file) == PolicyMarkdown.Render(workspace.Policy);
            }
            else
            {
                problem = new PolicyApplication(workspace).Render();
                current = problem is null;
            }

            var name = workspace.Layout.Relative(file);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["file"] = name, ["version"] = workspace.Policy.Version, ["digest"] = workspace.Policy.Digest, ["current"] = current, ["problem"] = problem });
            }
            else
            {
                invocation.Terminal.Line(problem ?? (current ? $"{name} says version {workspace.Policy.Version}." : $"{name} is missing or says something else; `wre policy render` writes it."));
            }

            return current ? 0 : 1;
        });
    }

    internal static JsonObject View(PolicyDifference difference) => new()
    {
        ["key"] = difference.Key,
        ["before"] = difference.Before,
        ["after"] = difference.After,
        ["effect"] = difference.Effect.ToString().ToLowerInvariant(),
    };

    internal static void Table(Terminal terminal, IReadOnlyList<PolicyDifference> differences)
    {
        if (differences.Count == 0)
        {
            terminal.Line("They say the same.");
            return;
        }

        terminal.Rows(["key", "in force", "then", ""], differences.Select(difference => (IReadOnlyList<string>)[difference.Key, difference.Before ?? "–", difference.After ?? "–", difference.Effect.ToString().ToLowerInvariant()]), wrapping: 2);
    }

    /// <summary>What people should know about the policy whatever they look at.</summary>
    internal static void Notes(Invocation invocation, bool outside = true)
    {
        if (invocation.Json)
        {
            return;
        }

        if (outside && invocation.Workspace.PolicyHistory.Outside() is { } edited)
        {
            invocation.Error.WriteLine($"warning: {edited}; {invocation.Workspace.PolicyHistory.RestoreHint()}");
        }

        if (invocation.Workspace.PolicyChanges.ReviewDue() is { } due)
        {
            invocation.Error.WriteLine($"note: {due}");
        }
    }

    private static string Approved(PolicyHistoryEntry entry) => entry.Approver is null ? "–" : entry.SignedBy.Count == 0 ? $"{entry.Approver} (by name)" : string.Join(", ", entry.SignedBy);
}

using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre ticket</c>: make, answer and show sign-off documents.</summary>
internal static class TicketCommand
{
    public static Command Create() => new("ticket", "Sign-off documents: make one with the automated part filled in, answer it, show it.") { New(), Answer(), Sign(), Verify(), Show(), List() };

    private static Command New()
    {
        var skill = GlobalOptions.Skill();
        var from = GlobalOptions.State("--from", "Where the promotion comes from.");
        var to = GlobalOptions.State("--to", "Where it goes to.");
        var ticket = new Option<string?>("--ticket") { Description = "Name of the ticket; default: the next free APPROVAL_<date>_<number>.", HelpName = "TICKET" };
        var approver = new Option<string?>("--approver") { Description = "Who is to decide.", HelpName = "ID" };
        var breakGlass = new Option<string?>("--break-glass") { Description = "An emergency: why the promotion may go against failing checks and with one signature.", HelpName = "REASON" };
        var waive = new Option<string[]>("--waive") { Description = "A finding of the security scan that may pass, with the reason (at least 10 characters); repeatable. It becomes a part of what is signed.", HelpName = "RULE[:FILE]=REASON", DefaultValueFactory = _ => [] };
        var waiveDays = new Option<int>("--waive-days") { Description = "Days for which the waivers are good.", HelpName = "DAYS", DefaultValueFactory = _ => 30 };
        return Invocation.With(new Command("new", "Write a ticket for a promotion, bound to content, policy and evidence.") { skill, from, to, ticket, approver, breakGlass, waive, waiveDays }, invocation =>
        {
            var parsed = invocation.Parsed;
            GraphViews.RefreshIndex(invocation);
            var waivers = Waivers(invocation, parsed.GetValue(waive)!, parsed.GetValue(waiveDays));
            var (made, readiness) = invocation.Workspace.Issuer.Issue(
                parsed.GetValue(skill)!, GlobalOptions.ParseState(parsed.GetValue(from)!), GlobalOptions.ParseState(parsed.GetValue(to)!), parsed.GetValue(ticket), GlobalOptions.User, parsed.GetValue(approver),
                invocation.Workspace.Trust.Load().Root is null ? null : invocation.Keys.Fingerprint(), parsed.GetValue(breakGlass), waivers);
            var path = invocation.Workspace.Layout.Relative(invocation.Workspace.Tickets.FileOf(made.Id));
            if (invocation.Json)
            {
                var json = JsonViews.Ticket(made);
                json["file"] = path;
                json["ready"] = readiness.Ready;
                JsonOutput.Write(invocation.Output, json);
                return 0;
            }

            invocation.Terminal.Line($"{made.Id} for {made.Skill} {made.Version}, {made.From.Text()} → {made.To.Text()}: {path}");
            if (!readiness.Ready)
            {
                invocation.Terminal.Line($"Not every automated check passes yet: {string.Join(", ", readiness.Gates.Where(gate => gate.Verdict != Policy.Verdict.Pass).Select(gate => gate.Name))}.");
            }

            invocation.Terminal.Line($"Next: answer it in the file, or wre ticket answer --ticket {made.Id}{(invocation.Workspace.Trust.Load().Root is null ? "" : $"; then wre ticket sign --ticket {made.Id}")}");
            return 0;
        });
    }

    private static IReadOnlyList<ScanWaiver> Waivers(Invocation invocation, IReadOnlyList<string> texts, int days)
    {
        if (days is < 1 or > 365)
        {
            throw new WreException($"--waive-days is {days}.", "between 1 and 365");
        }

        return texts.Count <= ScanWaiver.Most
            ? [.. texts.Select(text => ScanWaiver.Parse(text, invocation.Workspace.Time.GetUtcNow().AddDays(days)))]
            : throw new WreException($"{texts.Count} findings are waived; at most {ScanWaiver.Most} may be.", "mend the skill");
    }

    private static Command Answer()
    {
        var ticket = new Option<string>("--ticket") { Description = "The ticket.", Required = true, HelpName = "TICKET" };
        var set = new Option<string[]>("--set") { Description = "A field and its text, such as test_coverage=YES or approval_decision=APPROVED; repeatable. Without it you are asked.", HelpName = "KEY=TEXT", DefaultValueFactory = _ => [] };
        var approver = new Option<string?>("--approver") { Description = "Who answers and signs.", HelpName = "ID" };
        return Invocation.With(new Command("answer", "Answer a ticket, by --set or question by question. A decision is signed with the approver's id and the time.") { ticket, set, approver }, invocation =>
        {
            var name = invocation.Parsed.GetValue(ticket)!;
            var (known, _) = invocation.Workspace.Tickets.Open(name);
            var answers = Pairs(invocation.Parsed.GetValue(set)!);
            if (answers.Count == 0)
            {
                answers = TicketDialog.Ask(known, Console.In, invocation.Error);
            }

            if (invocation.Parsed.GetValue(approver) is { } id)
            {
                answers["approver"] = id;
            }

            if (answers.ContainsKey("approval_decision"))
            {
                if ((answers.GetValueOrDefault("approver") ?? known.Approver) is { } signer)
                {
                    answers.TryAdd("signature", signer);
                }

                answers.TryAdd("timestamp", invocation.Now);
            }

            var answered = invocation.Workspace.Tickets.Answer(name, answers);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, JsonViews.Ticket(answered));
            }
            else
            {
                Print(invocation.Terminal, answered);
            }

            return 0;
        });
    }

    private static Command Sign()
    {
        var ticket = new Option<string>("--ticket") { Description = "The ticket.", Required = true, HelpName = "TICKET" };
        var key = ApproversCommand.KeyOption();
        return Invocation.With(new Command("sign", "Sign a ticket's exact bytes with your SSH key, through ssh-keygen. Agents never sign.") { ticket, key }, async (invocation, cancellationToken) =>
        {
            var workspace = invocation.Workspace;
            var (known, _) = workspace.Tickets.Open(invocation.Parsed.GetValue(ticket)!);
            if (known.Decision is null || known.Signature is null)
            {
                throw new WreException($"{known.Id} is not decided yet, and a signature would be void after the next answer.", $"`wre ticket answer --ticket {known.Id}` first");
            }

            var bytes = await File.ReadAllBytesAsync(workspace.Tickets.FileOf(known.Id), cancellationToken);
            var person = workspace.Tickets.Signatures(known.Id).Count == 0 ? known.Approver : null;
            var signature = await invocation.Keys.SignAsync(bytes, Trust.SignaturePurpose.Promotion, person, invocation.Parsed.GetValue(key), cancellationToken);
            var file = workspace.Tickets.AddSignature(known.Id, signature);
            var check = workspace.TicketChecker.Signatures(known, workspace.Registry.Load().Find(known.Skill), workspace.Time.GetUtcNow());
            if (check.Signatures.Single(one => one.File == file) is { Reason: { } reason })
            {
                // What does not count must not lie about as if it did.
                workspace.Tickets.RemoveSignature(known.Id, file);
                throw new WreException($"Your signature would not count: {reason}.", "`wre approvers list` shows who may sign");
            }

            workspace.Worker.Run();
            return Answered(invocation, known, check);
        });
    }

    private static Command Verify()
    {
        var ticket = new Option<string>("--ticket") { Description = "The ticket.", Required = true, HelpName = "TICKET" };
        return Invocation.With(new Command("verify", "Check a ticket's signatures and its evidence. Exit 0 approved, 1 not.") { ticket }, invocation =>
        {
            var workspace = invocation.Workspace;
            var (known, _) = workspace.Tickets.Open(invocation.Parsed.GetValue(ticket)!);
            return Answered(invocation, known, workspace.TicketChecker.Signatures(known, workspace.Registry.Load().Find(known.Skill), workspace.Time.GetUtcNow()));
        });
    }

    private static int Answered(Invocation invocation, ApprovalTicket known, ApprovalCheck check)
    {
        var evidence = invocation.Workspace.Tickets.EvidenceDigest(known.Id) == known.EvidenceDigest ? null : $"its evidence file {known.Id}.evidence.json is missing or another one than it was made with";
        IReadOnlyList<string> refusals = [.. check.Refusals, .. evidence is null ? [] : (string[])[evidence], .. known.Decision == ApprovalTicket.Decisions[0] ? [] : (string[])[$"approval_decision is {known.Decision ?? "open"}"]];
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["approval_ticket"] = known.Id,
                ["approved"] = refusals.Count == 0,
                ["needed"] = check.Needed,
                ["signatures"] = JsonOutput.List(check.Signatures, signature => new JsonObject { ["file"] = signature.File, ["person"] = signature.Person, ["fingerprint"] = signature.Fingerprint, ["reason"] = signature.Reason }),
                ["refusals"] = JsonOutput.Texts(refusals),
            });
            return refusals.Count == 0 ? 0 : 1;
        }

        invocation.Terminal.Heading($"{known.Id}: {known.Skill} {known.Version}, {known.From.Text()} → {known.To.Text()}");
        invocation.Terminal.Rows(["signature", "person", "key", ""], check.Signatures.Select(signature => (IReadOnlyList<string>)[signature.File, signature.Person ?? "–", signature.Fingerprint ?? "–", signature.Reason ?? "counts"]), wrapping: 3);
        if (check.Needed == 0)
        {
            invocation.Terminal.Line("Nobody's key is enrolled, so the name in it is all that stands for the approver. `wre approvers enrol --id ID` changes that.");
        }

        foreach (var refusal in refusals)
        {
            invocation.Terminal.Line($"  - {refusal}");
        }

        invocation.Terminal.Line(refusals.Count > 0 ? "Not approved." : check.Needed == 0 ? "Approved by name." : $"Approved: {check.People.Count} of {check.Needed} signatures.");
        return refusals.Count == 0 ? 0 : 1;
    }

    private static Command Show()
    {
        var ticket = new Option<string>("--ticket") { Description = "The ticket.", Required = true, HelpName = "TICKET" };
        return Invocation.With(new Command("show", "Show a ticket: answers, decision, whether it was used.") { ticket }, invocation =>
        {
            var (known, _) = invocation.Workspace.Tickets.Open(invocation.Parsed.GetValue(ticket)!);
            var used = TicketStore.UsedBy(known.Id, invocation.Workspace.Registry.Load(), invocation.Workspace.Audit);
            if (invocation.Json)
            {
                var json = JsonViews.Ticket(known);
                json["used_by"] = used;
                json["nearest_skills"] = invocation.Workspace.Tickets.Evidence(known)?.NearestSkills is { } skills ? JsonOutput.List(skills, JsonViews.NearestSkill) : null;
                JsonOutput.Write(invocation.Output, json);
                return 0;
            }

            Print(invocation.Terminal, known);
            if (invocation.Workspace.Tickets.Evidence(known) is { } evidence)
            {
                invocation.Terminal.Line();
                invocation.Terminal.Line($"What is signed, as of {evidence.TakenAt}:");
                invocation.Terminal.Rows(
                    ["", "check", "figure", "required"],
                    evidence.Gates.Select(gate => (IReadOnlyList<string>)[Terminal.Word(gate.Verdict), gate.Title, gate.FigureText, gate.Requirement]), wrapping: 1);
                TextViews.NearestSkills(invocation.Terminal, evidence.NearestSkills);
            }
            else
            {
                invocation.Error.WriteLine("warning: the evidence that this ticket is bound to is missing or was changed; it cannot be used any more");
            }

            invocation.Terminal.Line(used is null ? $"Not used yet; good until {Storage.Timestamp.ToIso(known.ExpiresAt)}." : $"Used: {used}.");
            return 0;
        });
    }

    private static Command List() => Invocation.With(new Command("list", "List the tickets, oldest first."), invocation =>
    {
        var tickets = new List<ApprovalTicket>();
        foreach (var name in invocation.Workspace.Tickets.List())
        {
            try
            {
                tickets.Add(invocation.Workspace.Tickets.Open(name).Ticket);
            }
            catch (WreException damaged)
            {
                // One that cannot be read must not hide the others.
                invocation.Error.WriteLine($"warning: {damaged.Message}");
            }
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["tickets"] = JsonOutput.List(tickets, JsonViews.Ticket) });
        }
        else if (tickets.Count == 0)
        {
            invocation.Terminal.Line("No tickets.");
        }
        else
        {
            invocation.Terminal.Rows(
                ["ticket", "skill", "version", "promotion", "decision"],
                tickets.Select(ticket => (IReadOnlyList<string>)[ticket.Id, ticket.Skill, ticket.Version, $"→ {ticket.To.Text()}", ticket.Decision is { } decision ? $"{decision} by {ticket.Approver ?? "nobody"}" : "open"]),
                wrapping: 1);
        }

        return 0;
    });

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> texts)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new WreException($"--set '{text}' is no answer.", "write KEY=TEXT, such as --set test_coverage=YES");
            }

            pairs[text[..at]] = text[(at + 1)..];
        }

        return pairs;
    }

    private static void Print(Terminal terminal, ApprovalTicket ticket)
    {
        terminal.Heading($"{ticket.Id}: {ticket.Skill} {ticket.Version}, {ticket.From.Text()} → {ticket.To.Text()}");
        terminal.Rows(["", ""],
        [
            ["content", ticket.SkillDigest],
            ["requester", ticket.Requester ?? "–"],
            .. ApprovalTicket.RequiredAnswers(ticket.To).Select(answer => (IReadOnlyList<string>)[answer.Key, $"{ticket.Answers.GetValueOrDefault(answer.Key) ?? "open"}    ({answer.Meaning})"]),
            .. ticket.Waivers.Select(waiver => (IReadOnlyList<string>)["waives", $"{waiver.Rule}{(waiver.File is { } file ? $" in {file}" : "")} until {Storage.Timestamp.ToIso(waiver.Expires)}: {waiver.Reason}"]),
            ["approval_decision", ticket.Decision ?? "open"],
            ["approver", ticket.Approver ?? "open"],
            ["signature", ticket.Signature is null ? "open" : $"{ticket.Signature} at {ticket.Timestamp ?? "unknown time"}"],
            .. ticket.Notes.Length == 0 ? [] : (IReadOnlyList<string>[])[["notes", ticket.Notes]],
        ]);
    }
}

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>A signature file beside a ticket, as somebody left it there.</summary>
/// <param name="File">Its name.</param>
/// <param name="Text">The armored signature.</param>
public sealed record SignatureFile(string File, string Text);

/// <summary>What became of one signature.</summary>
/// <param name="File">Its file.</param>
/// <param name="Person">Who signed; null when it does not count.</param>
/// <param name="Fingerprint">The key, or null when the text is no signature.</param>
/// <param name="Reason">Why it does not count; null when it does.</param>
public sealed record TicketSignature(string File, string? Person, string? Fingerprint, string? Reason);

/// <summary>Whether enough people who may have signed a ticket.</summary>
/// <param name="Needed">People who have to sign; 0 where signatures are not asked for.</param>
/// <param name="Signatures">Every signature with what became of it.</param>
/// <param name="Refusals">Reasons against the ticket; empty when it is approved.</param>
/// <param name="BrokeGlass">True when it lets an emergency promotion through that a second person has yet to sign.</param>
public sealed record ApprovalCheck(int Needed, IReadOnlyList<TicketSignature> Signatures, IReadOnlyList<string> Refusals, bool BrokeGlass)
{
    /// <summary>People whose signature counts.</summary>
    public IReadOnlyList<string> People => [.. Signatures.Where(signature => signature.Person is not null).Select(signature => signature.Person!)];
}

/// <summary>Who is asked, and what they are asked about.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Bytes">Its exact bytes, which people sign.</param>
/// <param name="Signatures">The signature files beside it.</param>
/// <param name="Root">Whose keys count; null when nobody is enrolled.</param>
/// <param name="Agents">Names of agents, who never approve.</param>
/// <param name="At">The time at which keys have to be valid.</param>
public sealed record ApprovalQuestion(ApprovalTicket Ticket, ReadOnlyMemory<byte> Bytes, IReadOnlyList<SignatureFile> Signatures, TrustRoot? Root, IReadOnlySet<string> Agents, DateTimeOffset At);

/// <summary>Checks signatures and the separation of duties (policy 4.1); pure, and lists every reason against a ticket.</summary>
public static class ApprovalRules
{
    /// <summary>Checks the signatures of a ticket.</summary>
    /// <param name="question">What is known.</param>
    /// <param name="policy">The policy in force.</param>
    public static ApprovalCheck Check(ApprovalQuestion question, PromotionPolicy policy)
    {
        var ticket = question.Ticket;
        var refusals = new List<string>();
        if (Agent(ticket.Approver, question.Agents) is { } agent)
        {
            refusals.Add(agent);
        }

        if (question.Root is not { } root)
        {
            if (policy.Tickets.SignaturesRequired)
            {
                refusals.Add("the policy requires signatures, and nobody's key is enrolled; `wre approvers enrol --id ID` enrols one");
            }

            return new ApprovalCheck(0, [], refusals, ticket.BreakGlass is not null);
        }

        var signatures = Judge(question, root, policy);
        var counted = signatures.Where(signature => signature.Person is not null).ToList();
        var emergency = ticket.BreakGlass is not null;
        var needed = emergency ? 1 : ticket.To == PromotionState.Production ? policy.Tickets.ApprovalsToProduction : policy.Tickets.ApprovalsToStaged;
        if (counted.Count < needed)
        {
            refusals.AddRange(signatures.Where(signature => signature.Reason is not null).Select(signature => $"{signature.File}: {signature.Reason}"));
            refusals.Add($"it has {counted.Count} of {needed} signatures that count; `wre ticket sign --ticket {ticket.Id}` signs it");
        }
        else if (ticket.Approver is { } approver && !counted.Exists(signature => signature.Person == approver))
        {
            refusals.Add($"its approver {approver} has not signed it, only {string.Join(" and ", counted.Select(signature => signature.Person))}");
        }

        if (emergency && !counted.Exists(signature => policy.FindApprover(signature.Person, Approver.BreakGlass) is not null))
        {
            refusals.Add($"it breaks the glass, and nobody who signed has the right `{Approver.BreakGlass}` in the policy");
        }

        return new ApprovalCheck(needed, signatures, refusals, emergency && counted.Count < 2);
    }

    private static List<TicketSignature> Judge(ApprovalQuestion question, TrustRoot root, PromotionPolicy policy)
    {
        var separated = policy.Tickets.Separation switch
        {
            DutySeparation.On => true,
            DutySeparation.Off => false,
            _ => root.People(SignaturePurpose.Promotion, question.At).Count >= 2,
        };
        var (people, keys) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var judged = new List<TicketSignature>();
        foreach (var (file, text) in question.Signatures)
        {
            var check = root.Check(question.Bytes.Span, text, SignaturePurpose.Promotion, question.At);
            // One key may belong to several names; the one that the ticket names is meant.
            var person = check.IsGood ? question.Ticket.Approver is { } named && check.Covers(named) ? named : check.Principals[0] : null;
            var reason = check.Reason
                ?? Unfit(person!, question, policy)
                ?? (!people.Add(person!) ? $"{person} has signed already; every person counts once" : null)
                ?? (!keys.Add(check.Fingerprint!) ? $"the key {check.Fingerprint} has signed already; every key counts once" : null)
                ?? (separated && question.Ticket.BreakGlass is null ? Same(person!, check.Fingerprint!, question.Ticket, root) : null);
            judged.Add(new TicketSignature(file, reason is null ? person : null, check.Fingerprint, reason));
        }

        return judged;
    }

    private static string? Unfit(string person, ApprovalQuestion question, PromotionPolicy policy) => Agent(person, question.Agents)
        ?? (policy.FindApprover(person, Approver.Promote) is null ? $"{person} is not listed under `approvers` in the policy with the right to promote" : null);

    private static string? Agent(string? name, IReadOnlySet<string> agents) =>
        name is not null && agents.Contains(name) ? $"{name} is an agent; only people approve" : null;

    private static string? Same(string person, string key, ApprovalTicket ticket, TrustRoot root)
    {
        foreach (var (name, ownKey, what) in (ReadOnlySpan<(string?, string?, string)>)[(ticket.Author, null, "wrote the skill"), (ticket.Requester, ticket.RequesterKey, "asked for the promotion")])
        {
            if (name is not null && (name == person || root.KeysOf(name).Contains(key)))
            {
                return $"{person} {what}; somebody else has to approve it";
            }

            if (ownKey == key)
            {
                return $"the key {key} of {person} is that of whoever {what} ({name}); somebody else has to approve it";
            }
        }

        return null;
    }
}

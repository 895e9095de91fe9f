using System.Text;

using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>The text of a ticket: the policy's template field by field, edited line by line so that comments survive.</summary>
internal static class TicketText
{
    private static readonly string[] s_rootFields = ["approver", "approval_decision", "notes", "signature", "timestamp"];

    public static string Write(ApprovalTicket ticket, string date, IReadOnlyList<(string Key, string? Figure, string Requirement)> figures)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');

        Line("# Sign-off of one promotion. Answer every question with YES or NO, decide, sign with your id.");
        Line($"# wre ticket answer --ticket {ticket.Id} does the same step by step.");
        Line($"approval_ticket: {ticket.Id}");
        Line($"skill_name: {ticket.Skill}");
        Line($"promotion: {ticket.From.Text()} → {ticket.To.Text()}");
        Line($"approver: {Quote(ticket.Approver)}".TrimEnd());
        Line($"date: {date}");
        Line($"author: {Quote(ticket.Author)}".TrimEnd());
        Line($"requester: {Quote(ticket.Requester)}".TrimEnd());
        Line($"expires_at: {Storage.Timestamp.ToIso(ticket.ExpiresAt)}");
        Line("");
        Line("# What this ticket approves. Any other content, policy or evidence voids it.");
        Line("binding:");
        Line($"  version: {Quote(ticket.Version)}");
        Line($"  skill_digest: {ticket.SkillDigest}");
        Line($"  policy_digest: {ticket.PolicyDigest}");
        Line($"  evidence_digest: {ticket.EvidenceDigest}    # SHA-256 of {ticket.Id}.evidence.json");
        Line("");
        Line("automated_checks:");
        foreach (var (key, figure, requirement) in figures)
        {
            Line($"  {key}: {figure ?? "no data"} ({requirement})");
        }

        Line("");
        Line("human_review:");
        foreach (var (key, meaning) in ApprovalTicket.CommonAnswers)
        {
            Line($"  {key}:    # YES or NO - {meaning}");
        }

        if (ticket.To == PromotionState.Production)
        {
            Line("");
            Line("  # For staged → production only");
            foreach (var (key, meaning) in ApprovalTicket.ProductionAnswers)
            {
                Line($"  {key}:    # YES or NO - {meaning}");
            }
        }

        Line("");
        Line("approval_decision:    # APPROVED, REJECTED or NEEDS_ITERATION");
        Line("");
        Line("notes:    # comments on the decision, concerns, or required changes");
        Line("");
        Line("signature:    # the approver's id");
        Line("timestamp:");
        return text.ToString();
    }

    public static void CheckAnswers(ApprovalTicket ticket, IReadOnlyDictionary<string, string> answers)
    {
        var questions = ApprovalTicket.RequiredAnswers(ticket.To).Select(answer => answer.Key).ToList();
        var problems = new List<string>();
        foreach (var (key, value) in answers)
        {
            if (!questions.Contains(key) && !s_rootFields.Contains(key))
            {
                problems.Add($"{key} is no field of this ticket");
            }
            else if (value.Any(c => char.IsControl(c)))
            {
                problems.Add($"{key} must be one line");
            }
            else if (questions.Contains(key) && ApprovalTicket.IsYes(value) is null)
            {
                problems.Add($"{key} is answered '{value}'; it must begin with YES or NO");
            }
            else if (key == "approval_decision" && !ApprovalTicket.Decisions.Contains(value))
            {
                problems.Add($"approval_decision is '{value}'; it must be one of {string.Join(", ", ApprovalTicket.Decisions)}");
            }
        }

        if (problems.Count > 0)
        {
            throw new WreException($"The answers do not fit {ticket.Id}; nothing was written.", $"the fields are {string.Join(", ", questions.Concat(s_rootFields))}", problems);
        }
    }

    /// <summary>Sets one field's value on its line; a comment behind it stays.</summary>
    public static string Set(string text, string key, string value)
    {
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = text.ReplaceLineEndings("\n").Split('\n').ToList();
        var indent = s_rootFields.Contains(key) ? "" : "  ";
        var index = lines.FindIndex(line => line.StartsWith($"{indent}{key}:", StringComparison.Ordinal));
        if (index < 0)
        {
            throw new WreException($"The ticket has no line for {key}.", "the line was removed; make a new ticket");
        }

        var comment = lines[index].IndexOf(" #", StringComparison.Ordinal);
        lines[index] = $"{indent}{key}: {Quote(value)}{(comment < 0 ? "" : "    " + lines[index][comment..].TrimStart())}";

        // A block scalar (`notes: |`) goes with its old lines.
        while (key == "notes" && index + 1 < lines.Count && lines[index + 1].StartsWith("  ", StringComparison.Ordinal))
        {
            lines.RemoveAt(index + 1);
        }

        return string.Join(newLine, lines);
    }

    // Plain where plain is safe, so that the file looks as a person would have written it.
    private static string Quote(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var plain = (char.IsLetterOrDigit(value[0]) || value[0] == '_') && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal)
            && !value.EndsWith(':') && !value.EndsWith(' ') && value is not ("null" or "true" or "false") && !value.All(c => char.IsAsciiDigit(c) || c is '.');
        return plain ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}

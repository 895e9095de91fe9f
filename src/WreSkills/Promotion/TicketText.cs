using System.Text;
using System.Text.RegularExpressions;

using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>The text of a ticket: the policy's template field by field, edited line by line so that comments survive.</summary>
internal static partial class TicketText
{
    private static readonly string[] s_rootFields = ["approver", "approval_decision", "notes", "signature", "timestamp"];

    public static string Write(ApprovalTicket ticket, string date, IReadOnlyList<(string Key, string? Figure, string Requirement)> figures)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');

        Line("# Sign-off of one promotion. Answer every question with YES or NO, decide, put your id under it, sign the file.");
        Line($"# wre ticket answer --ticket {ticket.Id} asks step by step; wre ticket sign --ticket {ticket.Id} signs.");
        Line($"approval_ticket: {ticket.Id}");
        Line($"skill_name: {ticket.Skill}");
        Line($"promotion: {ticket.From.Text()} → {ticket.To.Text()}");
        Line($"approver: {Quote(ticket.Approver)}".TrimEnd());
        Line($"date: {date}");
        Line($"author: {Quote(ticket.Author)}".TrimEnd());
        Line($"requester: {Quote(ticket.Requester)}".TrimEnd());
        if (ticket.RequesterKey is { } requesterKey)
        {
            Line($"requester_key: {requesterKey}");
        }

        if (ticket.BreakGlass is { } emergency)
        {
            Line($"break_glass: {Quote(emergency)}    # an emergency: goes against failing checks; a second person has to sign afterwards");
        }

        Line($"expires_at: {Storage.Timestamp.ToIso(ticket.ExpiresAt)}");
        Line("");
        Line("# What this ticket approves. Any other content, policy or evidence voids it.");
        Line("binding:");
        Line($"  version: {Quote(ticket.Version)}");
        Line($"  skill_digest: {ticket.SkillDigest}");
        Line($"  policy_digest: {ticket.PolicyDigest}");
        Line($"  evidence_digest: {ticket.EvidenceDigest}    # SHA-256 of {ticket.Id}.evidence.json");
        Line("");
        if (ticket.AuditCheckpoint is { } checkpoint)
        {
            Line("# What the audit log was when this ticket was made; `wre audit verify` holds it against the log.");
            Line("audit_checkpoint: |");
            foreach (var line in checkpoint.TrimEnd('\n').Split('\n'))
            {
                Line($"  {line}");
            }

            Line("");
        }

        Line("automated_checks:");
        foreach (var (key, figure, requirement) in figures)
        {
            Line($"  {key}: {figure ?? "no data"} ({requirement})");
        }

        Line("");
        foreach (var line in ScanWaiver.Lines(ticket.Waivers))
        {
            Line(line);
        }

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

    /// <summary>Sets one field's value on its line; a comment behind it stays, and so does every other byte of the text.</summary>
    public static string Set(string text, string key, string value)
    {
        // Each line keeps its own ending, so that a file with mixed endings changes in this one line only.
        var lines = LineWithEnding().Matches(text).Select(match => match.Value).ToList();
        var indent = s_rootFields.Contains(key) ? "" : "  ";
        var index = lines.FindIndex(line => line.StartsWith($"{indent}{key}:", StringComparison.Ordinal));
        if (index < 0)
        {
            throw new WreException($"The ticket has no line for {key}.", "the line was removed; make a new ticket");
        }

        var content = lines[index].TrimEnd('\r', '\n');
        var comment = CommentStart(content, indent.Length + key.Length + 1);
        var written = $"{indent}{key}: {Quote(value)}{(comment < 0 ? "" : "    " + content[comment..])}";
        var ending = lines[index][content.Length..];
        lines[index] = written + ending;

        // A value of several lines (`notes: |`) goes with them; blank lines count only between indented ones.
        var end = index + 1;
        for (var next = end; indent.Length == 0 && next < lines.Count && (lines[next].StartsWith(' ') || lines[next].Trim().Length == 0); next++)
        {
            end = lines[next].Trim().Length == 0 ? end : next + 1;
        }

        lines.RemoveRange(index + 1, end - index - 1);
        return string.Concat(lines);
    }

    // A '#' begins a comment only outside of quotes and after a space.
    private static int CommentStart(string line, int from)
    {
        var start = from;
        while (start < line.Length && line[start] == ' ')
        {
            start++;
        }

        if (start < line.Length && line[start] is '"' or '\'')
        {
            var quote = line[start];
            for (start++; start < line.Length && line[start] != quote; start++)
            {
                start += quote == '"' && line[start] == '\\' ? 1 : 0;
            }
        }

        var comment = line.IndexOf(" #", Math.Min(Math.Max(from, start == from ? from : start - 1), line.Length), StringComparison.Ordinal);
        return comment < 0 ? -1 : comment + 1;
    }

    [GeneratedRegex(@"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LineWithEnding();

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

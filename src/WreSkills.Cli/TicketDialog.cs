using WreSkills.Promotion;

namespace WreSkills.Cli;

/// <summary>Asks a person the open questions of a ticket, one by one.</summary>
internal static class TicketDialog
{
    public static Dictionary<string, string> Ask(ApprovalTicket ticket, TextReader input, TextWriter prompts)
    {
        var answers = new Dictionary<string, string>();
        foreach (var (key, meaning) in ApprovalTicket.RequiredAnswers(ticket.To).Where(answer => ApprovalTicket.IsYes(ticket.Answers.GetValueOrDefault(answer.Key)) is null))
        {
            answers[key] = Line(input, prompts, $"{key} ({meaning}) [YES/NO, a reason may follow]: ", text => ApprovalTicket.IsYes(text) is not null);
        }

        answers["approver"] = Line(input, prompts, "approver (your id): ", text => text.Length > 0);
        answers["notes"] = Line(input, prompts, "notes: ", _ => true);
        answers["approval_decision"] = Line(input, prompts, $"approval_decision [{string.Join("/", ApprovalTicket.Decisions)}]: ", ApprovalTicket.Decisions.Contains);
        return answers;
    }

    private static string Line(TextReader input, TextWriter prompts, string question, Func<string, bool> good)
    {
        while (true)
        {
            prompts.Write(question);
            prompts.Flush();
            var text = input.ReadLine()?.Trim() ?? throw new WreException("The input ended before the ticket was answered; nothing was written.", "answer on a terminal, or pass --set KEY=TEXT");
            if (good(text))
            {
                return text;
            }
        }
    }
}

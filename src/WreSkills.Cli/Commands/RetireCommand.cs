using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Promotion;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre retire</c>: out of traffic for good, kept in the record.</summary>
internal static class RetireCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_approver = new("--approver") { Description = "Who decides; listed in the policy.", Required = true, HelpName = "ID" };
    private static readonly Option<string> s_reason = new("--reason") { Description = "Why.", Required = true, HelpName = "TEXT" };
    private static readonly Option<string?> s_key = ApproversCommand.KeyOption();
    private static readonly Option<bool> s_undo = new("--undo") { Description = "Bring a retired skill back to where it was; needs the right to override." };

    public static Command Create() => Invocation.With(
        new Command("retire", "Take a skill out of traffic for good: no version serves any more, all of them stay in the store and in the record. Exit 1 when refused.") { s_skill, s_approver, s_reason, s_undo, s_key },
        Run);

    /// <summary>Writes how a change of a skill as a whole ended.</summary>
    public static int Write(Invocation invocation, string skill, RollbackOutcome outcome, string done)
    {
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = skill,
                ["done"] = outcome.Transition is not null,
                ["operation"] = outcome.Transition?.Operation,
                ["serial"] = outcome.Transition?.ExpectedSerial + 1,
                ["serves"] = outcome.Transition?.Serves,
                ["refusal"] = outcome.Refusal,
                ["note"] = outcome.Note,
            });
        }
        else
        {
            invocation.Terminal.Line(outcome.Refusal ?? done);
            if (outcome.Note is { } note)
            {
                invocation.Terminal.Line(note + ".");
            }
        }

        return outcome.Transition is null ? 1 : 0;
    }

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var (skill, approver, reason, undo) = (parsed.GetValue(s_skill)!, parsed.GetValue(s_approver)!, parsed.GetValue(s_reason)!, parsed.GetValue(s_undo));
        var lifecycle = invocation.Workspace.Lifecycle;
        var outcome = undo ? lifecycle.Revive(skill, approver, reason, GlobalOptions.User, Sign) : lifecycle.Retire(skill, approver, reason, GlobalOptions.User);
        return Write(invocation, skill, outcome, undo
            ? $"{skill} is back: {outcome.Transition?.Serves ?? "no version"} serves."
            : $"{skill} is retired. Agents work without it; undo with wre retire --skill {skill} --undo --approver ID --reason \"…\"");

        string Sign(byte[] bytes) => invocation.Keys.SignAsync(bytes, Trust.SignaturePurpose.Override, approver, parsed.GetValue(s_key), CancellationToken.None).GetAwaiter().GetResult();
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre status</c>: readiness for a promotion, or an overview of all skills.</summary>
internal static class StatusCommand
{
    private static readonly Option<string?> s_skill = new("--skill") { Description = "The skill's name; without it all skills are listed.", HelpName = "NAME" };
    private static readonly Option<string?> s_target = Target();

    public static Command Create() => Invocation.With(
        new Command("status", "Check promotion readiness: every automated check with figure, threshold and evidence. Exit 0 ready, 1 not ready.") { s_skill, s_target },
        Run);

    private static int Run(Invocation invocation)
    {
        if (invocation.Parsed.GetValue(s_skill) is not { } skill)
        {
            return ListCommand.Run(invocation);
        }

        var to = invocation.Parsed.GetValue(s_target) is { } target
            ? GlobalOptions.ParseState(target)
            : invocation.Workspace.Registry.Load().Find(skill)?.Live(PromotionState.Staged) is null ? PromotionState.Staged : PromotionState.Production;
        var readiness = invocation.Workspace.Checker.Check(skill, to == PromotionState.Production ? PromotionState.Staged : PromotionState.Prototype, to);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, JsonViews.Readiness(readiness));
        }
        else
        {
            TextViews.Readiness(invocation.Terminal, readiness);
            invocation.Terminal.Line(readiness.Ready
                ? $"Ready for {to.Text()}. Next: wre ticket new --skill {skill} --from {readiness.From.Text()} --to {to.Text()}"
                : $"Not ready for {to.Text()}.");
        }

        return readiness.Ready ? 0 : 1;
    }

    private static Option<string?> Target()
    {
        var option = new Option<string?>("--target-state") { Description = "The state to be ready for; default: the next one.", HelpName = "STATE" };
        option.AcceptOnlyFromAmong("staged", "production");
        return option;
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre status</c>: readiness for a promotion, or an overview of all skills.</summary>
internal static class StatusCommand
{
    private static readonly Option<string?> s_skill = new("--skill") { Description = "The skill's name; without it all skills are listed.", HelpName = "NAME" };
    private static readonly Option<string?> s_target = Target();
    private static readonly Option<bool> s_watch = new("--watch") { Description = "Show it again and again until stopped." };
    private static readonly Option<double> s_interval = new("--interval") { Description = "Seconds between looks with --watch. Default 2.", DefaultValueFactory = _ => 2, HelpName = "SECONDS" };

    public static Command Create() => Invocation.With(
        new Command("status", "Show how a skill stands (versions, traffic, windows against limits, evidence, latest events) and whether it is ready for its next promotion. Exit 0 ready, 1 not ready.") { s_skill, s_target, s_watch, s_interval },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var interval = invocation.Parsed.GetValue(s_interval);
        if (!(interval is >= 0.1 and <= 3600))
        {
            throw new WreException($"--interval is {interval}.", "it must lie between 0.1 and 3600 seconds");
        }

        while (invocation.Parsed.GetValue(s_watch))
        {
            if (!invocation.Json)
            {
                invocation.Terminal.Clear();
            }

            Run(invocation);
            invocation.Output.Flush();
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(interval), TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }

        return Run(invocation);
    }

    private static int Run(Invocation invocation)
    {
        PolicyReadCommands.Notes(invocation);
        if (invocation.Parsed.GetValue(s_skill) is not { } skill)
        {
            return ListCommand.Run(invocation);
        }

        if (invocation.Parsed.GetValue(s_watch) && !invocation.Json)
        {
            invocation.Workspace.Ingestor.Run(skill);
            var watched = StatusTree.Of(invocation.Workspace, skill) ?? throw new WreException($"The registry does not know the skill '{skill}'.", "`wre list` shows what there is");
            watched.Write(invocation.Terminal);
            return 0;
        }

        var to = invocation.Parsed.GetValue(s_target) is { } target
            ? GlobalOptions.ParseState(target)
            : invocation.Workspace.Registry.Load().Find(skill)?.Live(PromotionState.Staged) is null ? PromotionState.Staged : PromotionState.Production;
        var readiness = invocation.Workspace.Checker.Check(skill, to == PromotionState.Production ? PromotionState.Staged : PromotionState.Prototype, to);
        var tree = StatusTree.Of(invocation.Workspace, skill);
        if (invocation.Json)
        {
            var view = JsonViews.Readiness(readiness);
            view["live"] = tree?.View() ?? [];
            JsonOutput.Write(invocation.Output, view);
        }
        else
        {
            if (tree is not null && invocation.Parsed.GetValue(s_target) is null)
            {
                tree.Write(invocation.Terminal);
                invocation.Terminal.Line();
            }

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

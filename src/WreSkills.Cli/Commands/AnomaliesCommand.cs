using System.CommandLine;
using System.Text.Json.Nodes;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre anomalies</c>: recent executions that differ from the skill's own history.</summary>
internal static class AnomaliesCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<int> s_limit = new("--limit") { Description = "Most that are shown.", DefaultValueFactory = _ => 20, HelpName = "N" };

    public static Command Create() => Invocation.With(
        new Command("anomalies", "Show recent executions that differ from the skill's own history in time, tokens, calls, tools or patterns. They never roll anything back.") { s_skill, s_limit }, Run);

    private static int Run(Invocation invocation)
    {
        var skill = invocation.Parsed.GetValue(s_skill)!;
        if (!invocation.Workspace.SkillNames().Contains(skill))
        {
            throw new WreException($"There is no skill '{skill}' here.", "`wre list` shows those there are");
        }

        var (anomalies, history) = invocation.Workspace.Anomalies.Read(skill);
        var shown = anomalies.Take(Math.Max(0, invocation.Parsed.GetValue(s_limit))).ToList();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = skill, ["history"] = history, ["total"] = anomalies.Count, ["anomalies"] = JsonOutput.List(shown, JsonViews.Anomaly) });
            return 0;
        }

        if (shown.Count == 0)
        {
            invocation.Terminal.Line(history < Monitoring.AnomalyDetector.Least
                ? $"Nothing yet: {history} executions are known, and {Monitoring.AnomalyDetector.Least} are needed to tell what is usual."
                : $"Nothing unusual among the latest executions ({history} are compared).");
            return 0;
        }

        invocation.Terminal.Rows(["at", "execution", "kind", "what is unusual"], shown.Select(anomaly => (IReadOnlyList<string>)[anomaly.At, anomaly.ExecutionId, anomaly.Kind, anomaly.Sentence]));
        if (anomalies.Count > shown.Count)
        {
            invocation.Terminal.Line($"  and {anomalies.Count - shown.Count} older ones (--limit)");
        }

        return 0;
    }
}

using System.Globalization;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Cli;

/// <summary>Pieces of text that several verbs print.</summary>
internal static class TextViews
{
    /// <summary>From this width on the gates' evidence stands beside them; below it, only that of gates that do not pass, under them.</summary>
    private const int WideEnough = 160;

    public static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "–";

    public static void Readiness(Terminal terminal, PromotionReadiness readiness)
    {
        terminal.Heading($"{readiness.Skill}{(readiness.Version is null ? "" : $" {readiness.Version}")}: {readiness.From.Text()} → {readiness.To.Text()}");
        if (readiness.Refusal is not null)
        {
            terminal.Line(readiness.Refusal);
            return;
        }

        if (readiness.Digest.Length > 0)
        {
            terminal.Line($"content {readiness.Digest}");
        }

        if (terminal.Width >= WideEnough)
        {
            terminal.Rows(
                ["", "check", "figure", "required", "evidence"],
                readiness.Gates.Select(gate => (IReadOnlyList<string>)[Terminal.Word(gate.Verdict), gate.Title, gate.FigureText, gate.Requirement, gate.Evidence]));
            return;
        }

        terminal.Rows(
            ["", "check", "figure", "required"],
            readiness.Gates.Select(gate => (IReadOnlyList<string>)[Terminal.Word(gate.Verdict), gate.Title, gate.FigureText, gate.Requirement]),
            wrapping: 1);
        foreach (var gate in readiness.Gates.Where(gate => gate.Verdict != Policy.Verdict.Pass))
        {
            terminal.Line($"  - {gate.Name}: {gate.Evidence}");
        }
    }

    public static void NearestSkills(Terminal terminal, IReadOnlyList<NearestSkill>? nearest)
    {
        terminal.Line();
        terminal.Line("Nearest existing skills:");
        if (nearest is null or [])
        {
            terminal.Line(nearest is null ? "  nobody looked: the search index could not tell" : "  none is like this one");
            return;
        }

        foreach (var skill in nearest)
        {
            terminal.Line($"  {skill.Skill} ({skill.State}), similarity {skill.Similarity:0.00}{(skill.Passages.Count == 0 ? ", no passage in common" : "")}");
            foreach (var passage in skill.Passages)
            {
                terminal.Line($"    line {passage.Line} = line {passage.OtherLine} there: \"{passage.Text}\"");
            }
        }
    }

    public static string Rollback(Transition transition) =>
        $"{transition.Skill} {transition.Version}: {transition.From.Text()} → {transition.To.Text()}, {Serving(transition)}";

    public static string Serving(Transition transition) => (transition.Serves, transition.Serves == transition.Version) switch
    {
        (null, _) => "no version serves in its place; the agent works without the skill",
        (_, true) => $"the staged copy of {transition.Serves} serves",
        _ => $"{transition.Serves} serves again",
    };

    public static void Watched(Terminal terminal, string skill, MonitoredSkill watched)
    {
        if (watched.Rollback is not { } rollback)
        {
            return;
        }

        terminal.Line();
        terminal.Heading($"ROLLED BACK {Rollback(rollback)}.");
        if ((rollback.From == PromotionState.Production ? watched.Report : watched.Staged)?.Fired is { } fired)
        {
            terminal.Line($"  {fired.Sentence}");
        }

        terminal.Line($"  reason {rollback.Reason} ({rollback.TriggerMetric}), registry serial {rollback.ExpectedSerial + 1}");
        terminal.Line($"  read the analysis: wre report show --skill {skill}");
    }

    public static void Anomalies(Terminal terminal, IReadOnlyList<Monitoring.Anomaly> anomalies)
    {
        foreach (var anomaly in anomalies)
        {
            terminal.Line($"  unusual ({anomaly.Kind}): {anomaly.Sentence}");
        }
    }

    public static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}

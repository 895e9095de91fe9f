using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Cli;

/// <summary>
/// A skill as it stands: its live versions with their share of traffic, the windows against their limits, the evidence, and the latest events. Fits 80
/// columns and needs no colour.
/// </summary>
internal sealed class StatusTree
{
    private const int SparkWidth = 20;
    private const int LatestEvents = 5;
    private const int Columns = 80;
    private const int Indent = 5;
    private const string Blocks = "▁▂▃▄▅▆▇█";
    private readonly Workspace _workspace;
    private readonly string _skill;
    private readonly SkillEntry _entry;
    private readonly ServingPlan _plan;
    private readonly List<(MonitorReport Report, EvidenceWindow Window)> _live = [];

    private StatusTree(Workspace workspace, string skill, SkillEntry entry)
    {
        (_workspace, _skill, _entry, _plan) = (workspace, skill, entry, ServingPlan.For(entry));
        foreach (var state in (ReadOnlySpan<PromotionState>)[PromotionState.Production, PromotionState.Staged])
        {
            if (workspace.Monitor.Evaluate(skill, entry, workspace.Policy, state) is { } report)
            {
                _live.Add((report, workspace.Database.Window(report.Stay, new WindowSizes(SparkWidth, SparkWidth, SparkWidth, SparkWidth, SparkWidth, SparkWidth) { Sources = false })));
            }
        }
    }

    /// <summary>The tree of a skill; null when the registry does not know it.</summary>
    public static StatusTree? Of(Workspace workspace, string skill) => workspace.Registry.Load().Find(skill) is { } entry ? new StatusTree(workspace, skill, entry) : null;

    public void Write(Terminal terminal)
    {
        Lead(terminal.Heading, _skill, $"{_entry.PromotionState.Text()}, agent {_entry.PrimaryAgent}{(_entry.FallbackAgent is { } fallback ? $" or {fallback}" : "")}, reviewed {_entry.ReviewSchedule}");
        foreach (var (report, window) in _live)
        {
            Lead(terminal.Line, $"├─ {report.Stay.State} {report.Stay.Version}  {TextViews.Short(report.Stay.Digest ?? "")}", Share(report), "│    ");
            foreach (var line in Lines(report, window))
            {
                terminal.Line("│    " + line);
            }
        }

        if (_plan.Baseline is { State: PromotionState.Prototype } prototype)
        {
            terminal.Line($"├─ prototype  {TextViews.Short(prototype.Digest)}  {100 - _plan.Percent} % of keys");
        }

        foreach (var (label, version) in _entry.Versions.Where(version => version.Value is { State: PromotionState.Held, RolledBack: not null }))
        {
            terminal.Line($"├─ held {label}  {TextViews.Short(version.Digest)}  {version.HeldReason?.Replace('_', ' ')} {version.RolledBack!.At}");
            foreach (var line in Wrap($"{version.RolledBack.Reason}{(version.RolledBack.ReviewedBy is { } reviewer ? $", reviewed by {reviewer}" : ", report not reviewed")}"))
            {
                terminal.Line("│    " + line);
            }
        }

        terminal.Line("└─ latest events");
        var events = Events();
        foreach (var (at, text) in events)
        {
            var margin = $"     {at}  ";
            foreach (var line in Wrap(text, Columns - margin.Length))
            {
                terminal.Line(margin + line);
                margin = new string(' ', margin.Length);
            }
        }

        if (events.Count == 0)
        {
            terminal.Line("     none");
        }
    }

    public JsonArray View() => JsonOutput.List(_live, live => new JsonObject
    {
        ["state"] = live.Report.Stay.State,
        ["version"] = live.Report.Stay.Version,
        ["digest"] = live.Report.Stay.Digest,
        ["percent"] = Percent(live.Report),
        ["executions"] = live.Report.Executions,
        ["triggers"] = JsonOutput.List(live.Report.Triggers.Concat(live.Report.Guardrails), trigger =>
        {
            var view = JsonViews.Trigger(trigger);
            view["action"] = trigger.Action.ToString().ToLowerInvariant();
            return view;
        }),
        ["fidelity"] = Bounds(live.Report.State.Fidelity),
        ["outcome"] = Bounds(live.Report.State.Outcome),
        ["guard"] = new JsonObject
        {
            ["mode"] = live.Report.Guard.Mode.ToString().ToLowerInvariant(),
            ["evidence"] = live.Report.Guard.Evidence,
            ["limit"] = live.Report.Guard.Limit,
            ["sentence"] = live.Report.Guard.Sentence,
        },
        ["breaker"] = Breaker(live.Report).At(_workspace.Time.GetUtcNow()) switch { BreakerState.Open => "open", BreakerState.HalfOpen => "half_open", _ => "closed" },
        ["runner_change"] = live.Report.Change?.Sentence,
    });

    private IEnumerable<string> Lines(MonitorReport report, EvidenceWindow window)
    {
        var literal = report.Arms is null ? report.Triggers : report.Guardrails;
        foreach (var trigger in literal)
        {
            var (spark, figure, limit) = trigger.Name switch
            {
                "pattern_fidelity" => (Spark(window.Fidelity, 1), Share(trigger.Figure), $"≥ {Share(trigger.Threshold)}"),
                "outcome_quality" => (Spark(window.Outcomes, 1), Share(trigger.Figure), $"≥ {Share(trigger.Threshold)}"),
                "false_positive_rate" => (Spark([.. window.Negatives.Select(hit => hit ? 1.0 : 0)], 1), Share(trigger.Figure), $"≤ {Share(trigger.Threshold)}"),
                "exception_rate" => (Spark([.. window.Exceptions.Select(hit => hit ? 1.0 : 0)], 1), Share(trigger.Figure), $"≤ {Share(trigger.Threshold)}"),
                "execution_time" => (Spark(window.TimesMs, Math.Max(trigger.Threshold, window.TimesMs.DefaultIfEmpty(1).Max())), Time(trigger.Figure), trigger.Threshold > 0 ? $"≤ {Time(trigger.Threshold)}" : "–"),
                _ => ("", trigger.Figure?.ToString("0", CultureInfo.InvariantCulture) ?? "–", "0"),
            };
            yield return $"{trigger.Name.Replace('_', ' '),-24}{figure,8}  {spark,-SparkWidth}  {limit,-9}  {Terminal.Word(trigger.Verdict)}";
        }

        if (literal.Where(trigger => trigger is { Verdict: Verdict.Fail, IsConfirmed: false }).Select(trigger => trigger.Name.Replace('_', ' ')).ToList() is { Count: > 0 } open)
        {
            foreach (var line in Wrap($"Not confirmed by the guard, so nothing is done: {string.Join(", ", open)}."))
            {
                yield return line;
            }
        }

        foreach (var trigger in report.Arms is null ? [] : report.Triggers)
        {
            yield return $"{(trigger.Name == "pattern_fidelity" ? "best run of executions" : trigger.Name.Replace('_', ' ')),-24}{TextViews.Number(trigger.Figure is { } figure ? Math.Round(figure, 2) : null),8}  {"to prototype",-SparkWidth}  {TextViews.Number(trigger.Threshold),-9}  {Terminal.Word(trigger.Verdict)}";
        }

        foreach (var (name, bound) in ((string, ConfidenceBound)[])[("fidelity since then", report.State.Fidelity), ("outcome since then", report.State.Outcome)])
        {
            if (bound.Mean is { } mean)
            {
                yield return $"{name,-24}{Share(mean),8}  between {Share(bound.Lower)} and {Share(bound.Upper)} ({bound.Count} values)";
            }
        }

        foreach (var line in Wrap(report.Guard.Sentence))
        {
            yield return line;
        }

        var breaker = Breaker(report);
        if (breaker.At(_workspace.Time.GetUtcNow()) is var state and not BreakerState.Closed)
        {
            foreach (var line in Wrap($"circuit breaker {(state == BreakerState.Open ? $"open until {breaker.OpenUntil}" : "half-open: a share of keys tries it")}; the previous version serves"))
            {
                yield return line;
            }
        }

        if (report.Change is { } change)
        {
            foreach (var line in Wrap($"{change.Sentence}; the evidence began anew with its first execution."))
            {
                yield return line;
            }
        }
    }

    private string Share(MonitorReport report)
    {
        var executions = $"{report.Executions:N0} execution{(report.Executions == 1 ? "" : "s")}";
        return report.Arms is null || _entry.Rollout is not { } rollout
            ? $"{Percent(report)} % of keys, {executions}"
            : $"{rollout.Percent} % of keys{(rollout.Labels is { } labels ? $" with {string.Join("/", labels)}" : "")}, {executions}, step {rollout.Step + 1} of {_workspace.Policy.Rollout.Steps.Count}, {rollout.Status}";
    }

    private int Percent(MonitorReport report) => report.Arms is not null ? _plan.Percent : 100 - (_plan.Labels.Count > 0 ? 0 : _plan.Percent);

    private CircuitBreaker Breaker(MonitorReport report) => _workspace.Breakers.Find(_skill, report.Stay.Version, report.Stay.StateSerial);

    private List<(string At, string Text)> Events()
    {
        static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return
        [
            .. _workspace.Audit.Lines().Where(line => Text(line, "skill") == _skill).TakeLast(LatestEvents).Reverse().Select(line => (Text(line, "timestamp") is { Length: > 19 } at ? at[..19] + "Z" : "", Text(line, "event") switch
            {
                "rollout" => $"rollout {Text(line, "change")} {Text(line, "version")}",
                "review" => $"report on {Text(line, "version")} reviewed by {Text(line, "approver")}",
                var kind => $"{kind} {Text(line, "version")} {Text(line, "from_state")} → {Text(line, "to_state")}{(Text(line, "reason") is { } reason ? $": {reason}" : "")}",
            })),
        ];
    }

    // What does not fit beside its name goes below it.
    private static void Lead(Action<string> write, string name, string text, string margin = "  ")
    {
        if (name.Length + 2 + text.Length <= Columns)
        {
            write($"{name}  {text}");
            return;
        }

        write(name);
        foreach (var line in Wrap(text))
        {
            write(margin + line);
        }
    }

    // Names of agents and models come from records, so a word may be longer than a line.
    private static IEnumerable<string> Wrap(string text, int width = Columns - Indent)
    {
        while (text.Length > width)
        {
            var cut = text.LastIndexOf(' ', width);
            yield return text[..(cut > 0 ? cut : width)];
            text = text[(cut > 0 ? cut + 1 : width)..];
        }

        yield return text;
    }

    private static JsonObject Bounds(ConfidenceBound bound) => new() { ["mean"] = bound.Mean, ["lower"] = bound.Lower, ["upper"] = bound.Upper, ["count"] = bound.Count };

    private static string Spark(IReadOnlyList<double> values, double most) =>
        string.Concat(values.Select(value => Blocks[(int)Math.Clamp(Math.Round(value / most * (Blocks.Length - 1)), 0, Blocks.Length - 1)]));

    private static string Share(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "–";

    private static string Time(double? ms) => ms switch { null => "–", >= 10_000 => $"{(ms / 1000).Value.ToString("0", CultureInfo.InvariantCulture)} s", _ => $"{ms.Value.ToString("0", CultureInfo.InvariantCulture)} ms" };
}

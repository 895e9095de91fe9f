using System.Globalization;
using System.Text;

namespace WreSkills.Benchmarks;

/// <summary>A benchmark as Markdown.</summary>
public static class MarkdownReport
{
    private const int MostFailures = 200;

    /// <summary>Writes it.</summary>
    public static string Write(BenchmarkReport report)
    {
        var result = report.Result;
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"# Benchmark of {Plain(result.Skill)} {Plain(result.Version ?? "(no label)")}");
        Line();
        Line($"{result.Passed} of {result.Runs} runs passed. Agent {Plain(result.Agent)}, {result.StartedAt}, {Number(result.DurationSeconds)} s, digest `{result.Digest[..12]}`, run `{result.RunId}`.");
        if (result.Judge is { } judge)
        {
            Line();
            Line($"Judge: {Plain(judge.Judge)}, {judge.Questions} questions, {(judge.Uncertified is null ? "certified" : $"not certified: {Plain(judge.Uncertified)}")}.");
        }

        Line();
        Line("## Failures");
        Line();
        if (report.Failures.Count == 0)
        {
            Line("None.");
        }
        else
        {
            Line("| case | trial | why | decided | expected |");
            Line("|---|---|---|---|---|");
            foreach (var run in report.Failures.Take(MostFailures))
            {
                Line($"| {Plain(Name(run))} | {run.Trial} | {Plain(run.Reason ?? "")} | {Plain(run.Decision ?? "–")} | {Plain(run.ExpectedDecision ?? "–")} |");
            }

            if (report.Failures.Count > MostFailures)
            {
                Line();
                Line($"And {report.Failures.Count - MostFailures} more.");
            }
        }

        Line();
        Line("## Patterns");
        Line();
        Line("| pattern | followed | 95 % interval | open |");
        Line("|---|---|---|---|");
        foreach (var rate in report.Rates)
        {
            Line($"| {Plain(rate.Name)} | {rate.Rate.Hits} of {rate.Rate.Of} | {(rate.Rate.Of == 0 ? "–" : $"{Number(rate.Rate.Low)} to {Number(rate.Rate.High)}")} | {rate.Inconclusive} |");
        }

        if (report.Against is { } against)
        {
            Line();
            Line($"## Against {Plain(against.Version ?? "(no label)")}, run `{against.RunId}` of {against.StartedAt}");
            Line();
            Line("| figure | now | before | change |");
            Line("|---|---|---|---|");
            foreach (var figure in report.Compared)
            {
                Line($"| {figure.Name} | {Number(figure.Now)} | {Number(figure.Before)} | {Change(figure)} |");
            }

            foreach (var (title, cases) in new[] { ("Broken", report.Broken), ("Mended", report.Mended), ("Only in this run", report.OnlyNow), ("Only in the other run", report.OnlyBefore) })
            {
                if (cases.Count > 0)
                {
                    Line();
                    Line($"{title}: {string.Join(", ", cases.Select(Plain))}.");
                }
            }
        }

        Line();
        Line("## Cost and time");
        Line();
        Line($"{Number(result.ExecutionTimeMs)} ms on average, {(result.Tokens is { } tokens ? $"{tokens:N0} tokens" : "tokens unknown")}. {Trials(result)}");
        return text.ToString();
    }

    internal static string Name(BenchmarkCaseResult run) => run.Split is null ? run.Case : $"{run.Case} ({run.Split})";

    internal static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "–";

    internal static string Change(ComparedFigure figure) => figure is { Now: { } now, Before: { } before }
        ? now == before ? "same" : $"{(now > before ? "+" : "−")}{Number(Math.Abs(now - before))} ({(now > before == figure.Better ? "better" : "worse")})"
        : "–";

    internal static string Trials(BenchmarkResult result) => result.PassPower.Count < 2
        ? "One trial per case."
        : $"Chance that k runs of a case in a row pass: {string.Join(", ", result.PassPower.Select((chance, index) => $"k={index + 1} {Number(chance)}"))}.";

    // A pipe would end the cell, a line break the table, and a bracket might begin HTML.
    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal);
}

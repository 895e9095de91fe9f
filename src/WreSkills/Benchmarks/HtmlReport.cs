using System.Net;
using System.Text;

namespace WreSkills.Benchmarks;

/// <summary>A benchmark as one HTML file that needs nothing else: no network, no script, light and dark, narrow and wide.</summary>
public static class HtmlReport
{
    private const int MostFailures = 500;
    private const int MostRows = 2000;
    private const int MostPatterns = 60;

    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --open: #9a6700; --soft: #8881; }
        @media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --open: #d29922; } }
        * { box-sizing: border-box; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 90rem; }
        h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        p { margin: .25rem 0; } .quiet { opacity: .75; overflow-wrap: anywhere; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
        .figures li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; } .figures b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } tr:last-child > * { border-bottom: 0; }
        thead th { background: var(--soft); font-weight: 600; } td.why { min-width: 14rem; overflow-wrap: anywhere; } th[scope=row] { font-weight: 500; overflow-wrap: anywhere; min-width: 7rem; }
        .matrix { width: auto; } .matrix thead th { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 16rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; padding: .6rem .3rem; } .matrix thead th:first-child { writing-mode: initial; transform: none; vertical-align: bottom; }
        .matrix td { text-align: center; padding: .2rem .4rem; } .matrix th[scope=row] { position: sticky; left: 0; background: Canvas; }
        .good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
        .bar { display: block; position: relative; height: .6rem; min-width: 8rem; background: var(--soft); border-radius: .3rem; margin-top: .45rem; } .bar i { position: absolute; top: 0; bottom: 0; background: var(--good); opacity: .35; border-radius: .3rem; } .bar u { position: absolute; top: -2px; bottom: -2px; width: 3px; background: var(--good); border-radius: 2px; }
        """;

    /// <summary>Writes it.</summary>
    public static string Write(BenchmarkReport report)
    {
        var html = new StringBuilder();
        var result = report.Result;
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        html.Append($"<title>{Safe(result.Skill)}: {result.Passed} of {result.Runs} passed</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        Head(html, result);
        Failures(html, report);
        Matrix(html, report);
        Comparison(html, report);
        Rates(html, report);
        Cases(html, result);
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Head(StringBuilder html, BenchmarkResult result)
    {
        var all = result.Passed == result.Runs;
        html.Append($"<h1>{Safe(result.Skill)} {Safe(result.Version ?? "(no label)")}: <span class=\"{(all ? "good" : "bad")}\">{result.Passed} of {result.Runs} runs passed</span></h1>\n");
        html.Append($"<p class=\"quiet\">Agent {Safe(result.Agent)} · {Safe(result.StartedAt)} · {MarkdownReport.Number(Math.Round(result.DurationSeconds, 1))} s · digest {result.Digest[..12]} · run {Safe(result.RunId)}</p>\n");
        if (result.Judge is { } judge)
        {
            html.Append($"<p class=\"quiet\">Judge {Safe(judge.Judge)}: {judge.Questions} questions, {(judge.Uncertified is null ? "certified" : $"<span class=\"open\">not certified: {Safe(judge.Uncertified)}</span>")}</p>\n");
        }

        html.Append("<ul class=\"figures\">\n");
        foreach (var (value, name) in new[]
        {
            (MarkdownReport.Number(result.PatternFidelity), "pattern fidelity"), (MarkdownReport.Number(result.OutcomeQuality), "outcome quality"), (MarkdownReport.Number(result.TestPassRate), "test pass rate"),
            (MarkdownReport.Number(result.FalsePositiveRate), $"false positive rate ({result.FalsePositives} of {result.Negatives})"), ($"{result.FalseNegatives}", $"false negatives, {result.CriticalFalseNegatives} critical"),
            (MarkdownReport.Number(result.ExecutionTimeMs is { } time ? Math.Round(time, 1) : null), "ms on average"), (result.Tokens is { } tokens ? $"{tokens:N0}" : "–", "tokens"),
        })
        {
            html.Append($"<li><b>{value}</b>{name}</li>\n");
        }

        html.Append($"</ul>\n<p class=\"quiet\">{MarkdownReport.Trials(result)}</p>\n");
    }

    private static void Failures(StringBuilder html, BenchmarkReport report)
    {
        html.Append("<h2>Failures</h2>\n");
        if (report.Failures.Count == 0)
        {
            html.Append("<p class=\"good\">✓ None.</p>\n");
            return;
        }

        html.Append("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">case</th><th scope=\"col\">trial</th><th scope=\"col\">why it did not pass</th><th scope=\"col\">decided</th><th scope=\"col\">expected</th></tr></thead><tbody>\n");
        foreach (var run in report.Failures.Take(MostFailures))
        {
            html.Append($"<tr><th scope=\"row\">{Safe(MarkdownReport.Name(run))}</th><td>{run.Trial}</td><td class=\"why\"><span class=\"bad\">✗</span> {Safe(run.Reason ?? "")}</td><td>{Safe(run.Decision ?? "–")}</td><td>{Safe(run.ExpectedDecision ?? "–")}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        More(html, report.Failures.Count, MostFailures, "failures");
    }

    private static void Matrix(StringBuilder html, BenchmarkReport report)
    {
        var patterns = report.Patterns.Take(MostPatterns).ToList();
        if (patterns.Count == 0)
        {
            return;
        }

        html.Append("<h2>Cases and patterns</h2>\n<p class=\"quiet\"><span class=\"good\">✓</span> followed · <span class=\"bad\">✗</span> missed · <span class=\"open\">?</span> open · empty: does not apply</p>\n<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\">case</th>");
        foreach (var pattern in patterns)
        {
            html.Append($"<th scope=\"col\" title=\"{Safe(pattern)}\">{Safe(pattern.Length <= 40 ? pattern : pattern[..39] + "…")}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
        foreach (var run in report.Result.Cases.OrderBy(run => run.Passed).Take(MostRows))
        {
            html.Append($"<tr><th scope=\"row\">{(run.Passed ? "" : "<span class=\"bad\">✗</span> ")}{Safe(MarkdownReport.Name(run))}{(run.Trial > 1 ? $" #{run.Trial}" : "")}</th>");
            var outcomes = run.Patterns.GroupBy(outcome => outcome.Name).ToDictionary(group => group.Key, group => group.First());
            foreach (var pattern in patterns)
            {
                html.Append(outcomes.GetValueOrDefault(pattern) switch
                {
                    { Verdict: "followed" } => "<td class=\"good\">✓</td>",
                    { Verdict: "missed" } outcome => $"<td class=\"bad\" title=\"{Safe(outcome.Reason ?? "")}\">{(outcome.Share is { } share ? MarkdownReport.Number(Math.Round(share, 2)) : "✗")}</td>",
                    { Verdict: "inconclusive" } outcome => $"<td class=\"open\" title=\"{Safe(outcome.Reason ?? "")}\">?</td>",
                    _ => "<td></td>",
                });
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        More(html, report.Result.Cases.Count, MostRows, "runs");
        More(html, report.Patterns.Count, MostPatterns, "patterns");
    }

    private static void Comparison(StringBuilder html, BenchmarkReport report)
    {
        if (report.Against is not { } against)
        {
            return;
        }

        html.Append($"<h2>Against {Safe(against.Version ?? "(no label)")}</h2>\n<p class=\"quiet\">Run {Safe(against.RunId)} of {Safe(against.StartedAt)}, agent {Safe(against.Agent)}, digest {against.Digest[..12]}</p>\n");
        html.Append("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">figure</th><th scope=\"col\">now</th><th scope=\"col\">before</th><th scope=\"col\">change</th></tr></thead><tbody>\n");
        foreach (var figure in report.Compared)
        {
            var change = MarkdownReport.Change(figure);
            var tone = change.EndsWith("(better)", StringComparison.Ordinal) ? "good" : change.EndsWith("(worse)", StringComparison.Ordinal) ? "bad" : "quiet";
            html.Append($"<tr><th scope=\"row\">{figure.Name}</th><td>{MarkdownReport.Number(figure.Now)}</td><td>{MarkdownReport.Number(figure.Before)}</td><td class=\"{tone}\">{change}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        foreach (var (title, tone, cases) in new[] { ("Broken", "bad", report.Broken), ("Mended", "good", report.Mended), ("Only in this run", "quiet", report.OnlyNow), ("Only in the other run", "quiet", report.OnlyBefore) })
        {
            if (cases.Count > 0)
            {
                html.Append($"<p><span class=\"{tone}\">{title}:</span> {string.Join(", ", cases.Take(MostFailures).Select(Safe))}</p>\n");
            }
        }
    }

    private static void Rates(StringBuilder html, BenchmarkReport report)
    {
        if (report.Rates.Count == 0)
        {
            return;
        }

        html.Append("<h2>How often each pattern was followed</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">pattern</th><th scope=\"col\">followed</th><th scope=\"col\">95 % interval</th><th scope=\"col\">open</th></tr></thead><tbody>\n");
        foreach (var rate in report.Rates.Take(MostRows))
        {
            string Percent(double share) => FormattableString.Invariant($"{share * 100:0.#}%");
            var interval = rate.Rate.Of == 0 ? "–"
                : $"{MarkdownReport.Number(Math.Round(rate.Rate.Low, 2))} to {MarkdownReport.Number(Math.Round(rate.Rate.High, 2))}<span class=\"bar\" aria-hidden=\"true\"><i style=\"left:{Percent(rate.Rate.Low)};width:{Percent(rate.Rate.High - rate.Rate.Low)}\"></i><u style=\"left:calc({Percent(rate.Rate.Share!.Value)} - 2px)\"></u></span>";
            html.Append($"<tr><th scope=\"row\">{Safe(rate.Name)}</th><td>{rate.Rate.Hits} of {rate.Rate.Of}</td><td>{interval}</td><td>{rate.Inconclusive}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static void Cases(StringBuilder html, BenchmarkResult result)
    {
        html.Append("<h2>Cost and time by case</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">case</th><th scope=\"col\">passed</th><th scope=\"col\">fidelity</th><th scope=\"col\">time (ms)</th><th scope=\"col\">tokens</th></tr></thead><tbody>\n");
        var tokens = result.Cases.GroupBy(run => run.Case).ToDictionary(group => group.Key, group => group.Any(run => run.Tokens is not null) ? group.Sum(run => run.Tokens ?? 0) : (long?)null);
        foreach (var item in result.CaseSummaries.OrderByDescending(item => item.TimeMeanMs).Take(MostRows))
        {
            string Spread(double? mean, double? spread, int digits) => mean is not { } value ? "–" : MarkdownReport.Number(Math.Round(value, digits)) + (spread is { } width ? $" ± {MarkdownReport.Number(Math.Round(width, digits))}" : "");
            html.Append($"<tr><th scope=\"row\">{Safe(item.Split is null ? item.Case : $"{item.Case} ({item.Split})")}</th><td>{item.Passed} of {item.Trials}</td><td>{Spread(item.FidelityMean, item.FidelitySpread, 2)}</td><td>{Spread(item.TimeMeanMs, item.TimeSpreadMs, 1)}</td><td>{(tokens.GetValueOrDefault(item.Case) is { } used ? $"{used:N0}" : "–")}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        More(html, result.CaseSummaries.Count, MostRows, "cases");
    }

    private static void More(StringBuilder html, int count, int shown, string what)
    {
        if (count > shown)
        {
            html.Append($"<p class=\"quiet\">And {count - shown:N0} more {what}; <code>--report json</code> has all.</p>\n");
        }
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}

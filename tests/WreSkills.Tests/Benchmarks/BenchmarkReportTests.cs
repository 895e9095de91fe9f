using System.Xml.Linq;

using WreSkills.Benchmarks;

namespace WreSkills.Tests.Benchmarks;

public class BenchmarkReportTests
{
    private const string Hostile = "<script>alert('x')</script>|`\u0001\uD800";

    [Fact]
    public void Failures_come_first_and_rates_have_intervals()
    {
        var report = new BenchmarkReport(Result([Run("a", true, "p:followed"), Run("b", false, "p:missed"), Run("c", true, "p:followed"), Run("d", true, "p:inconclusive"), Run("e", true, "p:not_applicable")]), null);
        Assert.Equal(["b"], report.Failures.Select(run => run.Case));
        var rate = Assert.Single(report.Rates);
        Assert.Equal((2, 3, 1), (rate.Rate.Hits, rate.Rate.Of, rate.Inconclusive));
        Assert.Equal((0.2077, 0.9385), (Math.Round(rate.Rate.Low, 4), Math.Round(rate.Rate.High, 4)));
        var html = HtmlReport.Write(report);
        Assert.True(html.IndexOf("<h2>Failures", StringComparison.Ordinal) < html.IndexOf("<h2>Cases and patterns", StringComparison.Ordinal));
    }

    [Fact]
    public void A_comparison_says_what_broke_and_what_was_mended()
    {
        var before = Result([Run("a", true), Run("b", false), Run("gone", true)]) with { RunId = "before", PatternFidelity = 0.9, ExecutionTimeMs = 10 };
        var report = new BenchmarkReport(Result([Run("a", false), Run("b", true), Run("new", true)]) with { PatternFidelity = 0.8, ExecutionTimeMs = 8 }, before);
        Assert.Equal((["a"], ["b"], ["new"], ["gone"]), (report.Broken.ToArray(), report.Mended.ToArray(), report.OnlyNow.ToArray(), report.OnlyBefore.ToArray()), new Arrays());
        var text = MarkdownReport.Write(report);
        Assert.Contains("| pattern fidelity | 0.8 | 0.9 | −0.1 (worse) |", text, StringComparison.Ordinal);
        Assert.Contains("| mean time (ms) | 8 | 10 | −2 (better) |", text, StringComparison.Ordinal);
        Assert.Contains("Broken: a.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_case_is_called_is_only_ever_text()
    {
        var report = new BenchmarkReport(Result([Run(Hostile, false, Hostile + ":missed") with { Reason = Hostile, Decision = Hostile, Log = Hostile }]) with { Skill = Hostile, Agent = Hostile }, null);
        Assert.DoesNotContain("<script", HtmlReport.Write(report), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", MarkdownReport.Write(report), StringComparison.OrdinalIgnoreCase);
        var xml = XDocument.Parse(JUnitReport.Write(report));
        Assert.StartsWith("<script>alert('x')</script>|`\uFFFD\uFFFD", xml.Descendants("testcase").Single().Attribute("name")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_needs_nothing_from_elsewhere()
    {
        var html = HtmlReport.Write(new BenchmarkReport(Result([Run("a", true, "p:followed")]), null));
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Junit_counts_failures_errors_and_trials()
    {
        var xml = XDocument.Parse(JUnitReport.Write(new BenchmarkReport(
            Result([Run("a", true), Run("a", false) with { Trial = 2 }, Run("b", false) with { ExceptionType = "timeout", Log = "last words" }]), null)));
        var suite = xml.Descendants("testsuite").Single();
        Assert.Equal(("3", "1", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        Assert.Equal(["a #1", "a #2", "b"], suite.Elements("testcase").Select(item => item.Attribute("name")!.Value));
        Assert.Equal("timeout", suite.Descendants("error").Single().Attribute("type")!.Value);
        Assert.Equal("last words", suite.Descendants("system-err").Single().Value);
    }

    [Fact]
    public void Ten_thousand_cases_make_a_page_that_a_browser_takes()
    {
        var html = HtmlReport.Write(new BenchmarkReport(Result([.. Enumerable.Range(0, 10_000).Select(index => Run($"case-{index}", index % 3 > 0, "p:followed", "q:missed"))]), null));
        Assert.InRange(html.Length, 100_000, 3_000_000);
        Assert.Contains("more failures", html, StringComparison.Ordinal);
        Assert.Contains("more runs", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_holdout_never_reaches_who_proposes_changes()
    {
        var result = Result([Run("a", false), Run("secret", false) with { Split = "holdout" }]) with { CaseSummaries = [new BenchmarkCaseSummary { Case = "a" }, new BenchmarkCaseSummary { Case = "secret", Split = "holdout" }] };
        Assert.DoesNotContain("secret", result.WithoutHoldout().ToJson().ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(result.Runs, result.WithoutHoldout().Runs);
    }

    private static BenchmarkCaseResult Run(string name, bool passed, params string[] patterns) => new()
    {
        Case = name,
        Trial = 1,
        ExecutionId = "e",
        Passed = passed,
        Reason = passed ? null : "missed p",
        Patterns = [.. patterns.Select(pattern => new PatternOutcome { Name = pattern[..pattern.LastIndexOf(':')], Verdict = pattern[(pattern.LastIndexOf(':') + 1)..] })],
    };

    private static BenchmarkResult Result(IReadOnlyList<BenchmarkCaseResult> cases) => new()
    {
        RunId = "01a20ab7-4298-709e-b939-9b0a61faced9",
        Skill = "spam",
        Digest = new string('a', 64),
        Version = "1.0",
        State = "prototype",
        Agent = "words",
        StartedAt = "2026-11-24T10:00:00Z",
        Runs = cases.Count,
        Passed = cases.Count(run => run.Passed),
        Cases = cases,
        CaseSummaries = [.. cases.Take(3).Select(run => new BenchmarkCaseSummary { Case = run.Case, Trials = 1 })],
    };

    private sealed class Arrays : IEqualityComparer<(string[], string[], string[], string[])>
    {
        public bool Equals((string[], string[], string[], string[]) left, (string[], string[], string[], string[]) right) =>
            left.Item1.SequenceEqual(right.Item1) && left.Item2.SequenceEqual(right.Item2) && left.Item3.SequenceEqual(right.Item3) && left.Item4.SequenceEqual(right.Item4);

        public int GetHashCode((string[], string[], string[], string[]) value) => 0;
    }
}

using System.Globalization;
using System.Text;
using System.Xml;

namespace WreSkills.Benchmarks;

/// <summary>A benchmark as JUnit XML, for the build servers that show it: one test per run of a case.</summary>
public static class JUnitReport
{
    /// <summary>Writes it.</summary>
    public static string Write(BenchmarkReport report)
    {
        var result = report.Result;
        using var text = new Utf8Text();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, CheckCharacters = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean($"{result.Skill} {result.Version}".TrimEnd()));
            xml.WriteAttributeString("tests", Text(result.Runs));
            xml.WriteAttributeString("failures", Text(result.Cases.Count(run => !run.Passed && run.ExceptionType is null)));
            xml.WriteAttributeString("errors", Text(result.Cases.Count(run => !run.Passed && run.ExceptionType is not null)));
            xml.WriteAttributeString("skipped", "0");
            xml.WriteAttributeString("time", Text(result.DurationSeconds));
            xml.WriteAttributeString("timestamp", result.StartedAt.TrimEnd('Z'));
            xml.WriteStartElement("properties");
            foreach (var (name, value) in new[]
            {
                ("run_id", result.RunId), ("digest", result.Digest), ("agent", result.Agent), ("pattern_fidelity", MarkdownReport.Number(result.PatternFidelity)),
                ("outcome_quality", MarkdownReport.Number(result.OutcomeQuality)), ("tokens", result.Tokens is { } tokens ? Text(tokens) : "unknown"),
            })
            {
                xml.WriteStartElement("property");
                xml.WriteAttributeString("name", name);
                xml.WriteAttributeString("value", Clean(value));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            foreach (var run in result.Cases)
            {
                Case(xml, result, run);
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.ToString() + "\n";
    }

    private static void Case(XmlWriter xml, BenchmarkResult result, BenchmarkCaseResult run)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(result.Skill));
        xml.WriteAttributeString("name", Clean(run.Trial == 1 && !result.Cases.Any(other => other.Case == run.Case && other.Trial > 1) ? run.Case : $"{run.Case} #{run.Trial}"));
        xml.WriteAttributeString("time", Text(run.ExecutionTimeMs / 1000));
        if (!run.Passed)
        {
            xml.WriteStartElement(run.ExceptionType is null ? "failure" : "error");
            xml.WriteAttributeString("message", Clean(run.Reason ?? "did not pass"));
            xml.WriteAttributeString("type", Clean(run.ExceptionType ?? "case"));
            xml.WriteString(Clean(string.Join('\n', run.Patterns.Where(outcome => outcome.Verdict is "missed" or "inconclusive").Select(outcome => $"{outcome.Verdict}: {outcome.Name}{(outcome.Reason is null ? "" : $" ({outcome.Reason})")}"))));
            xml.WriteEndElement();
        }

        if (run.Log.Length > 0)
        {
            xml.WriteElementString("system-err", Clean(run.Log));
        }

        xml.WriteEndElement();
    }

    private static string Text(IFormattable number) => number.ToString(number is double ? "0.###" : null, CultureInfo.InvariantCulture);

    // XML knows no control characters and no lone surrogates.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value is '\t' or '\n' or '\r' || (rune.Value >= ' ' && rune.Value is not (0xFFFE or 0xFFFF)) ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }

    // A StringWriter that does not claim to be UTF-16.
    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}

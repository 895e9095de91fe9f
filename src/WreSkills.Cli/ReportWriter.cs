using System.CommandLine;
using System.Text;

using WreSkills.Benchmarks;
using WreSkills.Scanning;

namespace WreSkills.Cli;

/// <summary>The options of a benchmark's report and where it goes.</summary>
internal sealed class ReportWriter
{
    private readonly Option<string?> _format;
    private readonly Option<string?> _file = new("--report-file") { Description = "Where the report goes; default: stdout.", HelpName = "FILE" };
    private readonly Option<string?> _against = new("--against") { Description = "Compare with another run: its run_id, the label of a version, or `previous`.", HelpName = "RUN" };

    public ReportWriter(string name, bool required)
    {
        _format = new Option<string?>(name) { Description = "html: one file that needs no network; junit: XML for build servers; md: Markdown; json: everything.", Required = required };
        _format.AcceptOnlyFromAmong("html", "junit", "md", "json");
    }

    public IReadOnlyList<Option> Options => [_format, _file, _against];

    /// <summary>Writes the report of a run, if one is asked for.</summary>
    /// <returns>True when the report went to stdout, where nothing else may stand then.</returns>
    public bool Write(Invocation invocation, BenchmarkResult result)
    {
        var parsed = invocation.Parsed;
        if (parsed.GetValue(_format) is not { } format)
        {
            return false;
        }

        var against = parsed.GetValue(_against) is { } wanted ? invocation.Workspace.Benchmarks.Find(result.Skill, wanted == "previous" ? null : wanted, result.RunId) : null;
        var report = new BenchmarkReport(result, against);
        var text = format switch
        {
            "html" => Redaction.Text(HtmlReport.Write(report)),
            "junit" => Redaction.Text(JUnitReport.Write(report)),
            "md" => Redaction.Text(MarkdownReport.Write(report)),
            _ => Redaction.JsonText(result.ToJson().ToJsonString(JsonOutput.Readable), JsonOutput.Readable) + "\n",
        };
        if (parsed.GetValue(_file) is not { } file)
        {
            invocation.Output.Write(text);
            return true;
        }

        var path = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        invocation.Error.WriteLine($"report written to {file}");
        return false;
    }
}

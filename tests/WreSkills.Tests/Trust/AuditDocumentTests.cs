using System.Text.RegularExpressions;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

/// <summary>The script of docs/reference/audit.md, taken out of the document and run: a stranger comes to our results without our code.</summary>
public sealed partial class AuditDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;
    private readonly AuditLog _log;

    public AuditDocumentTests()
    {
        var layout = WorkspaceLayout.ForPreset("policy", _folder.Path);
        _file = layout.AuditFile;
        _log = new AuditLog(layout);
        var document = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "reference", "audit.md")).ReplaceLineEndings("\n");
        _folder.Write("check-audit.sh", Script().Match(document).Groups["script"].Value);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_script_prints_our_checkpoint(int lines)
    {
        for (var number = 0; number < lines; number++)
        {
            _log.Append($"op-{number}", TestAuditLog.Entry($"op-{number}", "100 % of \\ \"quotes\" –\tand 'so on'  "));
        }

        Assert.Equal(_log.Checkpoint().ToString(), Check());
    }

    [Fact]
    public void The_script_knows_the_empty_log()
    {
        _folder.Write(_file, "");
        Assert.Equal(_log.Checkpoint().ToString(), Check());
    }

    [Fact]
    public void The_script_reads_over_torn_lines_and_carriage_returns()
    {
        _folder.Write(_file, "{\"prev\":\"0");
        _log.Append("a", TestAuditLog.Entry("a"));
        File.AppendAllText(_file, "{\"torn");
        _log.Append("b", TestAuditLog.Entry("b"));
        File.WriteAllText(_file, File.ReadAllText(_file).TrimEnd('\n') + "\r\n");
        _log.Append("c", TestAuditLog.Entry("c"));
        File.AppendAllText(_file, "{\"not acknowledged");
        Assert.Equal(_log.Checkpoint().ToString(), Check());
    }

    [Fact]
    public void The_script_finds_a_changed_line()
    {
        foreach (var operation in (string[])["a", "b", "c"])
        {
            _log.Append(operation, TestAuditLog.Entry(operation));
        }

        File.WriteAllText(_file, File.ReadAllText(_file).Replace("\"operation\":\"b\"", "\"operation\":\"x\"", StringComparison.Ordinal));
        Assert.Equal("line 3 does not follow line 2\n", Shell.Run(_folder.Path, $"bash check-audit.sh '{_file}' || [ $? -eq 1 ]"));
        Assert.Equal(3, _log.Verify([]).BadLine!.Line);
    }

    private string Check() => Shell.Run(_folder.Path, $"bash check-audit.sh '{_file}'");

    [GeneratedRegex(@"```bash\n(?<script>#!/bin/bash\n.+?\n)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Script();
}

using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Hosting;

/// <summary>Writes the first files of a workspace: <c>wre.yaml</c>, the policy document and a <c>.gitignore</c>; never overwrites one.</summary>
public static class WorkspaceInitializer
{
    /// <summary>Initialises a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="preset">One of <see cref="WorkspaceLayout.Presets"/>.</param>
    /// <param name="dryRun">Only say what would be written.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <returns>The files written and those that were there, relative to the root.</returns>
    public static (IReadOnlyList<string> Written, IReadOnlyList<string> Kept) Run(string root, string preset, bool dryRun = false, TimeProvider? time = null)
    {
        var layout = WorkspaceLayout.ForPreset(preset, Path.GetFullPath(root));
        var written = new List<string>();
        var kept = new List<string>();
        foreach (var (path, text) in (ReadOnlySpan<(string, string)>)
            [
                (Path.Combine(layout.Root, WorkspaceConfiguration.FileName), Configuration(preset)),
                (layout.PolicyFile, PolicyDocument.DefaultText),
                (Path.Combine(layout.CoreFolder, ".gitignore"), Ignore()),
                (Path.Combine(layout.MetricsFolder, ".gitignore"), "*.lock\n"),
            ])
        {
            if (File.Exists(path))
            {
                kept.Add(layout.Relative(path));
                continue;
            }

            if (!dryRun)
            {
                DurableFile.Replace(path, text);
            }

            written.Add(layout.Relative(path));
        }

        if (!dryRun && written.Contains(layout.Relative(layout.PolicyFile)))
        {
            NotePolicy(layout, time ?? TimeProvider.System);
        }

        if (!dryRun)
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(layout.PrototypeFolder("x"))!);
        }

        return (written, kept);
    }

    // The beginning of the policy's history; a document that is written again does not begin another one.
    private static void NotePolicy(WorkspaceLayout layout, TimeProvider time)
    {
        var audit = new AuditLog(layout);
        if (audit.Lines().Any(line => line.TryGetProperty("event", out var name) && name.ValueEquals(PolicyHistory.BeginningEvent)))
        {
            return;
        }

        var policy = PolicyDocument.Load(layout.PolicyFile);
        var operation = $"policy-{policy.Digest[..16]}";
        audit.Append(operation, new JsonObject
        {
            ["operation"] = operation,
            ["timestamp"] = Timestamp.ToIso(time.GetUtcNow()),
            ["event"] = PolicyHistory.BeginningEvent,
            ["version"] = policy.Version,
            ["digest"] = policy.Digest,
            ["reason"] = "the built-in policy, written by wre init",
            ["requested_by"] = "wre init",
        });
    }

    private static string Configuration(string preset) => new StringBuilder()
        .Append("# Where things are in this workspace, and which agents run its skills.\n")
        .Append("version: 1\n")
        .Append("layout:\n")
        .Append($"  preset: {preset}    # policy: the paths of the promotion policy; claude, agents: everything of ours in .wre/\n")
        .Append("# agents:\n")
        .Append("#   mine:\n")
        .Append("#     kind: command\n")
        .Append("#     command: [python3, agents/mine.py]    # JSON request on stdin, execution record on stdout\n")
        .Append("#     timeout_seconds: 60\n")
        .ToString();

    // Derived and private things stay out of git; what approvals rest on goes in.
    private static string Ignore() =>
        "# Derived, or of this machine only.\nskills_metrics.db*\nindex/\njournal/\noutbox/\nexecutions/\ncache/\nanomalies/\nretention.json\n*.lock\n*.tmp\n";
}

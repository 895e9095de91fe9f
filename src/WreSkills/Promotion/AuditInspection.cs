using WreSkills.Metrics;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>Checks the audit log against every checkpoint of it that the workspace keeps elsewhere: in the tickets and in the promotion logs.</summary>
public sealed class AuditInspection(WorkspaceLayout layout, AuditLog audit)
{
    /// <summary>Checks the log; reads only.</summary>
    /// <param name="given">A checkpoint that was kept outside of the workspace, or null.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public AuditVerification Run(KnownCheckpoint? given = null)
    {
        // The checkpoints first: what is appended meanwhile extends them, but not the other way round.
        List<KnownCheckpoint> known = [.. given is null ? [] : (KnownCheckpoint[])[given], .. InTickets(), .. InPromotionLogs()];
        return audit.Verify(known);
    }

    /// <summary>Why nothing may be promoted on this log, in one sentence; null when it was not tampered with.</summary>
    public string? Refusal()
    {
        try
        {
            return Run() is { IsTampered: true } found
                ? $"the audit log is not as it was written: {found.Problems[0]}{(found.Problems.Count > 1 ? $" ({found.Problems.Count - 1} more)" : "")}; `wre audit verify` shows everything"
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"the audit log cannot be checked: {error.Message}; `wre audit verify` tries again";
        }
    }

    private IEnumerable<KnownCheckpoint> InTickets()
    {
        if (!Directory.Exists(layout.TicketsFolder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(layout.TicketsFolder, "*.yaml").Order(StringComparer.Ordinal))
        {
            // A ticket that is half filled in, or none any more, still tells what the log was.
            var problems = new List<YamlProblem>();
            if (new YamlSection(YamlReader.Read(File.ReadAllText(path), 1, problems), problems).Text("audit_checkpoint") is { } text)
            {
                yield return new KnownCheckpoint(layout.Relative(path), text);
            }
        }
    }

    private IEnumerable<KnownCheckpoint> InPromotionLogs()
    {
        if (!Directory.Exists(layout.MetricsFolder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(layout.MetricsFolder).Order(StringComparer.Ordinal))
        {
            if (!MetricFiles.TryParse(Path.GetFileName(path), out _, out var kind) || kind != MetricKind.PromotionLog)
            {
                continue;
            }

            foreach (var line in IdempotentLog.Lines(path))
            {
                if (line.TryGetProperty("checkpoint", out var text) && text.ValueKind == System.Text.Json.JsonValueKind.String)
                {
                    var operation = line.TryGetProperty("event_id", out var id) && id.ValueKind == System.Text.Json.JsonValueKind.String ? id.GetString() : "?";
                    yield return new KnownCheckpoint($"{layout.Relative(path)} (event {operation})", text.GetString()!);
                }
            }
        }
    }
}

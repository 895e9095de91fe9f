using System.Collections.Concurrent;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// Takes new lines of the metric files over into the database (policy 5.4). Watermark and data move in one transaction,
/// so that a run may be killed at any point and repeated; a torn last line waits for its end; a malformed line is kept
/// with file, line and reason and never stops the rest.
/// </summary>
public sealed class MetricsIngestor(string metricsFolder, string databasePath, TimeProvider time)
{
    /// <summary>Lines of each file per transaction unless told otherwise; the policy's own tool takes 1,000.</summary>
    public const int DefaultBatchSize = 10_000;

    /// <summary>A longer line is malformed.</summary>
    public const int MaxLineBytes = 16 * 1024 * 1024;

    // Below, a second thread costs more than it saves.
    private const long WorthTwoThreads = 4 * 1024 * 1024;
    private const int BatchesInFlight = 3;

    /// <summary>For tests: pages that the database may have, as if the disk were full then; 0 for no limit.</summary>
    internal long MaxPages { get; init; }

    /// <summary>Ingests what is new.</summary>
    /// <param name="skill">Only this skill's files; null for all.</param>
    /// <param name="batchSize">Lines per transaction, from 1.</param>
    /// <exception cref="WreException">The database cannot be used.</exception>
    public IngestResult Run(string? skill = null, int batchSize = DefaultBatchSize)
    {
        var start = time.GetTimestamp();
        var result = new IngestResult();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(databasePath))!);
        using var turn = FileLock.Acquire(databasePath + ".lock");
        using var connection = MetricsSchema.Open(databasePath);
        if (MaxPages > 0)
        {
            connection.Execute($"PRAGMA max_page_count={MaxPages}");
        }

        try
        {
            var files = Files(skill).ToList();
            using var run = new IngestRun(connection, time, result);
            var marks = skill is null ? Watermark.LoadAll(connection) : Watermark.Load(connection, files.Select(file => file.Path));

            // Promotion logs first: their intervals place lines that do not name their version.
            foreach (var (path, name, kind) in files)
            {
                if (kind == MetricKind.PromotionLog)
                {
                    run.Log(path, name, marks.GetValueOrDefault(path), batchSize);
                }
            }

            Lines(new IngestReader(marks, batchSize, result), [.. files.Where(file => file.Kind != MetricKind.PromotionLog)], run);

            connection.Execute("INSERT INTO ingest_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", skill is null ? "last_run" : "last_skill_run", Timestamp.ToIso(time.GetUtcNow()));
            result.Skills = [.. run.Skills.Order(StringComparer.Ordinal)];
            result.MalformedExamples = run.Examples;
        }
        catch (SqliteException error)
        {
            throw SqliteFile.Failure(databasePath, error);
        }

        result.ElapsedMs = time.GetElapsedTime(start).TotalMilliseconds;
        return result;
    }

    /// <summary>How far ingestion is behind: files with bytes that were not read, and for how long the oldest of them has waited.</summary>
    /// <returns>Null when nothing waits. What was there when all files were read last, such as a torn last line, does not wait.</returns>
    public (int Files, TimeSpan Behind)? Lag()
    {
        if (!File.Exists(databasePath))
        {
            return null;
        }

        using var connection = MetricsSchema.Open(databasePath);
        var marks = Watermark.LoadAll(connection);
        using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'last_run'");
        var lastRun = command.ExecuteScalar() is string text && Timestamp.TryParse(text, out var moment) ? moment : DateTimeOffset.MinValue;
        var (waiting, behind, now) = (0, TimeSpan.Zero, time.GetUtcNow());
        foreach (var (path, _, _) in Files(null))
        {
            var file = new FileInfo(path);
            var written = new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero);
            if (!file.Exists || file.Length <= (marks.GetValueOrDefault(path)?.Offset ?? 0) || written <= lastRun)
            {
                continue;
            }

            waiting++;
            behind = now - written > behind ? now - written : behind;
        }

        return waiting == 0 ? null : (waiting, behind);
    }

    private static void Lines(IngestReader reader, IReadOnlyList<(string Path, string Skill, MetricKind Kind)> files, IngestRun run)
    {
        if (reader.Pending(files) < WorthTwoThreads)
        {
            foreach (var batch in reader.Read(files))
            {
                run.Save(batch);
                reader.Return(batch);
            }

            return;
        }

        // One thread reads and parses, this one writes.
        using var queue = new BlockingCollection<IngestBatch>(BatchesInFlight);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            try
            {
                foreach (var batch in reader.Read(files))
                {
                    queue.Add(batch, stop.Token);
                }
            }
            finally
            {
                queue.CompleteAdding();
            }
        });
        try
        {
            foreach (var batch in queue.GetConsumingEnumerable())
            {
                run.Save(batch);
                reader.Return(batch);
            }
        }
        finally
        {
            stop.Cancel();
            try
            {
                reading.GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                // The writing failed; its exception is on its way.
            }
        }
    }

    private IEnumerable<(string Path, string Skill, MetricKind Kind)> Files(string? skill)
    {
        if (!Directory.Exists(metricsFolder))
        {
            return [];
        }

        var files = new List<(string Path, string Skill, MetricKind Kind)>();
        foreach (var path in Directory.EnumerateFiles(metricsFolder, (skill ?? "") + "*.json*"))
        {
            if (MetricFiles.TryParse(Path.GetFileName(path), out var name, out var kind) && (skill is null || name == skill))
            {
                files.Add((path, name, kind));
            }
        }

        // A rotated file holds older lines than the file that took its name, and the order of arrival must not turn round.
        return files.OrderByDescending(file => file.Kind == MetricKind.PromotionLog).ThenBy(file => file.Skill, StringComparer.Ordinal)
            .ThenBy(file => file.Kind).ThenBy(file => MetricFiles.RotationOrder(Path.GetFileName(file.Path)), StringComparer.Ordinal);
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Something that is beyond its retention.</summary>
/// <param name="Kind"><c>executions</c>, <c>archive</c>, <c>report</c>, <c>benchmark</c>, <c>chat_cache</c> or <c>version</c>.</param>
/// <param name="Path">Relative to the workspace.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Days">How old it is, in days.</param>
public sealed record RetentionItem(string Kind, string Path, long Bytes, int Days);

/// <summary>What a sweep removed, or would remove.</summary>
/// <param name="Removed">Every file and folder.</param>
/// <param name="Problems">What could not be removed, and why.</param>
public sealed record RetentionResult(IReadOnlyList<RetentionItem> Removed, IReadOnlyList<string> Problems)
{
    /// <summary>Bytes of all of it.</summary>
    public long Bytes => Removed.Sum(item => item.Bytes);
}

/// <summary>
/// Removes what is older than the policy keeps it (policy <c>retention</c>), and never what is live, approved, named by a ticket, the content
/// of a draft or a predecessor. Metric lines, audit log, tickets and every version that the registry names stay for ever.
/// </summary>
public sealed partial class RetentionSweep(Workspace workspace)
{
    private readonly DateTimeOffset _now = workspace.Time.GetUtcNow();

    /// <summary>Says what a sweep would remove; changes nothing.</summary>
    public RetentionResult Plan()
    {
        var named = Named();
        return new RetentionResult([.. Executions(), .. Archives(), .. Reports(), .. Benchmarks(named), .. ChatCache(), .. Versions(named)], []);
    }

    /// <summary>Sweeps.</summary>
    public RetentionResult Run()
    {
        var removed = new List<RetentionItem>();
        var problems = new List<string>();

        // Nobody is between store and registry while this lock is held, so what nothing names now is nobody's next version.
        using (workspace.Locks.AcquireCommit())
        {
            workspace.Store.RemoveLeftovers();
            foreach (var item in Plan().Removed)
            {
                try
                {
                    Remove(item);
                    removed.Add(item);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or WreException)
                {
                    problems.Add($"{item.Path}: {error.Message}");
                }
            }
        }

        var now = Timestamp.ToIso(_now);
        if (removed.Count > 0)
        {
            var operation = Guid.CreateVersion7(_now).ToString();
            workspace.Audit.Append(operation, new JsonObject
            {
                ["operation"] = operation,
                ["timestamp"] = now,
                ["event"] = "retention",
                ["removed"] = new JsonObject([.. removed.CountBy(item => item.Kind).Select(kind => KeyValuePair.Create(kind.Key, (JsonNode?)kind.Value))]),
                ["bytes"] = removed.Sum(item => item.Bytes),
            });
        }

        DurableFile.Replace(workspace.Layout.RetentionFile, new JsonObject { ["swept_at"] = now }.ToJsonString() + "\n");
        return new RetentionResult(removed, problems);
    }

    /// <summary>Sweeps if a day has gone by since the last time.</summary>
    /// <returns>What was removed, or null when it was too early.</returns>
    public RetentionResult? RunDaily() => SweptAt() is { } last && last <= _now && _now - last < TimeSpan.FromDays(1) ? null : Run();

    private DateTimeOffset? SweptAt()
    {
        try
        {
            return File.Exists(workspace.Layout.RetentionFile) && JsonNode.Parse(File.ReadAllText(workspace.Layout.RetentionFile)) is JsonObject stamp
                && stamp["swept_at"] is JsonValue value && value.TryGetValue<string>(out var text) && Timestamp.TryParse(text, out var at) ? at : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Remove(RetentionItem item)
    {
        var path = Path.Combine(workspace.Layout.Root, item.Path);
        if (item.Kind == "version")
        {
            workspace.Store.Remove(Path.GetFileName(path));
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private IEnumerable<RetentionItem> Executions()
    {
        foreach (var file in Files(workspace.Layout.ExecutionsFolder, "*.jsonl", SearchOption.AllDirectories))
        {
            if (DateTime.TryParseExact(Path.GetFileNameWithoutExtension(file.Name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)
                && Item("executions", file, new DateTimeOffset(day.AddDays(1), TimeSpan.Zero), workspace.Policy.Retention.ExecutionsDays) is { } item)
            {
                yield return item;
            }
        }
    }

    // The folder's name says when it was archived; what has no such name was put there by somebody else.
    private IEnumerable<RetentionItem> Archives()
    {
        var mark = Timestamp.ToFileName(DateTimeOffset.UnixEpoch);
        foreach (var skill in workspace.SkillNames())
        {
            var sample = workspace.Layout.StagedArchiveFolder(skill, DateTimeOffset.UnixEpoch);
            var (parent, parts) = (Path.GetDirectoryName(sample)!, Path.GetFileName(sample).Split(mark));
            if (parts.Length != 2 || !Directory.Exists(parent))
            {
                continue;
            }

            foreach (var folder in new DirectoryInfo(parent).EnumerateDirectories(parts[0] + "*").Where(folder => folder.LinkTarget is null))
            {
                if (folder.Name.Length >= parts[0].Length + mark.Length && Timestamp.TryParseFileName(folder.Name.AsSpan(parts[0].Length, mark.Length), out var at)
                    && Item("archive", folder, at, workspace.Policy.Retention.ArchivesDays) is { } item)
                {
                    yield return item;
                }
            }
        }
    }

    private IEnumerable<RetentionItem> Reports()
    {
        var open = workspace.Registry.Load().Skills.Values.SelectMany(entry => entry.Versions.Values).Select(version => version.RolledBack?.Operation).OfType<string>().ToHashSet();
        return Files(workspace.Layout.ReportsFolder, "*").Where(file => (file.Extension is ".md" or ".html" or ".json") && !open.Contains(Path.GetFileNameWithoutExtension(file.Name)))
            .Concat(Files(Path.Combine(workspace.Layout.ReportsFolder, "reviews"), "*", SearchOption.AllDirectories))
            .Select(file => Item("report", file, Written(file), workspace.Policy.Retention.ReportsDays)).OfType<RetentionItem>();
    }

    private IEnumerable<RetentionItem> Benchmarks(HashSet<string> named)
    {
        var kept = named.Select(digest => digest[..16]).ToHashSet();
        foreach (var file in Files(workspace.Layout.BenchmarksFolder, "*.json", SearchOption.AllDirectories))
        {
            if (file.Name.Split('_') is [var at, var digest, ..] && !kept.Contains(digest) && Timestamp.TryParseFileName(at, out var moment)
                && Item("benchmark", file, moment, workspace.Policy.Retention.BenchmarksDays) is { } item)
            {
                yield return item;
            }
        }
    }

    private IEnumerable<RetentionItem> ChatCache() => Files(workspace.Layout.ChatCacheFolder, "*.json")
        .Select(file => Item("chat_cache", file, Written(file), workspace.Policy.Retention.ChatCacheDays)).OfType<RetentionItem>();

    private IEnumerable<RetentionItem> Versions(HashSet<string> named)
    {
        // Every version that the registry names is the record of what once served, held or not.
        var known = workspace.Registry.Load().Skills.Values.SelectMany(entry => entry.Versions.Values).Select(version => version.Digest).Concat(named).ToHashSet();
        return workspace.Store.Digests().Where(digest => !known.Contains(digest)).Select(digest => new DirectoryInfo(workspace.Store.Folder(digest)))
            .Select(folder => Item("version", folder, Written(folder), workspace.Policy.Retention.VersionsDays)).OfType<RetentionItem>();
    }

    // Contents that somebody may still ask for: live, predecessors of what is live, drafts, tickets with their evidence, open intents.
    private HashSet<string> Named()
    {
        var named = new HashSet<string>();
        foreach (var (skill, entry) in workspace.Registry.Load().Skills)
        {
            foreach (var live in entry.Active.Values.Concat(entry.Retired?.Active.Values ?? []))
            {
                var seen = new HashSet<string>();
                for (var label = live; label is not null && seen.Add(label) && entry.Versions.TryGetValue(label, out var version); label = version.Predecessor)
                {
                    named.Add(version.Digest);
                }
            }

            named.UnionWith(entry.Prototype is { } prototype ? [prototype.Digest] : []);
        }

        named.UnionWith(workspace.SkillNames().Select(DraftDigest).OfType<string>());
        named.UnionWith(workspace.Journal.Open().Select(intent => intent.Digest).Where(digest => digest.Length > 0));
        foreach (var file in Files(workspace.Layout.TicketsFolder, "*"))
        {
            named.UnionWith(Digest().Matches(File.ReadAllText(file.FullName)).Select(match => match.Value));
        }

        return named;
    }

    private string? DraftDigest(string skill)
    {
        try
        {
            return Directory.Exists(workspace.Loader.DraftFolder(skill)) ? workspace.Loader.OpenPrototype(skill).Digest : null;
        }
        catch (WreException)
        {
            return null;
        }
    }

    private RetentionItem? Item(string kind, FileSystemInfo entry, DateTimeOffset at, int days)
    {
        var age = _now - at;
        return age <= TimeSpan.FromDays(days) ? null : new RetentionItem(kind, workspace.Layout.Relative(entry.FullName), Size(entry), (int)age.TotalDays);
    }

    private static DateTimeOffset Written(FileSystemInfo entry) => new(entry.LastWriteTimeUtc, TimeSpan.Zero);

    private static long Size(FileSystemInfo entry) => entry is FileInfo file ? file.Length
        : new DirectoryInfo(entry.FullName).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(inner => inner.Length);

    private static IEnumerable<FileInfo> Files(string folder, string pattern, SearchOption search = SearchOption.TopDirectoryOnly) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles(pattern, new EnumerationOptions { RecurseSubdirectories = search == SearchOption.AllDirectories, AttributesToSkip = FileAttributes.ReparsePoint }).OrderBy(file => file.FullName, StringComparer.Ordinal)
        : [];

    [GeneratedRegex("[0-9a-f]{64}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Digest();
}

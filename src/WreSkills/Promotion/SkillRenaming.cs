using WreSkills.Metrics;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>Gives everything that carries a skill's name on disk its new name; doing it again finds nothing left to do.</summary>
internal sealed class SkillRenaming(WorkspaceLayout layout, MetricsDatabase database, SkillsGraph graph, SkillIndex index)
{
    /// <summary>What stands under a name already and would be mixed up with a skill's history; empty when the name is free.</summary>
    public IReadOnlyList<string> InTheWay(string name) =>
    [
        .. Folders(name, name).Select(move => move.To).Where(Path.Exists),
        .. MetricFilesOf(name),
    ];

    /// <summary>Moves drafts, metric files, records, benchmarks and what is remembered of a skill, and renames it in the database.</summary>
    public void Move(string skill, string to)
    {
        foreach (var (from, target) in Folders(skill, to).Where(move => Path.Exists(move.From) && !Path.Exists(move.To)))
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFile.Move(from, target);
        }

        var files = MetricFilesOf(skill).Select(file => (From: file, To: Path.Combine(layout.MetricsFolder, to + Path.GetFileName(file)[skill.Length..]))).ToList();

        // Before the files: a database that still waits for the old names would read the new ones from their beginning.
        if (File.Exists(layout.MetricsDatabase))
        {
            database.Rename(skill, to, files);
        }

        foreach (var (from, target) in files.Where(file => !File.Exists(file.To)))
        {
            DurableFile.Move(from, target);
        }

        graph.Remove(skill);
        index.Update(skill, null);
    }

    private IEnumerable<(string From, string To)> Folders(string skill, string to)
    {
        yield return (layout.PrototypeFolder(skill), layout.PrototypeFolder(to));
        yield return (Path.Combine(layout.ExecutionsFolder, skill), Path.Combine(layout.ExecutionsFolder, to));
        yield return (Path.Combine(layout.BenchmarksFolder, skill), Path.Combine(layout.BenchmarksFolder, to));
        yield return (Path.Combine(layout.ReportsFolder, "reviews", skill), Path.Combine(layout.ReportsFolder, "reviews", to));
        string[] remembered = [layout.AnomaliesFolder, layout.BreakersFolder, layout.JudgesFolder, Path.Combine(layout.ReportsFolder, "flags")];
        foreach (var folder in remembered)
        {
            yield return (Path.Combine(folder, skill + ".json"), Path.Combine(folder, to + ".json"));
        }
    }

    private IEnumerable<string> MetricFilesOf(string skill) => !Directory.Exists(layout.MetricsFolder)
        ? []
        : Directory.EnumerateFiles(layout.MetricsFolder, skill + "_*").Where(file => MetricFiles.TryParse(Path.GetFileName(file), out var name, out _) && name == skill);
}

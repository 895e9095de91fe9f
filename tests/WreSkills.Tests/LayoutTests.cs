using System.Reflection;

namespace WreSkills.Tests;

public class LayoutTests
{
    private static readonly string[] s_stages =
    [
        "Storage", "Policy", "Trust", "Skills", "Scanning", "Registry", "Search", "Loading", "Executions", "Scoring", "Metrics", "Benchmarks",
        "Monitoring", "Notifications", "Promotion", "Review", "Hosting", "Mcp",
    ];

    private static string SourceFolder => Path.Combine(RepositoryRoot.Find(), "src", "WreSkills");

    [Fact]
    public void Folders_of_the_library_are_the_stages()
    {
        var folders = Directory.EnumerateDirectories(SourceFolder).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"));
        Assert.Equal(s_stages.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stages_use_only_stages_above_them()
    {
        var violations = new List<string>();
        for (var index = 0; index < s_stages.Length; index++)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(SourceFolder, s_stages[index]), "*.cs", SearchOption.AllDirectories))
            {
                var text = File.ReadAllText(file);
                violations.AddRange(s_stages.Skip(index + 1)
                    .Where(later => text.Contains($"using WreSkills.{later};", StringComparison.Ordinal) || text.Contains($"WreSkills.{later}.", StringComparison.Ordinal))
                    .Select(later => $"{s_stages[index]}/{Path.GetFileName(file)} reaches down to {later}"));
            }
        }

        Assert.Empty(violations);
    }

    [Fact]
    public void Types_live_in_the_namespace_of_their_folder()
    {
        var allowed = s_stages.Select(stage => $"WreSkills.{stage}").Append("WreSkills").ToHashSet();
        var strangers = Assembly.Load("WreSkills").GetExportedTypes().Where(type => !allowed.Contains(type.Namespace!)).Select(type => type.FullName);
        Assert.Empty(strangers);
    }

    [Fact]
    public void Architecture_lists_the_stages_in_order()
    {
        var architecture = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "ARCHITECTURE.md"));
        var rows = architecture.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).ToList();
        Assert.Equal(s_stages, rows.Where(row => s_stages.Contains(row)));
    }
}

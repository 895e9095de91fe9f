using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using WreSkills.Policy;

namespace WreSkills.Tests;

/// <summary>docs/reference/policy-map.md against the source, the tests, and the policy document where that lies beside the checkout.</summary>
public sealed partial class PolicyMapTests
{
    private const string None = "none yet";

    private static readonly string s_root = RepositoryRoot.Find();
    private static readonly string s_page = File.ReadAllText(Path.Combine(s_root, "docs", "reference", "policy-map.md"));
    private static readonly List<Row> s_rows = Rows();
    private static readonly Lazy<List<(string Name, string Text)>> s_source = new(() => Read("src"));
    private static readonly Lazy<List<(string Name, string Text)>> s_tests = new(() => Read("tests"));

    [Fact]
    public void Every_row_names_lines_and_something_that_fulfils_and_proves_it()
    {
        Assert.True(s_rows.Count >= 90, $"only {s_rows.Count} rows");
        Assert.All(s_rows, row => Assert.True(row.From > 0 && row.From <= row.To && row.Policy.Length > 0, row.Text));
        Assert.All(s_rows, row => Assert.NotEmpty(Names(row.Fulfilled)));
        Assert.All(s_rows, row => Assert.True(row.Proved == None || Names(row.Proved).Count is 1 or 2, row.Text));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var missing = s_rows.SelectMany(row => Names(row.Proved)).Distinct().Where(name => !IsTest(name));
        Assert.Empty(missing);
    }

    [Fact]
    public void Everything_that_is_named_as_fulfilling_exists()
    {
        var keys = PolicyKeys.All.Select(key => key.Name).ToList();
        var missing = s_rows.SelectMany(row => Names(row.Fulfilled)).Distinct().Where(name => !Exists(name, keys));
        Assert.Empty(missing);
    }

    [Fact]
    public void The_rows_cover_every_line_of_the_policy_that_says_something_once()
    {
        var document = SharedData.ReadOrSkip("seed/PROMOTION_ROLLBACK_POLICY.md");
        Assert.Contains($"`{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)))}`", s_page, StringComparison.Ordinal);

        var lines = document.Split('\n');
        var covered = s_rows.SelectMany(row => Enumerable.Range(row.From, row.To - row.From + 1)).ToList();
        Assert.Empty(covered.GroupBy(line => line).Where(group => group.Count() > 1).Select(group => $"line {group.Key} stands in {group.Count()} rows"));
        Assert.All(covered, line => Assert.InRange(line, 1, lines.Length));

        var items = Items(lines);
        Assert.True(items.Count > 300, $"only {items.Count} lines were found");
        Assert.Empty(items.Except(covered).Select(line => $"line {line}: {lines[line - 1]}"));
    }

    // Everything but blank lines, rules and the signs of a fence; counted from one.
    private static List<int> Items(string[] lines) =>
        [.. Enumerable.Range(1, lines.Length).Where(line => lines[line - 1].Trim() is { Length: > 0 } text && text != "---" && !text.StartsWith("```", StringComparison.Ordinal))];

    private static bool IsTest(string name) =>
        name.Split('.') is [var type, var method]
        && s_tests.Value.Any(file => Declares(file.Text, type) && (file.Text.Contains($"public void {method}(", StringComparison.Ordinal) || file.Text.Contains($"Task {method}(", StringComparison.Ordinal)));

    private static bool Exists(string name, List<string> keys) => name switch
    {
        _ when name.StartsWith("wre ", StringComparison.Ordinal) => IsCommand(name.Split(' ')[1..]),
        _ when name.StartsWith("--", StringComparison.Ordinal) => InSource($"\"{name}\""),
        _ when name.Contains('/', StringComparison.Ordinal) => File.Exists(Path.Combine(s_root, name)),
        _ when char.IsAsciiLetterUpper(name[0]) => s_source.Value.Any(file => Declares(file.Text, name)),
        _ when keys.Exists(key => key == name || key.StartsWith(name + ".", StringComparison.Ordinal)) => true,
        _ => InSource($"\"{name}\"") || InSource($"{name}:"),
    };

    // A command is made in a file of its own name, the parts of a group in files whose names begin with the group's.
    private static bool IsCommand(string[] verbs)
    {
        var files = s_source.Value.Where(file => file.Name.StartsWith(verbs[0], StringComparison.OrdinalIgnoreCase) && file.Text.Contains("System.CommandLine", StringComparison.Ordinal)).ToList();
        bool Made(string verb) => files.Exists(file => file.Text.Contains($"new Command(\"{verb}\"", StringComparison.Ordinal));
        var isFirst = Made(verbs[0]) || files.Exists(file => file.Text.Contains($"Command Create() => new(\"{verbs[0]}\"", StringComparison.Ordinal));
        return isFirst && verbs.Length <= 2 && (verbs.Length == 1 || Made(verbs[1]));
    }

    private static bool InSource(string text) => s_source.Value.Any(file => file.Text.Contains(text, StringComparison.Ordinal));

    private static bool Declares(string text, string type)
    {
        foreach (var kind in (string[])["class ", "record ", "struct ", "enum ", "interface "])
        {
            for (var at = text.IndexOf(kind + type, StringComparison.Ordinal); at >= 0; at = text.IndexOf(kind + type, at + 1, StringComparison.Ordinal))
            {
                var end = at + kind.Length + type.Length;
                if (end == text.Length || !char.IsLetterOrDigit(text[end]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static List<string> Names(string cell) => [.. Name().Matches(cell).Select(match => match.Groups["name"].Value)];

    private static List<Row> Rows()
    {
        var rows = new List<Row>();
        foreach (var line in s_page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            Assert.True(cells.Length == 6, line);
            var lines = cells[1].Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
            rows.Add(new Row(lines[0], lines[^1], cells[2], cells[3], cells[4], line));
        }

        return rows;
    }

    private static List<(string Name, string Text)> Read(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(s_root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(s_root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"))
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];

    private sealed record Row(int From, int To, string Policy, string Fulfilled, string Proved, string Text);

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

using System.Diagnostics;
using System.Text;

using Microsoft.Data.Sqlite;

using WreSkills.Hosting;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Tests.Search;

namespace WreSkills.Benchmarks.Speed;

/// <summary>The search index over 10,000 generated drafts: full re-index, one change, queries; and its quality on the labelled set.</summary>
internal static class SearchSpeed
{
    private const int Skills = 10_000;
    private const int Queries = 2_000;
    private const int Seed = 20251020;

    public static int Run(string[] arguments)
    {
        Quality(arguments is [var repository, ..] ? repository : Directory.GetCurrentDirectory());
        var root = Directory.CreateTempSubdirectory("wre-search-").FullName;
        try
        {
            Measure(root);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    private static void Measure(string root)
    {
        var generator = new SkillTexts(Seed);
        var bytes = 0L;
        for (var number = 0; number < Skills; number++)
        {
            var (name, text) = generator.Skill(number);
            var folder = Directory.CreateDirectory(Path.Combine(root, ".claude", "skills", name + "_prototype")).FullName;
            File.WriteAllText(Path.Combine(folder, "SKILL.md"), text);
            bytes += Encoding.UTF8.GetByteCount(text);
        }

        using var workspace = Workspace.Open(root);
        Console.WriteLine($"{Skills:N0} skills, {bytes / 1024.0 / 1024:0.0} MiB of SKILL.md");
        Alone(root);
        Print("full re-index, graph included", Times(5, _ => workspace.IndexRefresh.Run(full: true, [])));
        PrintProcessor("  the same", 3, () => workspace.IndexRefresh.Run(full: true, []));
        Print("  reading, digests and words alone, no database", Times(3, _ => ReadAll(workspace)));
        PrintProcessor("  the same", 2, () => ReadAll(workspace));
        Print("re-index when nothing changed, all digests computed", Times(5, _ => workspace.IndexRefresh.Run(full: false, [])));
        Print("look before a search, nothing changed", Times(21, _ => workspace.IndexRefresh.Run()));
        PrintProcessor("  the same", 21, () => workspace.IndexRefresh.Run());
        var replaced = 5_000;
        Print("one skill: read it and replace it in the index, without a look", Times(21, _ =>
        {
            var name = generator.Skill(replaced++).Name;
            workspace.Index.Update(name, new IndexedSkill(name, PromotionState.Prototype, "1.0", workspace.Loader.OpenPrototype(name).Folder));
        }));
        Print("one draft changed: look, read and index it", Times(21, round =>
        {
            var path = Path.Combine(root, ".claude", "skills", generator.Skill(round * 97).Name + "_prototype", "SKILL.md");
            File.AppendAllText(path, $"\nEdited in round {round}.\n");
            if (workspace.IndexRefresh.Run()!.Indexed != 1)
            {
                throw new InvalidOperationException("one skill was changed, so one is indexed");
            }
        }));
        Console.WriteLine($"index: {new FileInfo(Path.Combine(workspace.Layout.IndexFolder, "skills.db")).Length / 1024.0 / 1024:0.0} MiB");
        foreach (var kind in SkillTexts.Kinds)
        {
            var queries = Enumerable.Range(0, Queries / SkillTexts.Kinds.Count).Select(number => generator.Query(kind, number)).ToList();
            foreach (var query in queries.Take(50))
            {
                workspace.Index.Search(query, null, 10);
            }

            Print($"query, {kind}", [.. queries.Select(query => Time(() => workspace.Index.Search(query, null, 10)))]);
            var next = 0;
            PrintProcessor("  the same", queries.Count, () => workspace.Index.Search(queries[next++], null, 10));
        }

        var subject = workspace.Loader.OpenPrototype(generator.Skill(1234).Name).Folder;
        Print("skills like another", Times(21, _ => workspace.Index.Similar(subject, 3)));
    }

    // The yardstick: what SQLite's own full-text index needs for the same texts, without reading, stems, spellings or fingerprints.
    private static void Alone(string root)
    {
        var texts = Directory.EnumerateFiles(Path.Combine(root, ".claude", "skills"), "SKILL.md", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var file = Path.Combine(root, "alone.db");
        var before = Environment.CpuUsage.TotalTime;
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var transaction = connection.BeginTransaction();
            using var create = connection.CreateCommand();
            create.CommandText = "CREATE VIRTUAL TABLE texts USING fts5(body)";
            create.ExecuteNonQuery();
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO texts VALUES ($1)";
            var parameter = insert.Parameters.Add("$1", SqliteType.Text);
            foreach (var text in texts)
            {
                parameter.Value = text;
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        Console.WriteLine($"yardstick: FTS5 alone, texts in memory: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:0} ms of processor time");
        File.Delete(file);
    }

    private static void ReadAll(Workspace workspace) =>
        _ = workspace.SkillNames().AsParallel().Select(skill => workspace.Loader.OpenPrototype(skill).Digest).Count();

    private static void Quality(string repository)
    {
        using var set = new QualitySet(repository);
        Console.WriteLine($"{set.Skills} skills, {set.Queries.Count} labelled queries: recall@1, recall@5, MRR; ours | FTS5 unicode61, any word, no weights");
        var ranks = set.Queries.Select(query => (Query: query, Ours: set.Ours(query), Plain: set.Plain(query))).ToList();
        foreach (var group in ranks.GroupBy(rank => rank.Query.Kind).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Row(group.Key, [.. group.Select(rank => rank.Ours)], [.. group.Select(rank => rank.Plain)]);
        }

        foreach (var half in ranks.GroupBy(rank => rank.Query.IsTuning ? "all, tuning half" : "all, test half"))
        {
            Row(half.Key, [.. half.Select(rank => rank.Ours)], [.. half.Select(rank => rank.Plain)]);
        }

        static void Row(string name, IReadOnlyCollection<int> ours, IReadOnlyCollection<int> plain)
        {
            var (left, right) = (Tests.Search.Quality.Of(ours), Tests.Search.Quality.Of(plain));
            Console.WriteLine($"| {name} | {left.Queries} | {left.Recall1:0.00} | {left.Recall5:0.00} | {left.ReciprocalRank:0.00} | {right.Recall1:0.00} | {right.Recall5:0.00} | {right.ReciprocalRank:0.00} |");
        }
    }

    private static double[] Times(int rounds, Action<int> action) => [.. Enumerable.Range(0, rounds + 1).Select(round => Time(() => action(round))).Skip(1)];

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // On a busy machine the time of the processor tells what the clock on the wall does not.
    private static void PrintProcessor(string what, int rounds, Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var round = 0; round < rounds; round++)
        {
            action();
        }

        Console.WriteLine($"{what}: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / rounds:0.00} ms of processor time");
    }

    private static void Print(string what, double[] milliseconds)
    {
        Array.Sort(milliseconds);
        Console.WriteLine($"{what}: p50 {milliseconds[milliseconds.Length / 2]:0.00} ms, p99 {milliseconds[Math.Min(milliseconds.Length - 1, milliseconds.Length * 99 / 100)]:0.00} ms, min {milliseconds[0]:0.00}, max {milliseconds[^1]:0.00} (n = {milliseconds.Length})");
    }
}

/// <summary>
/// Skill texts of about 350 words from a vocabulary of 30,000 that is as uneven as language (Zipf), and queries about them.
/// </summary>
internal sealed class SkillTexts
{
    private const int Words = 30_000;
    private const int BodyWords = 320;

    private static readonly string[] s_syllables = ["ba", "re", "to", "mi", "lan", "co", "der", "sti", "fu", "ga", "hol", "pi", "que", "tra", "ver", "son", "ni", "ka", "plo", "ment"];

    private readonly int _seed;
    private readonly string[] _words = new string[Words];
    private readonly double[] _cumulated = new double[Words];

    public SkillTexts(int seed)
    {
        _seed = seed;
        var random = new Random(seed);
        var known = new HashSet<string>();
        for (var index = 0; index < Words; index++)
        {
            do
            {
                _words[index] = string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => s_syllables[random.Next(s_syllables.Length)]));
            }
            while (!known.Add(_words[index]));
            _cumulated[index] = (index == 0 ? 0 : _cumulated[index - 1]) + (1.0 / (index + 10));
        }
    }

    public static IReadOnlyList<string> Kinds { get; } = ["two words of a description", "one common word", "a sentence of eight words", "a misspelt word", "the beginning of a name", "an unknown word"];

    public (string Name, string Text) Skill(int number)
    {
        var random = new Random(_seed + number + 1);
        var name = $"{Rare(random)}_{Rare(random)}_{number}";
        var text = new StringBuilder($"---\nname: {name}\ndescription: {Capital(Sentence(random, 16))}\nversion: \"1.0\"\ntrigger_keywords: [{Rare(random)}, {Rare(random)}]\nprimary_agent: gemma\ndependencies:\n  data_stores: [store_{number % 50}]\n---\n");
        for (var section = 0; section < 4; section++)
        {
            text.Append($"# {Sentence(random, 3)}\n\n");
            for (var line = 0; line < 8; line++)
            {
                text.Append(Capital(Sentence(random, BodyWords / 32))).Append(".\n");
            }

            text.Append('\n');
        }

        if (number % 20 == 0)
        {
            text.Append($"Then use the {Skill(number + 1).Name} skill.\n");
        }

        return (name, text.ToString());
    }

    public string Query(string kind, int number)
    {
        var random = new Random(_seed + (31 * number));
        var (name, text) = Skill(random.Next(10_000));
        var description = text.Split('\n')[2]["description: ".Length..].Split(' ');
        var word = description.Where(item => item.Length >= 6).ElementAtOrDefault(random.Next(4)) ?? description.MaxBy(item => item.Length)!;
        return kind switch
        {
            "two words of a description" => $"{description[random.Next(8)]} {description[8 + random.Next(8)]}",
            "one common word" => _words[random.Next(40)],
            "a sentence of eight words" => string.Join(' ', description.Skip(4).Take(8)),
            "a misspelt word" => word.Remove(word.Length / 2, 1),
            "the beginning of a name" => name[..Math.Min(name.Length, 5 + random.Next(6))],
            _ => $"{word[^3..]}xq{word[..3]}",
        };
    }

    private string Rare(Random random) => _words[random.Next(Words)];

    private string Sentence(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => Word(random)));

    private string Word(Random random)
    {
        var at = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return _words[Math.Min(Words - 1, at < 0 ? ~at : at)];
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

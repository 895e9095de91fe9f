using Microsoft.Data.Sqlite;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Search;

/// <summary>A labelled query.</summary>
/// <param name="Kind">What kind of query it is.</param>
/// <param name="Text">What somebody types.</param>
/// <param name="Skill">The skill that should come first.</param>
/// <param name="IsTuning">True for the half that rankings may be tuned on; the other half only judges.</param>
internal sealed record LabelledQuery(string Kind, string Text, string Skill, bool IsTuning);

/// <summary>How well queries were answered.</summary>
/// <param name="Queries">How many.</param>
/// <param name="Recall1">Share whose skill came first.</param>
/// <param name="Recall5">Share whose skill was among the first five.</param>
/// <param name="ReciprocalRank">Mean of 1 / rank, 0 beyond the tenth.</param>
internal sealed record Quality(int Queries, double Recall1, double Recall5, double ReciprocalRank)
{
    public static Quality Of(IReadOnlyCollection<int> ranks) => new(
        ranks.Count,
        ranks.Count(rank => rank == 1) / (double)ranks.Count,
        ranks.Count(rank => rank is >= 1 and <= 5) / (double)ranks.Count,
        ranks.Average(rank => rank == 0 ? 0 : 1.0 / rank));
}

/// <summary>The skills and labelled queries of <c>quality.txt</c>, and two searches over them: ours, and FTS5 as it comes.</summary>
internal sealed class QualitySet : IDisposable
{
    private const int Deepest = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("wre-quality-").FullName;
    private readonly List<(string Name, SkillFolder Folder)> _skills = [];
    private readonly SkillIndex _index;
    private readonly SqliteConnection _plain = new("Data Source=:memory:");

    public QualitySet(string repository)
    {
        _index = new SkillIndex(new WorkspaceLayout { Root = _folder }, TimeProvider.System);
        Queries = Read(Path.Combine(repository, "tests", "WreSkills.Tests", "Search", "quality.txt"), Path.Combine(repository, "examples", "livechat", ".claude", "skills"));
        _index.Rebuild(_skills.Select(skill => new IndexedSkill(skill.Name, PromotionState.Prototype, "1.0", skill.Folder)));
        _plain.Open();
        Execute("CREATE VIRTUAL TABLE plain USING fts5(name, keywords, description, body, tokenize = 'unicode61')");
        foreach (var (name, folder) in _skills)
        {
            Execute("INSERT INTO plain VALUES ($1, $2, $3, $4)", name, string.Join(' ', folder.Settings.TriggerKeywords), folder.Settings.Description, folder.Document!.Body);
        }
    }

    public IReadOnlyList<LabelledQuery> Queries { get; }

    public int Skills => _skills.Count;

    public void Dispose()
    {
        _plain.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Rank of the wanted skill in our answer, from 1; 0 when it is not among the first ten.</summary>
    public int Ours(LabelledQuery query) => _index.Search(query.Text, null, Deepest).Index().FirstOrDefault(hit => hit.Item.Skill == query.Skill, (-1, null!)).Item1 + 1;

    /// <summary>The same in the answer of FTS5 with its default tokenizer, any word, no weights.</summary>
    public int Plain(LabelledQuery query)
    {
        var words = new string([.. query.Text.Select(character => char.IsLetterOrDigit(character) ? character : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var command = _plain.CreateCommand();
        command.CommandText = "SELECT name FROM plain WHERE plain MATCH $1 ORDER BY rank LIMIT 10";
        command.Parameters.AddWithValue("$1", string.Join(" OR ", words.Select(word => $"\"{word}\"")));
        using var reader = command.ExecuteReader();
        for (var rank = 1; reader.Read(); rank++)
        {
            if (reader.GetString(0) == query.Skill)
            {
                return rank;
            }
        }

        return 0;
    }

    private List<LabelledQuery> Read(string file, string examples)
    {
        var queries = new List<LabelledQuery>();
        var counts = new Dictionary<string, int>();
        var (name, matter, body) = ("", "", new List<string>());
        void Close()
        {
            if (name.Length == 0)
            {
                return;
            }

            var path = Path.Combine(examples, name + "_prototype");
            if (matter.Length > 0)
            {
                path = Path.Combine(_folder, "skills", name);
                Directory.CreateDirectory(path);
                File.WriteAllText(Path.Combine(path, "SKILL.md"), $"---\nname: {name}\n{matter}---\n{string.Join('\n', body)}\n");
            }

            _skills.Add((name, SkillFolder.Read(path, new SkillLimits(), name)));
        }

        foreach (var line in File.ReadLines(file))
        {
            switch (line)
            {
                case ['@', ..]:
                    Close();
                    var parts = line[1..].Split('|', StringSplitOptions.TrimEntries);
                    (name, matter, body) = (parts[0], parts[1].Length == 0 ? "" : $"trigger_keywords: [{parts[1]}]\nintent_type: {parts[2]}\n", []);
                    break;
                case ['d', ' ', ..]:
                    matter += $"description: \"{line[2..]}\"\n";
                    break;
                case ['b', ' ', ..]:
                    body.Add(line[2..]);
                    break;
                case ['?', ..]:
                    var colon = line.IndexOf(':', StringComparison.Ordinal);
                    var kind = line[1..colon].Trim();
                    counts[kind] = counts.GetValueOrDefault(kind) + 1;
                    queries.Add(new LabelledQuery(kind, line[(colon + 1)..].Trim(), name, counts[kind] % 2 == 0));
                    break;
            }
        }

        Close();
        return queries;
    }

    private void Execute(string sql, params ReadOnlySpan<string> values)
    {
        using var command = _plain.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue($"${index + 1}", values[index]);
        }

        command.ExecuteNonQuery();
    }
}

using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>One search on an open index: plan, rankings, fusion, explanation.</summary>
internal sealed class IndexSearch(SqliteConnection connection, SearchQuery query)
{
    /// <summary>Places of a ranking that take part in the fusion.</summary>
    private const int Deepest = 200;

    private const int EnoughTitles = 100;
    private const int LongestQuery = 2_000;

    // `rowid` is that of whatever table the filter is put behind; the documents of this one are called otherwise.
    private const string Filter =
        " AND rowid IN (SELECT d.id FROM documents AS d WHERE (?2 IS NULL OR d.state = ?2) AND (?3 IS NULL OR instr(char(10) || d.agents || char(10), char(10) || ?3 || char(10)) > 0))";

    private readonly string? _state = query.State?.Text();

    /// <summary>Answers the query.</summary>
    public SearchAnswer Run()
    {
        var text = query.Text.Length <= LongestQuery ? query.Text : query.Text[..LongestQuery];
        var plan = QueryPlan.Of(connection, text);
        List<Ranking?> rankings = [.. ByWords(plan), ByName(plan), ByMeaning()];
        var fused = ReciprocalRank.Fuse([.. rankings.OfType<Ranking>().Where(ranking => ranking.Documents.Count > 0)]);
        var exact = ExactNames(text);
        var ordered = exact.Select(id => fused.FirstOrDefault(entry => entry.Document == id) is { Contributions: not null } known ? known : (id, 0, []))
            .Concat(fused.Where(entry => !exact.Contains(entry.Document))).Take(Math.Clamp(query.Top, 1, 100));
        var explanation = new SearchExplanation(plan);
        using var document = new SqliteStatement(connection, "SELECT skill, path, state, version, digest, agent, keywords, description, headings, body, about FROM documents WHERE id = ?1");
        return new SearchAnswer(
            [.. ordered.Select(entry => Hit(document, entry.Document, entry.Score, entry.Contributions, explanation, exact.Contains(entry.Document)))],
            plan.Words.Where(word => word.Corrected.Count > 0).ToDictionary(word => word.Text, word => word.Corrected));
    }

    private IReadOnlyList<Ranking> ByWords(QueryPlan plan)
    {
        if (plan.Words.Count == 0)
        {
            return [];
        }

        // Counting ten thousand rows takes longer than finding the best of them, so the number is noted with every change.
        using var count = new SqliteStatement(connection, $"SELECT CAST(value AS INTEGER) FROM notes WHERE name = '{SkillIndex.CountNote}'");
        var (stems, areCommon) = plan.Asked(count.Read() ? count.Int64(0) : 0);
        var match = string.Join(" OR ", stems.Select(stem => $"\"{stem}\""));
        var title = new Ranking("title", 1, Matching($"SELECT rowid, bm25(skill_titles, {IndexFields.TitleWeights}) FROM skill_titles WHERE skill_titles MATCH ?1", match));

        // What nearly every body says ranks no body; enough skills say it in their descriptions.
        return areCommon && title.Documents.Count >= EnoughTitles
            ? [title]
            : [new Ranking("words", 1, Matching($"SELECT rowid, bm25(skill_words, {IndexFields.WordWeights}) FROM skill_words WHERE skill_words MATCH ?1", match)), title];
    }

    private List<long> Matching(string sql, string match)
    {
        using var statement = new SqliteStatement(connection, sql + (IsFiltered ? Filter : ""));
        Bind(statement, match);
        return Best(Rows(statement));
    }

    /// <summary>Skills whose name begins with what was typed, as far as it was typed; the shortest first.</summary>
    private Ranking? ByName(QueryPlan plan)
    {
        const int least = 3;
        if (plan.ShortName.Length < least)
        {
            return null;
        }

        using var statement = new SqliteStatement(connection, $"SELECT id, length(short_name) FROM (SELECT id AS rowid, id, short_name FROM documents WHERE short_name >= ?1 AND short_name < ?1 || char(1114111)) WHERE true{(IsFiltered ? Filter : "")}");
        Bind(statement, plan.ShortName);
        return new Ranking("name", 1, Best(Rows(statement)));
    }

    private Ranking? ByMeaning() => query.Vector is { } vector
        ? new Ranking("meaning", 1, VectorTable.Nearest(connection, vector, Deepest, _state, query.Agent))
        : null;

    private List<long> ExactNames(string text)
    {
        var name = IndexWriter.ShortName(text);
        if (name.Length == 0)
        {
            return [];
        }

        using var statement = new SqliteStatement(connection, $"SELECT id FROM (SELECT id AS rowid, id, path, skill FROM documents WHERE short_name = ?1) WHERE true{(IsFiltered ? Filter : "")} ORDER BY path, skill LIMIT 10");
        Bind(statement, name);
        var ids = new List<long>();
        while (statement.Read())
        {
            ids.Add(statement.Int64(0));
        }

        return ids;
    }

    private static SearchHit Hit(SqliteStatement statement, long id, double score, IReadOnlyList<RankContribution> contributions, SearchExplanation explanation, bool exact)
    {
        statement.Bind(1, id);
        if (!statement.Read())
        {
            throw new DamagedIndexException("The search index knows words of a document that it does not have.");
        }

        string[] fields = [statement.Text(0)!, statement.Text(6)!, statement.Text(7)!, statement.Text(8)!, statement.Text(9)!, statement.Text(10)!];
        var (matches, snippet) = explanation.Of(fields);
        var hit = new SearchHit(fields[0], statement.Text(2)!, statement.Text(3)!, fields[IndexFields.Description], score, snippet)
        {
            Path = statement.Text(1)!,
            Digest = statement.Text(4)!,
            Agent = statement.Text(5)!,
            ExactName = exact,
            Matches = matches,
            Contributions = contributions,
        };
        statement.Reset();
        return hit;
    }

    private bool IsFiltered => _state is not null || query.Agent is not null;

    private void Bind(SqliteStatement statement, string match)
    {
        statement.Bind(1, match);
        if (IsFiltered)
        {
            statement.Bind(2, _state);
            statement.Bind(3, query.Agent);
        }
    }

    private static List<(long Id, double Score)> Rows(SqliteStatement statement)
    {
        var rows = new List<(long, double)>();
        while (statement.Read())
        {
            rows.Add((statement.Int64(0), statement.Double(1)));
        }

        return rows;
    }

    // BM25 as FTS5 gives it: the smaller the better.
    private static List<long> Best(List<(long Id, double Score)> rows)
    {
        rows.Sort(static (left, right) => left.Score != right.Score ? left.Score.CompareTo(right.Score) : left.Id.CompareTo(right.Id));
        return [.. rows.Take(Deepest).Select(row => row.Id)];
    }
}

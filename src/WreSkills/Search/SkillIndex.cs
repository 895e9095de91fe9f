using System.Text.RegularExpressions;

using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>A skill as the index sees it.</summary>
/// <param name="Skill">The name.</param>
/// <param name="State">State of the version that is indexed.</param>
/// <param name="Version">Its label; empty for a draft without one.</param>
/// <param name="Folder">Its content.</param>
public sealed record IndexedSkill(string Skill, PromotionState State, string Version, SkillFolder Folder);

/// <summary>A search result.</summary>
/// <param name="Skill">The name.</param>
/// <param name="State">State of the version found.</param>
/// <param name="Version">Its label.</param>
/// <param name="Description">Its description.</param>
/// <param name="Score">BM25 relevance, larger is better; comparable within one answer only.</param>
/// <param name="Snippet">Where the words were found, matches in square brackets.</param>
public sealed record SearchHit(string Skill, string State, string Version, string Description, double Score, string Snippet);

/// <summary>What a re-index did.</summary>
/// <param name="Skills">Skills indexed.</param>
/// <param name="Descriptions">Of these, with a description.</param>
/// <param name="Dependencies">Dependencies mapped.</param>
/// <param name="ElapsedMs">Time in milliseconds.</param>
public sealed record ReindexResult(int Skills, int Descriptions, int Dependencies, double ElapsedMs);

/// <summary>The skill index (HoloIndex's place in policy 5.1): SQLite FTS5 over name, keywords, description and body.</summary>
public sealed partial class SkillIndex(WorkspaceLayout layout, TimeProvider time)
{
    private const string Schema = """
        CREATE VIRTUAL TABLE IF NOT EXISTS skill_text USING fts5(
            skill, keywords, description, body, state UNINDEXED, version UNINDEXED, digest UNINDEXED,
            tokenize = "porter unicode61 remove_diacritics 2");
        CREATE TABLE IF NOT EXISTS skill_dependencies (skill TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (skill, kind, name)) WITHOUT ROWID;
        """;

    private string File => Path.Combine(layout.IndexFolder, "skills_index.db");

    /// <summary>Replaces the whole index in one transaction.</summary>
    public ReindexResult Rebuild(IEnumerable<IndexedSkill> skills)
    {
        var start = time.GetTimestamp();
        using var connection = SqliteFile.Open(File, Schema);
        using var transaction = connection.BeginTransaction();
        connection.Execute("DELETE FROM skill_text");
        connection.Execute("DELETE FROM skill_dependencies");
        var (count, descriptions, dependencies) = (0, 0, 0);
        foreach (var skill in skills)
        {
            dependencies += Insert(connection, skill);
            descriptions += skill.Folder.Settings.Description.Length > 0 ? 1 : 0;
            count++;
        }

        transaction.Commit();
        return new ReindexResult(count, descriptions, dependencies, time.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>Replaces one skill in the index; null takes it out.</summary>
    public void Update(string skill, IndexedSkill? indexed)
    {
        using var connection = SqliteFile.Open(File, Schema);
        using var transaction = connection.BeginTransaction();
        connection.Execute("DELETE FROM skill_text WHERE skill = $1", skill);
        connection.Execute("DELETE FROM skill_dependencies WHERE skill = $1", skill);
        if (indexed is not null)
        {
            Insert(connection, indexed);
        }

        transaction.Commit();
    }

    /// <summary>State and version under which a skill is indexed, or null.</summary>
    public (string State, string Version, string Digest)? Find(string skill)
    {
        if (!System.IO.File.Exists(File))
        {
            return null;
        }

        using var connection = SqliteFile.Open(File, Schema);
        using var command = connection.Prepare("SELECT state, version, digest FROM skill_text WHERE skill = $1", skill);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.GetString(1), reader.GetString(2)) : null;
    }

    /// <summary>Finds skills by words, best first.</summary>
    /// <param name="query">Words; every one may match, more matches rank higher.</param>
    /// <param name="state">Only skills indexed in this state; null for all.</param>
    /// <param name="top">Most results, 1 to 100.</param>
    public IReadOnlyList<SearchHit> Search(string query, PromotionState? state, int top)
    {
        var words = Words().Matches(query).Select(match => match.Value).Take(32).ToList();
        if (words.Count == 0 || !System.IO.File.Exists(File))
        {
            return [];
        }

        using var connection = SqliteFile.Open(File, Schema);
        using var command = connection.Prepare(
            """
            SELECT skill, state, version, description, -bm25(skill_text, 8.0, 5.0, 4.0, 1.0), snippet(skill_text, -1, '[', ']', '…', 12)
            FROM skill_text WHERE skill_text MATCH $1 AND ($2 IS NULL OR state = $2)
            ORDER BY bm25(skill_text, 8.0, 5.0, 4.0, 1.0) LIMIT $3
            """,
            string.Join(" OR ", words.Select(word => $"\"{word}\"*")),
            state?.Text(),
            Math.Clamp(top, 1, 100));
        using var reader = command.ExecuteReader();
        var hits = new List<SearchHit>();
        while (reader.Read())
        {
            hits.Add(new SearchHit(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetDouble(4), reader.GetString(5).ReplaceLineEndings(" ")));
        }

        return hits;
    }

    private static int Insert(SqliteConnection connection, IndexedSkill skill)
    {
        var settings = skill.Folder.Settings;
        connection.Execute(
            "INSERT INTO skill_text (skill, keywords, description, body, state, version, digest) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            skill.Skill, string.Join(' ', settings.TriggerKeywords), settings.Description, skill.Folder.Document?.Body ?? "",
            skill.State.Text(), skill.Version, SkillDigest.Compute(skill.Folder));
        var count = 0;
        foreach (var (kind, name) in settings.Dependencies.All.Distinct())
        {
            count += connection.Execute("INSERT OR IGNORE INTO skill_dependencies (skill, kind, name) VALUES ($1, $2, $3)", skill.Skill, kind, name);
        }

        return count;
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}

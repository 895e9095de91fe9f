using System.Runtime.InteropServices;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>A skill that is like a text.</summary>
/// <param name="Skill">The name.</param>
/// <param name="State">State of the version compared.</param>
/// <param name="Version">Its label.</param>
/// <param name="Path">The folder of a skill that was found outside of registry and drafts; else empty.</param>
/// <param name="Similarity">0 to 1: the mean of <paramref name="Copied"/> and <paramref name="Words"/>. The same text has 1.</param>
/// <param name="Copied">Share of the words of both texts that stand in shared passages.</param>
/// <param name="Words">Likeness of the vocabularies: cosine of the stems, rare ones counting more.</param>
/// <param name="Passages">The longest shared passages, at most five.</param>
public sealed record SimilarSkill(string Skill, string State, string Version, string Path, double Similarity, double Copied, double Words, IReadOnlyList<SharedPassage> Passages);

/// <summary>Compares a text with all skills: candidates by fingerprints and by telling words, then word by word.</summary>
internal sealed class SimilarSkills(SqliteConnection connection) : IDisposable
{
    private const int CandidatesEach = 12;
    private const int MostPassages = 5;
    private const int LongestPassage = 400;

    private readonly SqliteStatement _documents = new(connection, "SELECT doc FROM skill_stems WHERE term = ?1");
    private readonly Dictionary<string, double> _weights = [];
    private readonly HashSet<string> _known = [];
    private double? _total;

    public void Dispose() => _documents.Dispose();

    /// <summary>The nearest skills, nearest first.</summary>
    /// <param name="subject">The text.</param>
    /// <param name="name">Name of a skill that is not to be compared with itself; null for none.</param>
    /// <param name="path">The folder of that skill, when it was found outside of registry and drafts.</param>
    /// <param name="top">At most so many.</param>
    public IReadOnlyList<SimilarSkill> Run(SimilarText subject, string? name, string path, int top)
    {
        var words = TextWords.Of(subject.Body);
        var vector = Vector(subject.Description + "\n" + subject.Body);
        var results = new List<SimilarSkill>();
        foreach (var id in ByFingerprints(words).Concat(ByWords(vector)).Distinct())
        {
            if (Compare(id, subject, words, vector, name, path) is { } result)
            {
                results.Add(result);
            }
        }

        return [.. results.OrderByDescending(result => result.Similarity).ThenBy(result => result.Skill, StringComparer.Ordinal).ThenBy(result => result.Path, StringComparer.Ordinal).Take(top)];
    }

    private IEnumerable<long> ByFingerprints(IReadOnlyList<TextWord> words)
    {
        var mine = Fingerprints.Of(words).ToHashSet();
        var candidates = new List<(long Id, double Share)>();
        using var statement = new SqliteStatement(connection, "SELECT document, hashes FROM fingerprints");
        while (mine.Count > 0 && statement.Read())
        {
            var hashes = MemoryMarshal.Cast<byte, uint>(statement.Blob(1));
            var shared = 0;
            foreach (var hash in hashes)
            {
                shared += mine.Contains(hash) ? 1 : 0;
            }

            if (shared > 0)
            {
                candidates.Add((statement.Int64(0), (double)shared / Math.Max(1, Math.Min(hashes.Length, mine.Count))));
            }
        }

        return candidates.OrderByDescending(candidate => candidate.Share).ThenBy(candidate => candidate.Id).Take(CandidatesEach).Select(candidate => candidate.Id);
    }

    private IReadOnlyList<long> ByWords(Dictionary<string, double> vector)
    {
        const int asked = 24;
        var telling = vector.Where(entry => _known.Contains(entry.Key)).OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(asked).Select(entry => $"\"{entry.Key}\"").ToList();
        var ids = new List<long>();
        if (telling.Count == 0)
        {
            return ids;
        }

        using var statement = new SqliteStatement(connection, $"SELECT rowid FROM skill_words WHERE skill_words MATCH ?1 ORDER BY rank LIMIT {CandidatesEach}");
        statement.Bind(1, string.Join(" OR ", telling));
        while (statement.Read())
        {
            ids.Add(statement.Int64(0));
        }

        return ids;
    }

    private SimilarSkill? Compare(long id, SimilarText subject, IReadOnlyList<TextWord> words, Dictionary<string, double> vector, string? name, string path)
    {
        using var statement = new SqliteStatement(connection, "SELECT skill, path, state, version, description, body, body_line FROM documents WHERE id = ?1");
        statement.Bind(1, id);
        if (!statement.Read() || (statement.Text(0) == name && statement.Text(1) == path))
        {
            return null;
        }

        var (description, body, bodyLine) = (statement.Text(4)!, statement.Text(5)!, (int)statement.Int64(6));
        var others = TextWords.Of(body);
        var runs = SharedPassages.Find(words, others);
        var shared = runs.Sum(run => run.Length);
        var copied = words.Count + others.Count == 0 ? 0 : 2.0 * shared / (words.Count + others.Count);
        var alike = Cosine(vector, Vector(description + "\n" + body));
        return new SimilarSkill(
            statement.Text(0)!, statement.Text(2)!, statement.Text(3)!, statement.Text(1)!, (copied + alike) / 2, copied, alike,
            [.. runs.Take(MostPassages).Select(run => new SharedPassage(Passage(subject.Body, words, run.Left, run.Length), subject.BodyLine + words[run.Left].Line, bodyLine + others[run.Right].Line, run.Length))]);
    }

    private static string Passage(string body, IReadOnlyList<TextWord> words, int first, int count)
    {
        var last = words[first + count - 1];
        var text = string.Join(' ', body[words[first].Start..(last.Start + last.Length)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= LongestPassage ? text : text[..(char.IsHighSurrogate(text[LongestPassage - 2]) ? LongestPassage - 2 : LongestPassage - 1)] + "…";
    }

    // Stem → (1 + ln of its count) × rarity, of length 1.
    private Dictionary<string, double> Vector(string text)
    {
        var counts = new Dictionary<string, int>();
        foreach (var token in WordSplitter.Split(text))
        {
            counts[token.Form.Stem] = counts.GetValueOrDefault(token.Form.Stem) + 1;
        }

        var vector = counts.ToDictionary(entry => entry.Key, entry => (1 + Math.Log(entry.Value)) * Rarity(entry.Key));
        var length = Math.Sqrt(vector.Values.Sum(value => value * value));
        return length == 0 ? vector : vector.ToDictionary(entry => entry.Key, entry => entry.Value / length);
    }

    private static double Cosine(Dictionary<string, double> left, Dictionary<string, double> right) =>
        Math.Clamp(left.Sum(entry => entry.Value * right.GetValueOrDefault(entry.Key)), 0, 1);

    private double Rarity(string stem)
    {
        if (_weights.TryGetValue(stem, out var weight))
        {
            return weight;
        }

        if (_total is null)
        {
            using var count = new SqliteStatement(connection, "SELECT COUNT(*) FROM documents");
            _total = count.Read() ? count.Int64(0) : 0;
        }

        _documents.Bind(1, stem);
        var documents = _documents.Read() ? _documents.Int64(0) : 0;
        _documents.Reset();
        if (documents > 0)
        {
            _known.Add(stem);
        }

        return _weights[stem] = Math.Log(1 + ((_total.Value + 1) / (documents + 0.5)));
    }
}

/// <summary>A text to compare: description, body, and the line of its file on which the body begins.</summary>
/// <param name="Description">What introduces it; empty when there is nothing.</param>
/// <param name="Body">The text.</param>
/// <param name="BodyLine">Its first line, from 1.</param>
public sealed record SimilarText(string Description, string Body, int BodyLine);

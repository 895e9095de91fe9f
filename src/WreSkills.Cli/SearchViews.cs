using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Search;

namespace WreSkills.Cli;

/// <summary>Search results, for people in lines of at most 80 columns, and as JSON.</summary>
internal static class SearchViews
{
    private const int Columns = 80;

    public static void Print(Terminal terminal, SearchAnswer answer)
    {
        foreach (var (word, meant) in answer.Corrections)
        {
            terminal.Line($"No skill says '{word}'; searched for {string.Join(", ", meant)}.");
        }

        if (answer.Hits.Count == 0)
        {
            terminal.Line("Nothing found. `wre reindex --skills-path DIR` also reads skills of other folders.");
        }

        foreach (var (index, hit) in answer.Hits.Index())
        {
            terminal.Heading($"{index + 1}. {hit.Skill}: {hit.State}{(hit.Version.Length > 0 ? " " + hit.Version : "")}{(hit.Agent is "" or "unknown" ? "" : ", for " + hit.Agent)}");
            if (hit.Path.Length > 0)
            {
                Wrapped(terminal, hit.Path);
            }

            Wrapped(terminal, hit.Snippet);
            Wrapped(terminal, "why: " + Why(hit));
        }
    }

    public static JsonObject Answer(SearchQuery query, SearchAnswer answer, IReadOnlyList<string> warnings) => new()
    {
        ["query"] = query.Text,
        ["state"] = query.State?.Text(),
        ["agent"] = query.Agent,
        ["corrections"] = JsonOutput.List(answer.Corrections, correction => new JsonObject { ["word"] = correction.Key, ["meant"] = JsonOutput.Texts(correction.Value) }),
        ["warnings"] = JsonOutput.Texts(warnings),
        ["hits"] = JsonOutput.List(answer.Hits, hit => new JsonObject
        {
            ["skill"] = hit.Skill,
            ["state"] = hit.State,
            ["version"] = hit.Version,
            ["agent"] = hit.Agent,
            ["path"] = hit.Path.Length > 0 ? hit.Path : null,
            ["digest"] = hit.Digest,
            ["description"] = hit.Description,
            ["score"] = Math.Round(hit.Score, 6),
            ["exact_name"] = hit.ExactName,
            ["snippet"] = hit.Snippet,
            ["matches"] = JsonOutput.List(hit.Matches, match => new JsonObject { ["field"] = match.Field, ["words"] = JsonOutput.Texts(match.Words) }),
            ["ranks"] = JsonOutput.List(hit.Contributions, rank => new JsonObject { ["ranking"] = rank.Ranking, ["rank"] = rank.Rank, ["share"] = Math.Round(rank.Share, 6) }),
        }),
    };

    public static void Print(Terminal terminal, string subject, IReadOnlyList<SimilarSkill> skills)
    {
        if (skills.Count == 0)
        {
            terminal.Line($"No skill is like {subject}.");
        }

        foreach (var (index, skill) in skills.Index())
        {
            terminal.Heading($"{index + 1}. {skill.Skill}: {skill.State}{(skill.Version.Length > 0 ? " " + skill.Version : "")}, similarity {skill.Similarity:0.00} (copied {skill.Copied:0.00}, words {skill.Words:0.00})");
            if (skill.Path.Length > 0)
            {
                Wrapped(terminal, skill.Path);
            }

            foreach (var passage in skill.Passages)
            {
                Wrapped(terminal, $"line {passage.Line} = line {passage.OtherLine} there: \"{passage.Text}\"");
            }
        }
    }

    public static JsonObject Similar(string subject, IReadOnlyList<SimilarSkill> skills, IReadOnlyList<string> warnings) => new()
    {
        ["similar_to"] = subject,
        ["warnings"] = JsonOutput.Texts(warnings),
        ["skills"] = JsonOutput.List(skills, skill => new JsonObject
        {
            ["skill"] = skill.Skill,
            ["state"] = skill.State,
            ["version"] = skill.Version,
            ["path"] = skill.Path.Length > 0 ? skill.Path : null,
            ["similarity"] = Math.Round(skill.Similarity, 3),
            ["copied"] = Math.Round(skill.Copied, 3),
            ["words"] = Math.Round(skill.Words, 3),
            ["passages"] = JsonOutput.List(skill.Passages, passage => new JsonObject
            {
                ["text"] = passage.Text,
                ["line"] = passage.Line,
                ["other_line"] = passage.OtherLine,
                ["words"] = passage.Words,
            }),
        }),
    };

    private static string Why(SearchHit hit)
    {
        List<string> reasons =
        [
            .. hit.ExactName ? (string[])["this is its name"] : [],
            .. hit.Matches.Select(match => $"{string.Join(", ", match.Words)} in {match.Field}"),
            .. hit.Contributions.Count > 0 ? (string[])["ranked " + string.Join(", ", hit.Contributions.Select(rank => $"{rank.Rank} by {rank.Ranking}"))] : [],
        ];
        return string.Join("; ", reasons);
    }

    private static void Wrapped(Terminal terminal, string text)
    {
        const string indent = "   ";
        var line = new StringBuilder(indent);
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > Columns)
            {
                terminal.Line(line.ToString());
                line.Clear().Append(indent);
            }

            line.Append(line.Length > indent.Length ? " " : "").Append(word);

            // Scripts without spaces have words of any length.
            while (line.Length > Columns)
            {
                terminal.Line(line.ToString(0, Columns));
                line.Remove(0, Columns).Insert(0, indent);
            }
        }

        if (line.Length > indent.Length)
        {
            terminal.Line(line.ToString());
        }
    }
}

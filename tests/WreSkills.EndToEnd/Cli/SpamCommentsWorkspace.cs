using System.Globalization;
using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Cli;

/// <summary>A workspace whose skill holds a classifier, whose benchmark is real comments, and whose agent reads the skill it was loaded with.</summary>
internal sealed class SpamCommentsWorkspace : IDisposable
{
    public const string Skill = "youtube_spam_detection";

    /// <summary>The agent, in POSIX awk: JSON request in, limit and weights from the loaded skill folder, execution record out.</summary>
    private const string Agent = """
        # The text of a JSON string field; escapes count as spaces, as every character but letters and digits does.
        function field(name,    start, out, c, i) {
          start = index(request, "\"" name "\":\"")
          if (start == 0) { print "no field " name > "/dev/stderr"; exit failed = 3 }
          out = ""
          for (i = start + length(name) + 4; i <= length(request); i++) {
            c = substr(request, i, 1)
            if (c == "\"") return out
            if (c == "\\") { i++; if (substr(request, i, 1) == "u") i += 4; c = " " }
            out = out c
          }
        }
        function add(feature) {
          if (feature in seen) return
          seen[feature] = 1
          if (feature in weight) score += weight[feature]
        }
        { request = request $0 }
        END {
          folder = field("skill_folder"); comment = tolower(field("comment"))
          while ((getline line < (folder "/SKILL.md")) > 0) {
            if (line ~ /^- Limit: score > /) { limit = substr(line, 18) + 0; limited = 1 }
            if (line ~ /^- Weights: /) table = folder "/" substr(line, 12)
          }
          if (!limited || table == "") { print "SKILL.md names no limit or no weights" > "/dev/stderr"; exit failed = 3 }
          while ((getline line < table) > 0) { split(line, part, "\t"); weight[part[1]] = part[2] + 0 }
          link = index(comment, "http") || index(comment, "www.") || index(comment, ".com")
          gsub(/[^a-z0-9]+/, " ", comment)
          n = split(comment, word, " ")
          score = 0
          add("#bias")
          for (i = 1; i <= n; i++) { add(word[i]); if (i > 1) add(word[i - 1] "_" word[i]) }
          if (link) add("#link")
          decision = score > limit ? "spam" : "allow"
          printf "{\"decision\":\"%s\",\"breadcrumbs\":[{\"step\":\"read\",\"words\":%d,\"has_link\":%s},", decision, n, link ? "true" : "false"
          if ("#link" in weight) printf "{\"step\":\"links\",\"links_weighed\":true},"
          printf "{\"step\":\"decide\",\"score\":%.6f,\"decision_recorded\":\"%s\"}]}\n", score, decision
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("wre-comments-").FullName;

    public SpamCommentsWorkspace(SpamClassifier classifier, IReadOnlyList<SpamComment> benchmark)
    {
        Write("wre.yaml", "version: 1\nagents:\n  weights:\n    kind: command\n    command: [env, LC_ALL=C, awk, -f, agent.awk]\n");
        Write("agent.awk", Agent.ReplaceLineEndings("\n") + "\n");
        var skill = $".claude/skills/{Skill}_prototype";
        Write($"{skill}/SKILL.md", $"""
            ---
            name: {Skill}
            description: Finds spam among comments of music videos.
            version: "1.0"
            module: communication/livechat
            negative_decisions: [allow]
            dependencies: none
            expected_patterns:
              - pattern: words>=1
                weight: 2
              - pattern: links_weighed=true
                when: has_link=true
              - decision_recorded~=^(spam|allow)$
            ---
            # Spam among comments

            Add up the weights of the words, pairs of words and the link of the comment; more than the limit is spam.

            - Weights: resources/weights.tsv
            - Limit: score > {classifier.Limit.ToString("R", CultureInfo.InvariantCulture)}

            """);
        Write($"{skill}/resources/weights.tsv", classifier.Table);
        Write($"{skill}/evals/evals.json", new JsonObject
        {
            ["skill_name"] = Skill,
            ["evals"] = new JsonArray([.. benchmark.Select(comment => new JsonObject
            {
                ["id"] = comment.Id,
                ["prompt"] = "Is this comment spam?",
                ["wre"] = new JsonObject { ["input"] = new JsonObject { ["comment"] = comment.Text }, ["expected_decision"] = comment.Spam ? "spam" : "allow" },
            })]),
        }.ToJsonString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public WreResult Wre(params IReadOnlyList<string> arguments) => WreCommand.Run(_folder, null, arguments);

    private void Write(string relative, string text)
    {
        var path = Path.Combine(_folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The documented JSON contract: every example in docs/reference/json.md has exactly the property names of the real answer.</summary>
public sealed partial class JsonReferenceTests : IDisposable
{
    private readonly SpamWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void Every_example_has_the_property_names_of_the_real_answer()
    {
        var documented = Examples();
        var actual = Answers();
        Assert.Equal(documented.Keys.Order(StringComparer.Ordinal), actual.Keys.Append("agent_request").Order(StringComparer.Ordinal));
        var differences = actual.SelectMany(answer => Differences(answer.Key, documented[answer.Key], answer.Value)).ToList();
        Assert.Empty(differences);
    }

    [Fact]
    public void The_agents_request_is_as_documented()
    {
        _workspace.Write("agent.sh", "cat > request.json; echo '{\"decision\":\"allow\"}'");
        _workspace.WreWithInput("{\"key\":\"k\",\"prompt\":\"p\",\"input\":{\"message\":\"m\"}}", "run", "--skill", SpamWorkspace.Skill, "--state", "prototype");
        using var request = JsonDocument.Parse(File.ReadAllText(_workspace.PathOf("request.json")));
        Assert.Empty(Differences("agent_request", Examples()["agent_request"], request.RootElement));
    }

    private Dictionary<string, JsonElement> Answers()
    {
        const string skill = SpamWorkspace.Skill;
        var answers = new Dictionary<string, JsonElement>();
        void Add(string name, params IReadOnlyList<string> arguments) => answers[name] = _workspace.Wre([.. arguments, "--output", "json"]).Json;

        Add("init", "init");
        Add("lint", "lint");
        Add("error", "promote", "--skill", "nope", "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "NONE");
        Add("bench", "bench", "--skill", skill);
        Add("status", "status", "--skill", skill, "--target-state", "staged");
        Add("validate", "validate", "--skill", skill);
        Add("ticket_new", "ticket", "new", "--skill", skill, "--from", "prototype", "--to", "staged", "--ticket", "T0");
        Add("ticket_answer", "ticket", "answer", "--ticket", "T0", "--set", "test_coverage=YES");
        Add("ticket_show", "ticket", "show", "--ticket", "T0");
        Add("promote_refused", "promote", "--skill", skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "T0");
        _workspace.Approve("T1", "prototype", "staged");
        Add("promote", "promote", "--skill", skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "T1");
        Add("ticket_list", "ticket", "list");
        _workspace.Produce("T2");
        Add("load", "load", "--skill", skill, "--key", "a");
        _workspace.Write("input.jsonl", "{\"prompt\":\"hello\",\"expected_decision\":\"allow\"}");
        Add("run", "run", "--skill", skill, "input.jsonl");
        _workspace.Write("record.jsonl", _workspace.Line("production", "allow", "allow"));
        Add("record", "record", "record.jsonl");
        Add("score", "score", "--skill", skill, "record.jsonl");
        Add("metrics", "metrics", "--skill", skill, "--timeframe", "all_time");
        Add("compare", "compare", "--skill", skill, "--version-a", "prototype", "--version-b", "production");
        Add("ingest", "ingest");
        Add("reindex", "reindex");
        Add("search", "search", "spam");
        Add("rollback", "rollback", "--skill", skill, "--from", "production", "--to", "staged", "--reason", "test");
        Add("report", "report", "show", "--skill", skill);
        Add("review", "report", "review", "--skill", skill, "--approver", "0102", "--note", "read");
        Add("list", "list");
        Add("show", "show", "--skill", skill);
        Add("doctor", "doctor");
        return answers;
    }

    private static Dictionary<string, JsonElement> Examples()
    {
        var text = File.ReadAllText(Path.Combine(WreCommand.RepositoryRoot, "docs", "reference", "json.md"));
        return Example().Matches(text).ToDictionary(match => match.Groups["name"].Value, match => JsonDocument.Parse(match.Groups["json"].Value).RootElement);
    }

    // Null and an empty list say nothing about their shape; everything else must have the same names.
    private static IEnumerable<string> Differences(string path, JsonElement documented, JsonElement actual)
    {
        if (documented.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object)
        {
            // The answers of a ticket and the like have names of their own kind, which are data.
            var (left, right) = (Names(documented), Names(actual));
            foreach (var name in left.Except(right))
            {
                yield return $"{path}.{name} is documented, but not there";
            }

            foreach (var name in right.Except(left))
            {
                yield return $"{path}.{name} is there, but not documented";
            }

            foreach (var difference in left.Intersect(right).SelectMany(name => Differences($"{path}.{name}", documented.GetProperty(name), actual.GetProperty(name))))
            {
                yield return difference;
            }
        }
        else if (documented.ValueKind == JsonValueKind.Array && actual.ValueKind == JsonValueKind.Array && documented.GetArrayLength() > 0 && actual.GetArrayLength() > 0)
        {
            foreach (var difference in Differences(path + "[]", documented[0], actual[0]))
            {
                yield return difference;
            }
        }
        else if (documented.ValueKind is JsonValueKind.Object or JsonValueKind.Array && actual.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null))
        {
            yield return $"{path} is documented as {documented.ValueKind}, but is {actual.ValueKind}";
        }
    }

    private static HashSet<string> Names(JsonElement item) => [.. item.EnumerateObject().Select(property => property.Name)];

    [GeneratedRegex(@"<!-- example: (?<name>\w+) -->\n```json\n(?<json>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Example();
}

using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The formats that docs/reference/json.md shows to users: each example is taken as it stands and must work.</summary>
public sealed class FormatReferenceTests : IDisposable
{
    private const string Skill = SpamWorkspace.Skill;
    private const string Draft = $".claude/skills/{Skill}_prototype";

    private readonly SpamWorkspace _workspace = SpamWorkspace.Staged();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Every_format_is_tested() => Assert.Equal(
        (string[])["agent answer", "agent request", "evals", "execution record", "fidelity", "outcomes", "performance", "wre-skill.yaml", "wre.yaml"],
        JsonReference.Formats.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void The_execution_record_is_recorded_and_every_field_of_its_table_stands_in_it()
    {
        var record = JsonReference.Formats["execution record"];
        var recorded = _workspace.WreWithInput(record, "record", "--output", "json");

        Assert.Equal(0, recorded.ExitCode);
        var execution = Assert.Single(recorded.Json.GetProperty("executions").EnumerateArray());
        Assert.Equal("stream-7-201", execution.GetProperty("execution_id").GetString());
        Assert.Equal(1, execution.GetProperty("outcome_quality").GetDouble());
        Assert.Equal(1, execution.GetProperty("score").GetProperty("pattern_fidelity").GetDouble());
        var kept = JsonNode.Parse(File.ReadLines(_workspace.PathOf($"{SpamWorkspace.Core}/executions/{Skill}/2026-11-24.jsonl")).Last())!.AsObject();
        Assert.Equal(JsonReference.Names(record).Order(StringComparer.Ordinal), JsonReference.Names(kept.ToJsonString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_field_of_another_type_or_range_is_refused_by_name()
    {
        (string Field, string Value)[] mistakes =
        [
            ("execution_id", "7"), ("timestamp", "\"soon\""), ("state", "\"live\""), ("source", "\"elsewhere\""), ("label", "\"spam\""), ("breadcrumbs", "{}"), ("correct", "1"),
            ("outcome_quality", "1.5"), ("critical", "\"yes\""), ("confidence", "-0.1"), ("execution_time_ms", "-1"), ("exception", "1"), ("memory_usage_mb", "\"64\""), ("tokens", "\"many\""),
        ];
        var records = mistakes.Select(mistake =>
        {
            var record = JsonNode.Parse(JsonReference.Formats["execution record"])!.AsObject();
            record[mistake.Field] = JsonNode.Parse(mistake.Value);
            return record.ToJsonString();
        });

        var refused = _workspace.WreWithInput(string.Join('\n', records), "record", "--output", "json");

        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(0, refused.Json.GetProperty("recorded").GetInt32());
        var problems = refused.Json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!).ToList();
        Assert.Equal(mistakes.Length, problems.Count);
        Assert.All(mistakes.Zip(problems), pair => Assert.Contains($" {pair.First.Field}: ", pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void The_agent_is_asked_as_documented_and_its_answer_is_understood()
    {
        _workspace.Write("agent.sh", $"cat > request.json\ncat <<'END'\n{JsonReference.Formats["agent answer"]}\nEND\n");

        var run = _workspace.WreWithInput(
            """{"key":"stream-7","prompt":"Moderate: buy now","input":{"message":"buy now"},"expected_decision":"spam"}""", "run", "--skill", Skill, "--state", "staged", "--output", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("spam", run.Json.GetProperty("runs")[0].GetProperty("execution").GetProperty("decision").GetString());
        Assert.Equal(1, run.Json.GetProperty("runs")[0].GetProperty("execution").GetProperty("score").GetProperty("pattern_fidelity").GetDouble());
        Assert.Equal(JsonReference.Names(JsonReference.Formats["agent request"]), JsonReference.Names(_workspace.Read("request.json")));
    }

    [Fact]
    public void The_benchmark_cases_are_read_and_run()
    {
        _workspace.Write($"{Draft}/evals/evals.json", JsonReference.Formats["evals"]);

        var bench = _workspace.Ok("bench", "--skill", Skill, "--output", "json").Json;

        Assert.Equal((2, 2, 2), (bench.GetProperty("runs").GetInt32(), bench.GetProperty("passed").GetInt32(), bench.GetProperty("positives").GetInt32()));
    }

    [Fact]
    public void The_sidecar_is_read_and_wins()
    {
        _workspace.Write($"{Draft}/wre-skill.yaml", JsonReference.Formats["wre-skill.yaml"] + "\n");

        var lint = _workspace.Ok("lint", "--skill", Skill, "--output", "json").Json.GetProperty("folders")[0];
        Assert.Equal(0, lint.GetProperty("findings").GetArrayLength());

        var score = _workspace.WreWithInput(
            """{"state":"prototype","breadcrumbs":[{"message_has_link":true,"words_checked":true}]}""", "score", "--skill", Skill, "--output", "json", "-").Json;
        Assert.Equal(0.25, score.GetProperty("pattern_fidelity").GetDouble());
        Assert.True(score.GetProperty("critical_missed").GetBoolean());
        Assert.Equal("links", score.GetProperty("patterns_missed")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void The_workspace_file_is_the_default_layout()
    {
        var before = _workspace.Ok("list", "--output", "json").Output;
        _workspace.Write("wre.yaml", JsonReference.Formats["wre.yaml"] + "\n");

        Assert.Equal(before, _workspace.Ok("list", "--output", "json").Output);
        _workspace.Ok("doctor");
        _workspace.Ok("bench", "--skill", Skill, "--agent", "words");
    }

    [Fact]
    public void The_metric_lines_are_taken_over_and_merged()
    {
        foreach (var kind in (string[])["fidelity", "outcomes", "performance"])
        {
            File.AppendAllText(_workspace.PathOf($"modules/infrastructure/wre_core/recursive_improvement/metrics/{Skill}_{kind}.json"), JsonReference.Formats[kind] + "\n");
        }

        var ingest = _workspace.Ok("ingest", "--output", "json").Json;

        Assert.Equal((3, 0), (ingest.GetProperty("lines").GetInt32(), ingest.GetProperty("malformed").GetInt32()));
        Assert.Equal(
            "0.9|1.0|120|1|1|0",
            _workspace.Sql("SELECT pattern_fidelity, outcome_quality, execution_time_ms, patterns_followed, patterns_missed, exception FROM execution_metrics WHERE execution_id = 'a-1'"));
    }

    [Fact]
    public void Each_kind_of_pattern_holds_as_documented()
    {
        string[] followed =
        [
            "links_checked", "links_checked=true", "links_checked=True", "decision!=none", "decision~=^(spam|allow)$", "confidence>=0.5", "confidence<=0.5", "link.count=2.0", "fact_n=v", "read", "bare", "colon=yes",
        ];
        string[] missed = ["decision~=^(none)$", "confidence>0.5", "confidence<0.5", "decision!=spam", "absent"];
        _workspace.Write($"{Draft}/wre-skill.yaml", $"expected_patterns: ['{string.Join("', '", followed.Concat(missed))}']\n");

        var score = _workspace.WreWithInput(
            """{"state":"prototype","breadcrumbs":[{"step":"read","links_checked":true,"decision":"spam","confidence":0.5,"link":{"count":2}},{"name":"fact_n","value":"v"},"bare","colon: yes"]}""",
            "score", "--skill", Skill, "--output", "json", "-").Json;

        Assert.Equal(followed, Names(score, "patterns_followed"));
        Assert.Equal(missed, Names(score, "patterns_missed"));
    }

    [Fact]
    public void A_human_verdict_that_comes_later_is_added()
    {
        _workspace.Record([$$"""{"skill":"{{Skill}}","execution_id":"late","state":"staged","decision":"allow","breadcrumbs":[{"words_checked":true,"links_checked":true}]}"""]);
        Assert.Equal("1.0|", _workspace.Sql("SELECT pattern_fidelity, outcome_quality FROM execution_metrics WHERE execution_id = 'late'"));

        _workspace.Record([$$"""{"skill":"{{Skill}}","execution_id":"late","correct":false}"""]);

        Assert.Equal("1.0|0.0", _workspace.Sql("SELECT pattern_fidelity, outcome_quality FROM execution_metrics WHERE execution_id = 'late'"));
    }

    private static IEnumerable<string?> Names(System.Text.Json.JsonElement score, string list) => score.GetProperty(list).EnumerateArray().Select(proof => proof.GetProperty("name").GetString());
}

using System.Text.Json.Nodes;

using CsCheck;

using WreSkills.Benchmarks;

namespace WreSkills.Tests.Benchmarks;

public sealed class CaseImportTests : IDisposable
{
    private const string Promptfoo = """
        description: support bot
        providers: [openai:gpt-5-mini]
        prompts:
          - "Answer {{name}}: {{question}}"
        defaultTest:
          vars: {name: Ada}
          assert:
            - type: latency
              threshold: 3000
        tests:
          - description: Refund window
            vars: {question: When is my refund due?, locale: en}
            assert:
              - {type: icontains, value: 30 days, weight: 2}
              - {type: not-contains, value: "I don't know"}
              - {type: llm-rubric, value: names the refund window}
              - {type: javascript, value: "output.length < 500"}
          - vars: {question: "2+2?"}
            assert:
              - {type: equals, value: "4"}
              - {type: contains-any, value: [four, "4"]}
              - {type: regex, value: "(?=x)"}
            options: {provider: other}
        """;

    private const string Adk = """
        {"eval_set_id": "home", "eval_cases": [
          {"eval_id": "lamp", "conversation": [
            {"user_content": {"parts": [{"text": "Turn off the lamp"}]}, "final_response": {"parts": [{"text": "It is off."}]},
             "intermediate_data": {"tool_uses": [{"name": "set_device", "args": {"id": 3, "on": false}}, {"name": "get_device", "args": {"id": 3}}], "intermediate_responses": []}},
            {"user_content": {"parts": [{"text": "Thanks"}]}}],
           "session_input": {"app_name": "home", "user_id": "u", "state": {"room": "hall"}}, "rubrics": [1]},
          {"eval_id": "empty", "conversation": []}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Promptfoo_tests_become_cases_and_what_does_not_is_named()
    {
        var imported = CaseImport.Read(_folder.Write("promptfooconfig.yaml", Promptfoo), "auto");
        Assert.Equal(["refund-window", "promptfooconfig-2"], imported.Cases.Select(item => item["id"]!.ToString()));
        var first = imported.Cases[0];
        Assert.Equal("Answer Ada: When is my refund due?", first["prompt"]!.ToString());
        Assert.Equal(
            """{"input":{"locale":"en"},"patterns":[{"budget":{"time_ms":3000}},{"fact":{"name":"decision","regex":"(?i)30\\ days"},"weight":2},{"forbid":{"fact":{"name":"decision","regex":"I\\ don\u0027t\\ know"}}},{"judge":"Is this so: names the refund window"}]}""",
            first["wre"]!.ToJsonString());
        Assert.Equal("4", imported.Cases[1]["wre"]!["expected_decision"]!.ToString());
        Assert.Equal(
            ["providers: agents stand in wre.yaml", "test 1: assertion javascript", "test 2: options"],
            imported.NotMapped.Where(text => !text.Contains("regex", StringComparison.Ordinal)));
        Assert.Contains(imported.NotMapped, text => text.StartsWith("test 2: assertion regex (not a usable regular expression", StringComparison.Ordinal));
    }

    [Fact]
    public void Adk_cases_become_cases_with_an_exact_sequence_of_calls()
    {
        var imported = CaseImport.Read(_folder.Write("home.evalset.json", Adk), "auto");
        var item = Assert.Single(imported.Cases);
        Assert.Equal(("lamp", "Turn off the lamp", "It is off."), (item["id"]!.ToString(), item["prompt"]!.ToString(), item["expected_output"]!.ToString()));
        Assert.Equal(
            """{"input":{"state":{"room":"hall"}},"patterns":[{"sequence":{"order":"exact","steps":[{"tool":{"literal":"set_device"},"arguments":{"id":3,"on":false},"match":"exact"},{"tool":{"literal":"get_device"},"arguments":{"id":3},"match":"exact"}]}}]}""",
            item["wre"]!.ToJsonString());
        Assert.Equal(["lamp: turns 2 to 2; a case asks once", "lamp: rubrics", "empty: has no conversation"], imported.NotMapped);
    }

    [Theory]
    [InlineData(Promptfoo, "promptfooconfig.yaml", 2)]
    [InlineData(Adk, "home.json", 1)]
    public void What_was_imported_is_read_back_as_cases_without_a_finding(string text, string name, int count)
    {
        var imported = CaseImport.Read(_folder.Write("in/" + name, text), "auto");
        CaseImport.Merge(_folder.At("skill/evals/evals.json"), "spam_filter", imported.Cases);
        var skill = TestSkill.Read(_folder, ("evals/evals.json", File.ReadAllText(_folder.At("skill/evals/evals.json"))));
        Assert.Empty(skill.Findings);
        Assert.Equal(count, skill.Cases.Count);
        Assert.Equal(imported.Cases.Select(item => (item["id"]!.ToString(), item["prompt"]!.ToString())), skill.Cases.Select(item => (item.Id, item.Prompt)));
    }

    [Fact]
    public void Importing_twice_changes_nothing_and_what_differs_is_named_and_stays()
    {
        var file = _folder.Write("evals.json", """{"skill_name":"spam","ours":1,"evals":[{"id":"mine","prompt":"x","kept":true},{"id":"lamp","prompt":"another"}]}""");
        var cases = CaseImport.Read(_folder.Write("home.json", Adk.Replace("\"empty\"", "\"lamp2\"", StringComparison.Ordinal)), "adk").Cases;
        var renamed = cases[0].DeepClone().AsObject();
        renamed["id"] = "lamp3";
        var merged = CaseImport.Merge(file, "spam", [cases[0], renamed]);
        Assert.Equal(["lamp3"], merged.Added);
        Assert.Empty(merged.Unchanged);
        Assert.Equal(["lamp"], merged.Differing);
        var bytes = File.ReadAllBytes(file);
        Assert.Contains("\"ours\": 1", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Contains("\"kept\": true", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(["lamp3"], CaseImport.Merge(file, "spam", [cases[0], renamed]).Unchanged);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void Whatever_was_merged_is_there_once_and_nothing_is_lost() =>
        Gen.Select(Gen.Int[0, 9].Array[0, 8], Gen.Int[0, 9].Array[0, 8]).Sample((first, second) =>
        {
            using var folder = new TemporaryFolder();
            JsonObject[] Cases(int[] ids) => [.. ids.Distinct().Select(id => new JsonObject { ["id"] = $"c{id}", ["prompt"] = $"p{id}", ["unknown"] = new JsonArray(id) })];
            CaseImport.Merge(folder.At("evals.json"), "spam", Cases(first));
            CaseImport.Merge(folder.At("evals.json"), "spam", Cases(second));
            var there = File.Exists(folder.At("evals.json")) ? JsonNode.Parse(File.ReadAllText(folder.At("evals.json")))!["evals"]!.AsArray().Select(item => item!.ToJsonString()).ToList() : [];
            Assert.Equal(Cases([.. first.Concat(second)]).Select(item => item.ToJsonString()).Order(), there.Order());
        });

    [Theory]
    [InlineData("a: [", "is not YAML that can be read")]
    [InlineData("{\"a\":", "is not valid JSON")]
    [InlineData("a: 1", "is neither a promptfoo configuration")]
    public void Another_file_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<WreException>(() => CaseImport.Read(_folder.Write("x.yaml", text), "auto")).Message, StringComparison.Ordinal);

    // 3 of 5: k = 1 → 3/5, k = 2 → C(3,2)/C(5,2) = 3/10, k = 3 → 1/10, k = 4 → 0.
    [Theory]
    [InlineData(3, 5, 1, 0.6)]
    [InlineData(3, 5, 2, 0.3)]
    [InlineData(3, 5, 3, 0.1)]
    [InlineData(3, 5, 4, 0.0)]
    [InlineData(5, 5, 5, 1.0)]
    public void The_chance_that_k_runs_pass_is_estimated_without_bias(int passed, int trials, int k, double chance) =>
        Assert.Equal(chance, BenchmarkSummary.PassPower(passed, trials, k), 12);
}

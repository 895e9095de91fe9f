using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public sealed class BenchmarkCaseReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SkillFolder Read(string json, string frontMatter = "") => TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(frontMatter)), ("evals/evals.json", json));

    [Fact]
    public void Evals_are_read_with_our_part()
    {
        var skill = Read(
            """
            {
              "skill_name": "spam_filter",
              "evals": [
                {"id": "spam-1", "prompt": "Judge", "expected_output": "spam", "files": ["evals/a.txt"], "assertions": ["says spam"], "expectations": ["says why"],
                 "wre": {"input": {"text": "BUY"}, "expected_decision": "block", "critical": true, "label": "Positive", "trials": 3, "split": "holdout", "patterns": ["caps=true", "score>=0.5"]}},
                {"id": 7, "prompt": "Hello"},
                {"prompt": "No id"}
              ]
            }
            """);
        Assert.Empty(skill.Findings);
        Assert.Equal(["spam-1", "7", "case-3"], skill.Cases.Select(item => item.Id));
        var first = skill.Cases[0];
        Assert.Equal(("Judge", "spam", "block", CaseLabel.Positive, true, 3, "holdout"), (first.Prompt, first.ExpectedOutput, first.ExpectedDecision, first.Label, first.Critical, first.Trials, first.Split));
        Assert.Equal("BUY", first.Input!.Value.GetProperty("text").GetString());
        Assert.Equal(["says spam", "says why"], first.Assertions);
        Assert.Equal(["caps=true", "score>=0.5"], first.Patterns.Select(pattern => pattern.Name));
        Assert.Equal("evals/evals.json:4", first.Patterns[0].Source);
        Assert.Equal((null, null, false, 1), (skill.Cases[1].ExpectedDecision, skill.Cases[1].Label, skill.Cases[1].Critical, skill.Cases[1].Trials));
    }

    [Fact]
    public void Trigger_set_expects_true_or_false()
    {
        var skill = Read("""[{"query": "is this spam?", "should_trigger": true}, {"query": "what time is it?", "should_trigger": false}]""");
        Assert.Empty(skill.Findings);
        Assert.Equal([("is this spam?", "true"), ("what time is it?", "false")], skill.Cases.Select(item => (item.Prompt, item.ExpectedDecision!)));
    }

    [Fact]
    public void Label_follows_from_the_skills_negative_decisions()
    {
        var skill = Read("""[{"wre": {"expected_decision": "Allow"}}, {"wre": {"expected_decision": "block"}}, {"wre": {"expected_decision": "allow", "label": "positive"}}]""", "negative_decisions: [allow]\n");
        Assert.Equal([CaseLabel.Negative, CaseLabel.Positive, CaseLabel.Positive], skill.Cases.Select(item => item.Label));
    }

    [Fact]
    public void Everything_wrong_is_listed_with_its_line()
    {
        var skill = Read(
            """
            {"skill_name": "other", "evals": [
              {"id": "a", "files": ["../../etc/passwd"]},
              {"id": "a"},
              7,
              {"id": "b", "wre": {"label": "maybe"}},
              {"id": "c", "wre": {"trials": 0}},
              {"id": "d", "wre": {"patterns": ["two words"]}},
              {"id": "e", "wre": {"critical": "true"}},
              {"id": "f", "files": ["/etc/passwd", "C\\..\\x"]}
            ]}
            """);
        Assert.Equal(
            [
                "evals.skill-name evals/evals.json:1", "evals.escape evals/evals.json:2", "evals.id evals/evals.json:3", "evals.case evals/evals.json:4", "evals.label evals/evals.json:5",
                "evals.trials evals/evals.json:6", "pattern.syntax evals/evals.json:7", "evals.critical evals/evals.json:8", "evals.escape evals/evals.json:9", "evals.escape evals/evals.json:9",
            ],
            TestSkill.Codes(skill));
    }

    [Theory]
    [InlineData("{\n oops", "evals.json evals/evals.json:2")]
    [InlineData("", "evals.json evals/evals.json:1")]
    [InlineData("7", "evals.shape evals/evals.json:1")]
    [InlineData("{\"cases\": []}", "evals.shape evals/evals.json:1")]
    [InlineData("[{\n\"prompt\": \"\\ud800\"}]", "evals.json evals/evals.json:2")]
    [InlineData("[{\"\\ud800\": 1}]", "evals.json evals/evals.json:1")]
    [InlineData("[{\"prompt\": \"a\0b\"}]", "file.nul evals/evals.json:1")]
    public void File_that_is_no_cases_is_one_finding(string json, string finding)
    {
        var skill = Read(json);
        Assert.Equal([finding], TestSkill.Codes(skill));
        Assert.Empty(skill.Cases);
    }

    [Fact]
    public void Deep_nesting_is_a_finding() => Assert.Equal(["evals.json evals/evals.json:1"], TestSkill.Codes(Read(new string('[', 100_000))));

    [Fact]
    public void Too_many_cases_are_a_finding()
    {
        var skill = Read("[" + string.Join(',', Enumerable.Repeat("{}", 10_001)) + "]");
        Assert.Equal(["evals.many evals/evals.json:1"], TestSkill.Codes(skill));
        Assert.Equal(10_000, skill.Cases.Count);
    }
}

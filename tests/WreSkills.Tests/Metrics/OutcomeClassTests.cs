using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Skills;

namespace WreSkills.Tests.Metrics;

public class OutcomeClassTests
{
    private static readonly SkillSettings s_settings = new() { NegativeDecisions = ["allow", "ignore"] };

    [Theory]
    // expected, decision, label, false positive, false negative
    [InlineData("allow", "allow", CaseLabel.Negative, false, false)]
    [InlineData("allow", "Ignore ", CaseLabel.Negative, false, false)]
    [InlineData("allow", "remove", CaseLabel.Negative, true, false)]
    [InlineData("remove", "remove", CaseLabel.Positive, false, false)]
    [InlineData("remove", "allow", CaseLabel.Positive, false, true)]
    [InlineData("remove", "warn", CaseLabel.Positive, false, false)]
    public void Decisions_are_classed_by_the_negative_ones(string expected, string decision, object label, bool falsePositive, bool falseNegative)
    {
        var outcome = OutcomeClass.Of(Record($$"""{"decision":"{{decision}}","expected_decision":"{{expected}}"}"""), s_settings);
        Assert.Equal(new OutcomeClass((CaseLabel)label, falsePositive, falseNegative, false), outcome);
    }

    [Theory]
    [InlineData("negative", true, false, false)]
    [InlineData("negative", false, true, false)]
    [InlineData("positive", true, false, false)]
    [InlineData("positive", false, false, true)]
    public void Without_decisions_the_label_and_the_verdict_tell(string label, bool correct, bool falsePositive, bool falseNegative)
    {
        var outcome = OutcomeClass.Of(Record($$"""{"label":"{{label}}","correct":{{(correct ? "true" : "false")}}}"""), new SkillSettings());
        Assert.Equal((falsePositive, falseNegative), (outcome.FalsePositive, outcome.FalseNegative));
    }

    [Fact]
    public void A_stated_label_wins_over_the_expected_decision() =>
        Assert.Equal(CaseLabel.Negative, OutcomeClass.Of(Record("""{"label":"negative","decision":"remove","expected_decision":"remove"}"""), s_settings).Label);

    [Theory]
    [InlineData("""{"decision":"remove"}""")]
    [InlineData("""{"expected_decision":"remove"}""")]
    [InlineData("""{"label":"positive"}""")]
    public void Without_outcome_neither_rate_counts(string json)
    {
        var outcome = OutcomeClass.Of(Record(json), s_settings);
        Assert.Equal((null, null, false), (outcome.FalsePositive, outcome.FalseNegative, outcome.CriticalFalseNegative));
    }

    [Theory]
    [InlineData("remove", false, true)]
    [InlineData("allow", false, false)]
    public void A_crash_misses_every_positive_and_flags_no_negative(string expected, bool falsePositive, bool falseNegative)
    {
        var outcome = OutcomeClass.Of(Record($$"""{"exception":true,"expected_decision":"{{expected}}"}"""), s_settings);
        Assert.Equal((falsePositive, falseNegative), (outcome.FalsePositive, outcome.FalseNegative));
    }

    [Fact]
    public void A_miss_is_critical_when_the_execution_or_the_whole_skill_is()
    {
        Assert.True(OutcomeClass.Of(Record("""{"decision":"allow","expected_decision":"remove","critical":true}"""), s_settings).CriticalFalseNegative);
        Assert.True(OutcomeClass.Of(Record("""{"decision":"allow","expected_decision":"remove"}"""), s_settings with { Critical = true }).CriticalFalseNegative);
        Assert.False(OutcomeClass.Of(Record("""{"decision":"allow","expected_decision":"remove"}"""), s_settings).CriticalFalseNegative);
        Assert.False(OutcomeClass.Of(Record("""{"decision":"remove","expected_decision":"allow","critical":true}"""), s_settings).CriticalFalseNegative);
    }

    private static ExecutionRecord Record(string json) => ExecutionRecordReader.Read(json, "test", "spam", () => "id");
}

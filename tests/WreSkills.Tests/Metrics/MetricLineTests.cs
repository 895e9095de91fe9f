using System.Text;

using WreSkills.Metrics;
using WreSkills.Skills;

namespace WreSkills.Tests.Metrics;

public class MetricLineTests
{
    [Fact]
    public void Fidelity_is_read_as_number_with_counts()
    {
        var line = Read("""{"execution_id":"a","pattern_fidelity":0.75,"patterns_followed":3,"patterns_missed":1}""", MetricKind.Fidelity);
        Assert.Equal((0.75, 3, 1, null), (line.Fidelity, line.Followed, line.Missed, line.MissedNames));
    }

    [Fact]
    public void Fidelity_is_read_with_lists_of_names()
    {
        var line = Read("""{"execution_id":"a","pattern_fidelity":0.5,"patterns_followed":["x","y"],"patterns_missed":["z",{"name":"w"}]}""", MetricKind.Fidelity);
        Assert.Equal((2, 2, "z"), (line.Followed, line.Missed, line.MissedNames));
    }

    [Theory]
    [InlineData("pattern_fidelity")]
    [InlineData("score")]
    [InlineData("fidelity")]
    [InlineData("overall")]
    public void Fidelity_is_read_as_the_scorers_object(string name)
    {
        var line = Read($$$"""{"execution_id":"a","pattern_fidelity":{"{{{name}}}":0.8,"patterns_followed":["p","q","r","s"],"patterns_missed":["t"],"model":{"x":1} } }""", MetricKind.Fidelity);
        Assert.Equal((0.8, 4, 1, "t"), (line.Fidelity, line.Followed, line.Missed, line.MissedNames));
    }

    [Fact]
    public void Fidelity_is_derived_from_counts_when_it_is_not_stated()
    {
        Assert.Equal(0.75, Read("""{"execution_id":"a","patterns_followed":3,"patterns_missed":["x"]}""", MetricKind.Fidelity).Fidelity);
        Assert.Equal("has no pattern_fidelity", Reason("""{"execution_id":"a","patterns_followed":0,"patterns_missed":0}""", MetricKind.Fidelity));
    }

    [Theory]
    [InlineData("1760954400", "2025-10-20T10:00:00.000Z")]
    [InlineData("1760954400.25", "2025-10-20T10:00:00.250Z")]
    [InlineData("\"1760954400\"", "2025-10-20T10:00:00.000Z")]
    [InlineData("\"2025-10-20T12:00:00+02:00\"", "2025-10-20T10:00:00.000Z")]
    [InlineData("\"2025-10-20T10:00:00\"", "2025-10-20T10:00:00.000Z")]
    public void Timestamps_are_read_as_iso_or_unix_seconds(string text, string expected)
    {
        var moment = Read($$"""{"execution_id":"a","timestamp":{{text}},"pattern_fidelity":1}""", MetricKind.Fidelity).Moment!.Value;
        Assert.Equal(expected, moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
    }

    [Fact]
    public void Aliases_of_other_tools_are_read()
    {
        var line = Read("""{"execution_id":7,"skill_version":1.0,"promotion_state":"staged","tokens_used":12,"exception_occurred":1,"execution_time_ms":5}""", MetricKind.Performance);
        Assert.Equal(("7", "1.0", "staged", 12L, true), (line.ExecutionId, line.Version, line.State, line.Tokens, line.Exception));
        Assert.Equal(9, Read("""{"execution_id":"a","token_count":9}""", MetricKind.Performance).Tokens);
    }

    [Theory]
    [InlineData("\"TimeoutError: no answer\"", true)]
    [InlineData("\"\"", false)]
    [InlineData("0", false)]
    [InlineData("2", true)]
    [InlineData("false", false)]
    [InlineData("null", null)]
    public void Exceptions_are_read_as_flag_text_or_number(string text, bool? expected) =>
        Assert.Equal(expected, Read($$"""{"execution_id":"a","exception":{{text}}}""", MetricKind.Performance).Exception);

    [Theory]
    [InlineData("\"correct\":true", 1.0)]
    [InlineData("\"correct\":false", 0.0)]
    [InlineData("\"outcome_quality\":0.4,\"correct\":true", 0.4)]
    [InlineData("\"correct\":true,\"outcome_quality\":0.4", 0.4)]
    [InlineData("\"correct\":true,\"outcome_quality\":null", 1.0)]
    public void The_outcome_is_read_as_flag_or_number_and_the_number_wins(string fields, double expected) =>
        Assert.Equal(expected, Read($$"""{"execution_id":"a",{{fields}}}""", MetricKind.Outcomes).Outcome);

    [Theory]
    [InlineData("positive", 0, false, true, true)]
    [InlineData("positive", 1, false, false, false)]
    [InlineData("negative", 0, true, false, false)]
    [InlineData("NEGATIVE", 1, false, false, false)]
    public void Rates_are_derived_from_label_and_outcome(string label, int outcome, bool falsePositive, bool falseNegative, bool critical)
    {
        var line = Read($$"""{"execution_id":"a","label":"{{label}}","outcome_quality":{{outcome}},"critical":true}""", MetricKind.Outcomes);
        Assert.Equal((falsePositive, falseNegative, critical), (line.FalsePositive, line.FalseNegative, line.CriticalFalseNegative));
    }

    [Fact]
    public void What_a_line_states_wins_over_what_could_be_derived()
    {
        var line = Read("""{"execution_id":"a","label":"positive","outcome_quality":0,"critical":true,"false_negative":false}""", MetricKind.Outcomes);
        Assert.Equal((false, false), (line.FalseNegative, line.CriticalFalseNegative));
    }

    [Fact]
    public void All_other_fields_are_read()
    {
        var line = Read(
            """{"execution_id":"a","digest":"d","state_serial":4,"source":"live","agent":"gemma","model":"m","critical_missed":true,"pattern_fidelity":1,"memory_usage_mb":1.5,"unknown":{"x":[1,2]}}""", MetricKind.Fidelity);
        Assert.Equal(("d", 4L, "live", "gemma", "m", true, 1.5), (line.Digest, line.StateSerial, line.Source, line.Agent, line.Model, line.CriticalMissed, line.MemoryMb));
    }

    [Theory]
    [InlineData("""{"execution_id":"a","execution_time_ms":-1}""", "time, memory and tokens cannot be negative")]
    [InlineData("""{"execution_id":"a","outcome_quality":-0.1}""", "pattern_fidelity and outcome_quality must lie between 0 and 1")]
    [InlineData("""{"execution_id":"","outcome_quality":1}""", "has no execution_id")]
    [InlineData("""{"execution_id":"a"} {"execution_id":"b"}""", "not valid JSON")]
    [InlineData("""{"execution_id":"a","correct":"yes"}""", "a value has the wrong type: correct must be true or false")]
    public void Lines_that_cannot_be_are_refused_with_the_reason(string json, string reason) =>
        Assert.StartsWith(reason, Reason(json, MetricKind.Outcomes), StringComparison.Ordinal);

    [Theory]
    [InlineData("spam_fidelity.json", "spam", MetricKind.Fidelity)]
    [InlineData("spam_outcomes.json.1", "spam", MetricKind.Outcomes)]
    [InlineData("a_b_performance.json-20251020", "a_b", MetricKind.Performance)]
    [InlineData("spam_promotion_log.json", "spam", MetricKind.PromotionLog)]
    [InlineData("x_fidelity_fidelity.json", "x_fidelity", MetricKind.Fidelity)]
    public void Metric_files_are_recognised(string file, string skill, object kind)
    {
        Assert.True(MetricFiles.TryParse(file, out var name, out var found));
        Assert.Equal((skill, (MetricKind)kind), (name, found));
    }

    [Theory]
    [InlineData("_fidelity.json")]
    [InlineData("spam_fidelity.json.gz")]
    [InlineData("spam_fidelity.jsonl")]
    [InlineData("spam.json")]
    [InlineData("spam_fidelity.txt")]
    public void Other_files_are_left_alone(string file) => Assert.False(MetricFiles.TryParse(file, out _, out _));

    private static MetricLine Read(string json, MetricKind kind)
    {
        var line = MetricLine.Read(Encoding.UTF8.GetBytes(json), kind, out var reason);
        Assert.Null(reason);
        return line!;
    }

    private static string Reason(string json, MetricKind kind)
    {
        Assert.Null(MetricLine.Read(Encoding.UTF8.GetBytes(json), kind, out var reason));
        return reason!;
    }
}

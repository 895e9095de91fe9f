using CsCheck;

using WreSkills.Executions;
using WreSkills.Skills;

namespace WreSkills.Tests.Executions;

public class ExecutionRecordReaderTests
{
    [Fact]
    public void All_fields_are_read()
    {
        var record = Read("""
            {"execution_id":"e-1","skill":"spam","version":"1.0","digest":"abc","state":"production","state_serial":7,"timestamp":"2025-10-20T14:23:15Z",
             "agent":"gemma","model":"gemma3:270m","key":"user-1","source":"live","breadcrumbs":["a=1",{"b":2}],"decision":"remove","expected_decision":"allow",
             "label":"negative","critical":true,"confidence":0.5,"execution_time_ms":12.5,"exception":false,"exception_type":"none","memory_usage_mb":3.5,"tokens":42,"pattern_fidelity":0.75}
            """);
        Assert.Equal(("e-1", "spam", "1.0", "abc", "production", 7L), (record.ExecutionId, record.Skill, record.Version, record.Digest, record.State, record.StateSerial));
        Assert.Equal((new DateTimeOffset(2025, 10, 20, 14, 23, 15, TimeSpan.Zero), "gemma", "gemma3:270m", "user-1", "live"), (record.Timestamp!.Value, record.Agent, record.Model, record.Key, record.Source));
        Assert.Equal(["\"a=1\"", "{\"b\":2}"], record.Breadcrumbs!.Select(item => item.GetRawText()));
        Assert.Equal(("remove", "allow", CaseLabel.Negative, 0.0, true), (record.Decision, record.ExpectedDecision, record.Label!.Value, record.OutcomeQuality!.Value, record.Critical!.Value));
        Assert.Equal((0.5, 12.5, false, "none", 3.5, 42L, 0.75), (record.Confidence, record.ExecutionTimeMs, record.Exception, record.ExceptionType, record.MemoryUsageMb, record.Tokens, record.PatternFidelity));
    }

    [Fact]
    public void Only_the_skill_is_required_and_everything_else_is_absent()
    {
        var record = ExecutionRecordReader.Read("""{"skill":"spam"}""", "test", null, () => "fresh");
        Assert.Equal(("fresh", "spam"), (record.ExecutionId, record.Skill));
        Assert.Equal("""{"skill":"spam","execution_id":"fresh"}""", record.Json.ToJsonString());
        object?[] others =
        [
            record.Version, record.Digest, record.State, record.StateSerial, record.Timestamp, record.Agent, record.Model, record.Key, record.Source, record.Breadcrumbs, record.Decision, record.ExpectedDecision,
            record.Label, record.OutcomeQuality, record.Critical, record.Confidence, record.ExecutionTimeMs, record.Exception, record.ExceptionType, record.MemoryUsageMb, record.Tokens, record.PatternFidelity,
        ];
        Assert.All(others, Assert.Null);
    }

    [Fact]
    public void A_missing_skill_is_taken_from_the_alias_or_the_fallback_or_refused()
    {
        Assert.Equal("spam", ExecutionRecordReader.Read("""{"skill_name":"spam"}""", "test", null, () => "id").Skill);
        Assert.Equal("fallback", ExecutionRecordReader.Read("{}", "test", "fallback", () => "id").Skill);
        var error = Assert.Throws<WreException>(() => ExecutionRecordReader.Read("{}", "line 3", null, () => "id"));
        Assert.Equal("line 3 is not a valid execution record.", error.Message);
        Assert.Equal(["skill: is missing; it is the one required field"], error.Problems);
    }

    [Fact]
    public void Every_problem_is_listed_at_once()
    {
        var error = Assert.Throws<WreException>(() => Read("""
            {"skill":"../etc","execution_id":"a\nb","state":"held","timestamp":"soon","source":"dream","breadcrumbs":"none","label":"maybe","critical":"yes",
             "confidence":2,"execution_time_ms":-1,"outcome_quality":1.01,"tokens":"many","agent":5,"exception":{},"pattern_fidelity":-0.1}
            """));
        string[] fields = ["agent", "breadcrumbs", "confidence", "critical", "exception", "execution_id", "execution_time_ms", "label", "outcome_quality", "pattern_fidelity", "skill", "source", "state", "timestamp", "tokens"];
        Assert.Equal(fields, error.Problems.Select(problem => problem.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Contains("state: is 'held'; it must be one of prototype, staged, production", error.Problems);
        Assert.Contains("confidence: is 2; it must lie between 0 and 1", error.Problems);
    }

    [Fact]
    public void Unknown_fields_survive()
    {
        var record = Read("""{"skill":"spam","stream":{"id":[1,2.50]},"note":null}""");
        Assert.Equal("""{"skill":"spam","stream":{"id":[1,2.50]},"note":null,"execution_id":"id"}""", record.Json.ToJsonString());
    }

    [Theory]
    [InlineData("\"correct\":true", 1.0)]
    [InlineData("\"correct\":false", 0.0)]
    [InlineData("\"outcome_quality\":0.25,\"correct\":true", 0.25)]
    [InlineData("\"decision\":\"Allow \",\"expected_decision\":\"allow\"", 1.0)]
    [InlineData("\"decision\":\"remove\",\"expected_decision\":\"allow\"", 0.0)]
    [InlineData("\"decision\":true,\"expected_decision\":\"true\"", 1.0)]
    [InlineData("\"decision\":{\"a\":1},\"expected_decision\":{\"a\":1}", 1.0)]
    [InlineData("\"exception\":true,\"expected_decision\":\"allow\"", 0.0)]
    [InlineData("\"expected_decision\":\"allow\"", null)]
    [InlineData("\"decision\":\"allow\"", null)]
    public void The_outcome_follows_from_what_is_known(string fields, double? expected) =>
        Assert.Equal(expected, Read($$"""{"skill":"spam",{{fields}}}""").OutcomeQuality);

    [Theory]
    [InlineData("\"exception\":\"ValueError: no\"", true)]
    [InlineData("\"exception\":\"\"", false)]
    [InlineData("\"exception_type\":\"ValueError\"", true)]
    [InlineData("\"exception\":false,\"exception_type\":\"ValueError\"", false)]
    [InlineData("\"exception\":null", null)]
    public void Exceptions_are_read_as_flag_or_text(string fields, bool? expected) =>
        Assert.Equal(expected, Read($$"""{"skill":"spam",{{fields}}}""").Exception);

    [Theory]
    [InlineData("1760970195", 1760970195000)]
    [InlineData("1760970195.5", 1760970195500)]
    [InlineData("\"2025-10-20T16:23:15+02:00\"", 1760970195000)]
    public void Times_are_iso_or_unix_seconds(string text, long milliseconds) =>
        Assert.Equal(milliseconds, Read($$"""{"skill":"spam","timestamp":{{text}}}""").Timestamp!.Value.ToUnixTimeMilliseconds());

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"skill":"spam"} {"skill":"spam"}""")]
    [InlineData("""{"skill":"spam","skill":"other"}""")]
    public void What_is_no_object_is_refused_by_name(string json) =>
        Assert.StartsWith("line 7: ", Assert.Throws<WreException>(() => ExecutionRecordReader.Read(json, "line 7", null, () => "id")).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<WreException>(() => Read("""{"skill":"spam","x":""" + new string('[', 200) + new string(']', 200) + "}"));

    [Fact]
    public void An_id_has_at_most_200_characters()
    {
        Assert.Equal(200, Read($$"""{"skill":"spam","execution_id":"{{new string('x', 200)}}"}""").ExecutionId.Length);
        Assert.Throws<WreException>(() => Read($$"""{"skill":"spam","execution_id":"{{new string('x', 201)}}"}"""));
        Assert.Throws<WreException>(() => Read("""{"skill":"spam","execution_id":""}"""));
    }

    [Fact]
    public void Any_text_is_a_record_or_a_refusal_and_never_another_failure()
    {
        var alphabet = "{}[]\":,.0123456789-eE \\utrfalsn\"skill\"execution_id\"timestamp".ToCharArray();
        Gen.Int[0, alphabet.Length - 1].Array[0, 40].Select(indexes => new string([.. indexes.Select(index => alphabet[index])])).Sample(text =>
        {
            try
            {
                Assert.Equal("spam", ExecutionRecordReader.Read("""{"skill":"spam","extra":""" + text + "}", "test", null, () => "id").Skill);
            }
            catch (WreException)
            {
                // A refusal is the other allowed answer.
            }
        });
    }

    private static ExecutionRecord Read(string json) => ExecutionRecordReader.Read(json, "test", null, () => "id");
}

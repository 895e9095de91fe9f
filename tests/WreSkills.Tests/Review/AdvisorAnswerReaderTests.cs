using System.Text.Json.Nodes;

using WreSkills.Review;

namespace WreSkills.Tests.Review;

/// <summary>What a model says is believed only as far as it can be checked.</summary>
public class AdvisorAnswerReaderTests
{
    private static readonly AdvisorBounds s_bounds = new(new HashSet<string> { "P1", "C1" }, 20, new Dictionary<string, int> { ["e-1"] = 3 }, NeedsBreadcrumbs: false);

    [Fact]
    public void What_refers_to_what_is_there_is_kept()
    {
        var answer = Read("""<think>hm {not json</think> """.Replace("{", "(", StringComparison.Ordinal) + $$"""{"readings": [{{Item()}}], "fundamental": ["P1", "P9", "P1", 7]}""");
        Assert.Equal((AdvisorAnswer.Answered, "qwen", 0), (answer.Status, answer.Model, answer.Dropped));
        var reading = answer.Readings.Single();
        Assert.Equal(("P1", 18, "It says nothing about rates.", "Say it."), (reading.About, reading.Line, reading.Text, reading.Suggestion));
        Assert.Equal([new BreadcrumbCitation("e-1", 3)], reading.Breadcrumbs);
        Assert.Equal(["P1"], answer.Fundamental);
    }

    [Theory]
    [InlineData("about", "\"P9\"", "an id that does not exist")]
    [InlineData("about", "null", "an id that does not exist")]
    [InlineData("line", "21", "a line that SKILL.md does not have")]
    [InlineData("line", "0", "a line that SKILL.md does not have")]
    [InlineData("line", "\"18\"", "a line that SKILL.md does not have")]
    [InlineData("line", "1e99", "a line that SKILL.md does not have")]
    [InlineData("text", "\"  \"", "no text")]
    [InlineData("text", "\"\\u001b[31mred\"", "control or hidden characters")]
    [InlineData("text", "\"a\\u202eb\"", "control or hidden characters")]
    [InlineData("text", "\"a\\u200bb\"", "control or hidden characters")]
    [InlineData("text", "\"tag \\udb40\\udc41\"", "control or hidden characters")]
    [InlineData("text", "\"two\\nlines\"", "control or hidden characters")]
    [InlineData("text", "\"half \\ud800\"", "no text")]
    [InlineData("suggestion", "\"a\\u0007\"", "control or hidden characters")]
    [InlineData("breadcrumbs", "[{\"execution_id\": \"e-2\", \"step\": 1}]", "an execution that was not shown")]
    [InlineData("breadcrumbs", "[{\"execution_id\": \"e-1\", \"step\": 4}]", "a step that the execution does not have")]
    [InlineData("breadcrumbs", "[7]", "an execution that was not shown")]
    public void What_fails_a_check_is_dropped_and_counted(string field, string value, string reason)
    {
        var broken = JsonNode.Parse(Item())!.AsObject();
        broken[field] = value.Contains("ud800", StringComparison.Ordinal) ? "MARK" : JsonNode.Parse(value);
        var item = broken.ToJsonString().Replace("\"MARK\"", value, StringComparison.Ordinal);
        var answer = Read($$"""{"readings": [{{Item()}}, {{item}}], "fundamental": []}""");
        Assert.Equal((1, 1), (answer.Readings.Count, answer.Dropped));
        Assert.Equal([reason], answer.DroppedBecause);
        Assert.Contains($"1 dropped ({reason})", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_dropped()
    {
        var many = Read($$"""{"readings": [{{string.Join(',', Enumerable.Repeat(Item(), 20))}}]}""");
        Assert.Equal((12, 8), (many.Readings.Count, many.Dropped));
        var longText = Read($$"""{"readings": [{"about": "P1", "line": 1, "text": "{{new string('x', 601)}}"}]}""");
        Assert.Equal((0, 1, "more than 600 characters"), (longText.Readings.Count, longText.Dropped, longText.DroppedBecause.Single()));
        var endless = Read($$"""{"readings": [], "more": "{{new string('x', AdvisorAnswerReader.MaxAnswer)}}"}""");
        Assert.Equal(AdvisorAnswer.Failed, endless.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("I am sorry.")]
    [InlineData("{\"readings\": 7}")]
    [InlineData("{\"readings\": [")]
    [InlineData("}{")]
    [InlineData("[]")]
    public void What_is_no_answer_is_a_failure(string text)
    {
        var answer = Read(text);
        Assert.Equal((AdvisorAnswer.Failed, "its answer is not the JSON object that was asked for"), (answer.Status, answer.Failure));
    }

    [Fact]
    public void A_hypothesis_rests_on_something()
    {
        var item = JsonNode.Parse(Item())!.AsObject();
        item["breadcrumbs"] = new JsonArray();
        var answer = AdvisorAnswerReader.Read($$"""{"readings": [{{item.ToJsonString()}}]}""", s_bounds with { NeedsBreadcrumbs = true }, "qwen", "now");
        Assert.Equal(["no breadcrumb that it rests on"], answer.DroppedBecause);
    }

    private static AdvisorAnswer Read(string text) => AdvisorAnswerReader.Read(text, s_bounds, "qwen", "2025-10-20T12:00:00Z");

    private static string Item() => """{"about": "P1", "line": 18, "text": "It says nothing about rates.", "suggestion": "Say it.", "breadcrumbs": [{"execution_id": "e-1", "step": 3}]}""";
}

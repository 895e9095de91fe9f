using System.Text.Json;

using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Tests.Scoring;

/// <summary>The spellings in which agents report what they did.</summary>
public class ExecutionStepTests
{
    [Theory]
    [InlineData("""{"tool":"grep","arguments":{"q":1}}""", StepKind.Tool, "grep", """{"q":1}""")]
    [InlineData("""{"type":"tool","name":"grep","args":{"q":1}}""", StepKind.Tool, "grep", """{"q":1}""")]
    [InlineData("""{"type":"tool_use","name":"grep","input":{"q":1}}""", StepKind.Tool, "grep", """{"q":1}""")]
    [InlineData("""{"tool_name":"grep","tool_input":{"q":1}}""", StepKind.Tool, "grep", """{"q":1}""")]
    [InlineData("""{"type":"function_call","name":"grep","arguments":"{\"q\": 1}"}""", StepKind.Tool, "grep", """{"q": 1}""")]
    [InlineData("""{"type":"function","function":{"name":"grep","arguments":"{\"q\": 1}"}}""", StepKind.Tool, "grep", """{"q": 1}""")]
    [InlineData("""{"tool":"grep","arguments":"{broken"}""", StepKind.Tool, "grep", "\"{broken\"")]
    [InlineData("""{"tool":"grep"}""", StepKind.Tool, "grep", null)]
    [InlineData("""{"command":"ls -l"}""", StepKind.Command, "ls -l", null)]
    [InlineData("""{"type":"shell","name":"ls"}""", StepKind.Command, "ls", null)]
    [InlineData("""{"skill":"other"}""", StepKind.Skill, "other", null)]
    [InlineData("""{"type":"skill","name":"other"}""", StepKind.Skill, "other", null)]
    [InlineData("""{"skill":"mine","pattern":"caps","value":true}""", StepKind.Fact, "", null)]
    [InlineData("""{"role":"assistant","content":"hello"}""", StepKind.Message, "hello", null)]
    [InlineData("""{"type":"message","text":"hello"}""", StepKind.Message, "hello", null)]
    [InlineData("""{"caps":true}""", StepKind.Fact, "", null)]
    [InlineData("\"caps=true\"", StepKind.Fact, "", null)]
    [InlineData("[1]", StepKind.Fact, "", null)]
    [InlineData("""{"tool":5}""", StepKind.Fact, "", null)]
    public void A_breadcrumb_is_a_step(string breadcrumb, StepKind kind, string name, string? arguments)
    {
        var step = Assert.Single(Read(breadcrumb));
        Assert.Equal((kind, name, arguments), (step.Kind, step.Name, step.Arguments?.GetRawText()));
    }

    [Fact]
    public void Several_calls_of_one_message_are_several_steps()
    {
        var steps = Read("""{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"a","arguments":"{}"}},{"name":"b","arguments":{"x":1}}]}""");
        Assert.Equal([("a", 0), ("b", 0)], steps.Select(step => (step.Name, step.Breadcrumb)));
        Assert.All(steps, step => Assert.Equal(StepKind.Tool, step.Kind));
    }

    [Theory]
    [InlineData("""{"tool":"a"}""", false)]
    [InlineData("""{"tool":"a","error":null}""", false)]
    [InlineData("""{"tool":"a","error":"no"}""", true)]
    [InlineData("""{"tool":"a","is_error":true}""", true)]
    [InlineData("""{"tool":"a","ok":false}""", true)]
    [InlineData("""{"tool":"a","success":true}""", false)]
    [InlineData("""{"tool":"a","status":"failed"}""", true)]
    [InlineData("""{"command":"a","exit_code":2}""", true)]
    [InlineData("""{"command":"a","exit_code":0}""", false)]
    public void A_step_says_whether_it_failed(string breadcrumb, bool failed) => Assert.Equal(failed, Assert.Single(Read(breadcrumb)).Failed);

    [Theory]
    [InlineData("""{"tool":"a","timestamp":1.5}""", 1500.0)]
    [InlineData("""{"tool":"a","timestamp":"1970-01-01T00:00:02Z"}""", 2000.0)]
    [InlineData("""{"tool":"a","elapsed_ms":30}""", 30.0)]
    [InlineData("""{"tool":"a"}""", null)]
    [InlineData("""{"tool":"a","timestamp":"soon"}""", null)]
    public void A_step_says_when_it_happened(string breadcrumb, double? ms) => Assert.Equal(ms, Assert.Single(Read(breadcrumb)).TimeMs);

    private static IReadOnlyList<ExecutionStep> Read(params string[] breadcrumbs)
    {
        using var document = JsonDocument.Parse("[" + string.Join(',', breadcrumbs) + "]");
        return ExecutionStep.Read([.. document.RootElement.Clone().EnumerateArray()]);
    }
}

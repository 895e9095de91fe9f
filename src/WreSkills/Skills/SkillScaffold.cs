using System.Text.Encodings.Web;
using System.Text.Json;

namespace WreSkills.Skills;

/// <summary>The first files of a new skill: a draft that lints without a warning, states its dependencies and has a case of either class.</summary>
public static class SkillScaffold
{
    /// <summary>Most characters of a description, as in the Agent Skills standard.</summary>
    public const int MostDescription = 1024;

    /// <summary>Writes the texts of a new skill.</summary>
    /// <param name="skill">Its name.</param>
    /// <param name="agent">The agent that runs it first.</param>
    /// <param name="description">What it does and when to use it; null for a text that asks for one.</param>
    /// <param name="standard">True to keep the front matter to the six keys of the standard and put the rest into the sidecar.</param>
    /// <returns>Path inside the folder and text.</returns>
    /// <exception cref="WreException">The name, agent or description cannot stand there.</exception>
    public static IReadOnlyList<(string Path, string Text)> Files(string skill, string agent, string? description, bool standard)
    {
        SkillName.Require(skill);
        Check(skill, agent, description, standard);
        var head = $"name: {skill}\n# Agents choose a skill by this text alone: what it does, and when to use it.\ndescription: {Quoted(description ?? $"Decides what to do with an input of {skill}. Use when such an input arrives.")}\n";
        var settings = Settings(agent);
        var body = Body(skill);
        return standard
            ? [(SkillFolder.SkillFileName, $"---\n{head}---\n{body}"), (SkillSettings.SidecarFile, settings), (BenchmarkCaseReader.FileName, Cases(skill))]
            : [(SkillFolder.SkillFileName, $"---\n{head}{settings}---\n{body}"), (BenchmarkCaseReader.FileName, Cases(skill))];
    }

    private static void Check(string skill, string agent, string? description, bool standard)
    {
        var problems = new List<string>();
        if (standard && (!skill.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || skill.EndsWith('-') || skill.Contains("--", StringComparison.Ordinal)))
        {
            problems.Add($"'{skill}' is no name of the Agent Skills standard, which this layout follows: lower-case letters, digits and single hyphens");
        }

        if (agent.Length is 0 or > 64 || !agent.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            problems.Add($"'{agent}' is no agent's name: letters, digits, '-', '_' and '.'");
        }

        if (description is not null && (string.IsNullOrWhiteSpace(description) || description.Length > MostDescription || description.Any(char.IsControl)))
        {
            problems.Add($"a description is one line of 1 to {MostDescription:N0} characters");
        }

        if (problems.Count > 0)
        {
            throw new WreException("The new skill cannot be called or described so.", "mend what is named", problems);
        }
    }

    private static string Settings(string agent) =>
        $"""
        # A label of this content; raise it with every version that is to be staged.
        version: "1.0"
        primary_agent: {Quoted(agent)}
        intent_type: DECISION
        # The mean execution time, in milliseconds, beyond which the skill does not reach production.
        max_execution_time_ms: 5000
        # Decisions that mean "nothing found": by them false alarms are told from misses.
        negative_decisions: [ignore]
        # domain/module that the production version belongs to, in layouts with modules:
        # module: domain/module
        # What the skill needs around it. An empty list says that it needs none; a missing one fails the gate.
        dependencies:
          data_stores: []
          mcp_endpoints: []
          throttles: []
          required_context: []
        # What every execution that follows the instructions below leaves in its breadcrumbs.
        expected_patterns:
          - input_checked=true
          - decision_explained=true

        """.ReplaceLineEndings("\n");

    private static string Body(string skill) =>
        $"""

        # {skill}

        Say here what the agent is to do, step by step. Every step that matters has an expected pattern above, so that
        its omission can be seen.

        1. Read the input and check that it is complete. Note `input_checked=true`.
        2. Decide: `act` when there is something to do, `ignore` when there is not.
        3. Say in one sentence why. Note `decision_explained=true`.

        """.ReplaceLineEndings("\n");

    private static string Cases(string skill) =>
        $$"""
        {
          "skill_name": "{{skill}}",
          "evals": [
            {
              "id": "something-to-do",
              "prompt": "Decide what to do with this input.",
              "expected_output": "act, with the reason in one sentence",
              "wre": {"input": {"text": "an input that needs something done"}, "expected_decision": "act", "label": "positive"}
            },
            {
              "id": "nothing-to-do",
              "prompt": "Decide what to do with this input.",
              "expected_output": "ignore, with the reason in one sentence",
              "wre": {"input": {"text": "an input that is fine as it is"}, "expected_decision": "ignore", "label": "negative"}
            }
          ]
        }

        """.ReplaceLineEndings("\n");

    // A JSON text is a YAML text in double quotes.
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}

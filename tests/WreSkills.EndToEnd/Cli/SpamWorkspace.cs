using System.Text;
using System.Text.Json;

namespace WreSkills.EndToEnd.Cli;

/// <summary>
/// A workspace in the policy's layout with a small skill called like the policy's own, made by the test, and a shell
/// script as its agent: it flags every message with the word "buy".
/// </summary>
internal sealed class SpamWorkspace : IDisposable
{
    public const string Skill = "youtube_spam_detection";
    public const string Core = "modules/infrastructure/wre_core/skills";

    private static readonly string[] s_answers =
    [
        "wsp_50_approval", "test_coverage", "instruction_clarity", "pattern_completeness", "dependency_validation", "security_review", "performance_review",
    ];

    private static readonly string[] s_productionAnswers =
    [
        "production_readiness", "integration_approval", "capacity_planning", "monitoring_approval", "rollback_plan_tested", "documentation_updated",
    ];

    private static readonly Lazy<SpamWorkspace> s_staged = Template(workspace => workspace.Stage());

    private static readonly Lazy<SpamWorkspace> s_produced = Template(workspace =>
    {
        workspace.Stage();
        workspace.Produce();
    });

    private int _next;

    public SpamWorkspace()
    {
        Folder = Directory.CreateTempSubdirectory("wre-cli-").FullName;
        Write("wre.yaml", "version: 1\nagents:\n  words:\n    kind: command\n    command: [/bin/sh, agent.sh]\n");
        Write("agent.sh", """
            in=$(cat)
            case "$in" in *crash*) echo "cannot do that" >&2; exit 3;; esac
            case "$in" in *buy*) d=spam;; *) d=allow;; esac
            echo "{\"decision\":\"$d\",\"confidence\":0.9,\"breadcrumbs\":[{\"step\":\"words\",\"words_checked\":true,\"links_checked\":true},{\"step\":\"decide\",\"decided\":\"$d\"}]}"

            """);
        WriteDraft("1.0");
    }

    private SpamWorkspace(SpamWorkspace template)
    {
        Folder = Directory.CreateTempSubdirectory("wre-cli-").FullName;
        Copy(template.Folder, Folder);
        // Ingestion remembers files by their path; these have a new one, and every line in them is known.
        Ok("ingest");
    }

    /// <summary>Version 1.0 is staged; a copy of a workspace that went there by the commands.</summary>
    public static SpamWorkspace Staged() => new(s_staged.Value);

    /// <summary>Version 1.0 is in production.</summary>
    public static SpamWorkspace Produced() => new(s_produced.Value);

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path, overwrite: true);
        }
    }

    public string PathOf(string relative) => Path.Combine(Folder, relative);

    public string Read(string relative) => File.ReadAllText(PathOf(relative));

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(relative))!);
        File.WriteAllText(PathOf(relative), text);
    }

    public void WriteDraft(string version, string note = "")
    {
        var folder = $".claude/skills/{Skill}_prototype";
        Write($"{folder}/SKILL.md", $"""
            ---
            name: {Skill}
            description: Finds spam in chat messages.
            version: "{version}"
            primary_agent: gemma
            intent_type: CLASSIFICATION
            module: communication/livechat
            max_execution_time_ms: 5000
            negative_decisions: [allow]
            dependencies: none
            expected_patterns:
              - words_checked=true
              - pattern: links_checked=true
                weight: 0.2
            ---
            # Spam {note}
            A message that sells is spam.
            """);
        var cases = Enumerable.Range(0, 25).Select(index => Case($"legit-{index}", "hello", "allow")).Concat(Enumerable.Range(0, 8).Select(index => Case($"spam-{index}", "buy now", "spam")));
        Write($"{folder}/evals/evals.json", $$"""{"skill_name":"{{Skill}}","evals":[{{string.Join(",\n", cases)}}]}""");
    }

    public WreResult Wre(params IReadOnlyList<string> arguments) => WreCommand.Run(Folder, null, arguments);

    public WreResult WreWithInput(string input, params IReadOnlyList<string> arguments) => WreCommand.Run(Folder, input, arguments);

    /// <summary>Runs a command that must end with 0.</summary>
    public WreResult Ok(params IReadOnlyList<string> arguments)
    {
        var result = Wre(arguments);
        Assert.True(result.ExitCode == 0, $"wre {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}\n{result.Error}");
        return result;
    }

    public void Approve(string ticket, string from, string to)
    {
        Ok("ticket", "new", "--skill", Skill, "--from", from, "--to", to, "--ticket", ticket);
        var questions = to == "production" ? s_answers.Concat(s_productionAnswers) : s_answers;
        Ok(["ticket", "answer", "--ticket", ticket, "--approver", "0102", .. questions.SelectMany(key => (string[])["--set", $"{key}=YES"]), "--set", "approval_decision=APPROVED"]);
    }

    public void Stage(string ticket = "APPROVAL_20251020_001")
    {
        Ok("bench", "--skill", Skill);
        Approve(ticket, "prototype", "staged");
        Ok("promote", "--skill", Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", ticket);
    }

    public void Produce(string ticket = "APPROVAL_20251020_002")
    {
        Record(Good(110, "staged"));
        Approve(ticket, "staged", "production");
        Ok("promote", "--skill", Skill, "--from", "staged", "--to", "production", "--approver", "0102", "--approval-ticket", ticket, "--production-readiness-checklist-complete");
    }

    /// <summary>Records lines in one call.</summary>
    public WreResult Record(IEnumerable<string> lines)
    {
        var result = WreWithInput(string.Join('\n', lines), "record", "-", "--output", "json");
        Assert.True(result.ExitCode == 0, $"record ended with {result.ExitCode}: {result.Output}{result.Error}");
        return result;
    }

    /// <summary>Right executions, two negatives to one positive.</summary>
    public IEnumerable<string> Good(int count, string state) => Enumerable.Range(0, count).Select(index => Line(state, index % 3 == 0 ? "spam" : "allow", index % 3 == 0 ? "spam" : "allow"));

    public string Line(
        string state, string decision, string expected, string more = "\"breadcrumbs\":[{\"words_checked\":true,\"links_checked\":true}]", double timeMs = 100, bool exception = false) =>
        $$"""{"skill":"{{Skill}}","execution_id":"{{state}}-{{_next++}}","state":"{{state}}","decision":"{{decision}}","expected_decision":"{{expected}}","execution_time_ms":{{timeMs}},"exception":{{(exception ? "true" : "false")}},{{more}} }""";

    /// <summary>The skill's state as the registry says it.</summary>
    public string State => Entry.GetProperty("promotion_state").GetString()!;

    /// <summary>The skill's entry in the registry.</summary>
    public JsonElement Entry => JsonDocument.Parse(Registry).RootElement.GetProperty("skills").GetProperty(Skill);

    public string Registry => Read($"{Core}/skills_registry.json");

    /// <summary>Rows of a query by the sqlite3 program, columns separated by bars.</summary>
    public string Sql(string query)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sqlite3")
        {
            ArgumentList = { PathOf($"{Core}/skills_metrics.db"), query },
            RedirectStandardOutput = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.TrimEnd();
    }

    private static Lazy<SpamWorkspace> Template(Action<SpamWorkspace> prepare) => new(() =>
    {
        var workspace = new SpamWorkspace();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => workspace.Dispose();
        prepare(workspace);
        return workspace;
    });

    private static string Case(string id, string message, string expected) =>
        $$"""{"id":"{{id}}","prompt":"Moderate: {{message}}","expected_output":"{{expected}}","wre":{"input":{"message":"{{message}}"},"expected_decision":"{{expected}}"} }""";
}

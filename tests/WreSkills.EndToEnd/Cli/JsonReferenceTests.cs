using WreSkills.Tests.Executions;

namespace WreSkills.EndToEnd.Cli;

/// <summary>
/// The commands of docs/reference/json.md, run as they stand there: the answer has exactly the property names of the example,
/// at every level. Each test is one story, because a command needs what those before it left.
/// </summary>
public sealed class JsonReferenceTests
{
    private static readonly string[] s_draft =
    [
        "wre lint ", "echo 'curl ", "wre scan ", "wre agents check ", "wre bench ", "wre status --skill youtube_spam_detection ", "wre validate ", "wre ticket new ", "wre ticket answer ",
        "wre promote --skill youtube_spam_detection --from prototype --to production ", "wre promote --skill youtube_spam_detection --from prototype --to staged ",
        "wre ticket show ", "wre ticket list ",
    ];

    private static readonly string[] s_staged =
    [
        "wre anomalies ", "wre metrics ", "wre compare ", "wre status --output json --skill youtube_spam_detection", "wre rollout show ", "wre rollout pause ", "wre dependencies ",
        "wre alerts list ", "wre alerts deliver ", "wre alerts test ", "wre alerts enable ", "wre policy simulate ", "wre report flag ",
    ];

    private static readonly string[] s_reviewed = ["wre review --skill ", "wre review --list "];

    private static readonly string[] s_signed = ["wre ticket verify ", "wre approvers list "];

    // Ingestion first: the commands after it would take the lines over as well.
    private static readonly string[] s_produced =
    [
        "wre ingest ", "wre list --output ", "wre load --skill youtube_spam_detection --key ", "wre load --skill youtube_spam_detection --file ", "wre search '", "wre search --similar-to ", "wre reindex ", "wre doctor ", "echo '{\"hook_event_name\":", "echo '{\"key\":", "echo '{\"state\":", "echo '{\"skill\":", "wre show ",
        "wre audit log ", "wre audit verify ", "wre audit checkpoint ", "wre audit prove --file ", "wre audit prove --check ",
        "wre report show ", "wre report explain ", "wre report list ", "wre report review ", "wre rollback --skill youtube_spam_detection --undo ", "wre rollback --skill youtube_spam_detection --from ", "wre status --skill youtube_span_detection ",
    ];

    private static readonly string[] s_existing =
    [
        "wre discover ", "wre init --output ", "wre list --budget ", "wre export ", "wre new ", "wre rename ", "wre retire ", "wre gc ", "wre init --import-policy-tools ",
    ];

    private static readonly string[] s_policy =
    [
        "wre policy diff ", "wre policy propose ", "wre policy analyze ", "wre policy dry-run ", "wre policy approve ", "wre policy sign ", "wre policy apply ", "wre policy show ", "wre policy history ",
        "wre policy render ", "wre policy review ",
    ];

    private static readonly string[] s_proposed = ["wre review --variations ", "wre proposals list ", "wre proposals show ", "wre proposals reject "];
    private static readonly string[] s_accepted = ["wre proposals accept "];

    // Everything else in the stories ends with 0.
    private static readonly Dictionary<string, int> s_exitCodes = new()
    {
        ["wre lint "] = 1,
        ["echo 'curl "] = 1,
        ["wre status --output json --skill youtube_spam_detection"] = 1,
        ["wre alerts enable "] = 1,
        ["wre report explain "] = 1,
        ["wre promote --skill youtube_spam_detection --from prototype --to production "] = 1,
        ["wre policy diff "] = 1,
        ["wre policy approve "] = 1,
        ["wre status --skill youtube_span_detection "] = 2,
    };

    [Fact]
    public void Every_block_of_json_is_an_example_or_a_format_and_every_example_is_run()
    {
        Assert.Equal(JsonReference.JsonBlocks, JsonReference.Examples.Count + JsonReference.Formats.Values.Count(text => text.StartsWith('{')));
        var run = s_draft.Concat(s_signed).Concat(s_staged).Concat(s_reviewed).Concat(s_produced).Concat(s_existing).Concat(s_policy).Concat(s_proposed).Concat(s_accepted).Select(Command).ToList();
        Assert.Equal(JsonReference.Examples.Keys.Order(StringComparer.Ordinal), run.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Taking_over_existing_skills_is_documented()
    {
        var folder = Directory.CreateTempSubdirectory("wre-init-").FullName;
        try
        {
            foreach (var place in (ReadOnlySpan<string>)[".claude/skills/deploy", ".claude/skills/ship", ".agents/skills/deploy", "holo/skills/tidy"])
            {
                Directory.CreateDirectory(Path.Combine(folder, place));
                File.WriteAllText(Path.Combine(folder, place, "SKILL.md"), $"---\nname: {Path.GetFileName(place)}\ndescription: Brings a release to the servers.\n---\nDo it.\n");
            }

            Directory.CreateDirectory(Path.Combine(folder, "old"));
            File.WriteAllText(
                Path.Combine(folder, "old/skills_registry_v2.json"),
                """{"version": "2.0", "skills": {"tidy": {"location": "O:\\shop\\holo\\skills\\tidy", "promotion_state": "production"}, "gone": {"location": "O:\\shop\\gone"}}}""");
            Directory.CreateDirectory(Path.Combine(folder, ".wre/executions/deploy"));
            File.WriteAllText(Path.Combine(folder, ".wre/executions/deploy/2020-01-01.jsonl"), "{}\n");

            Play(folder, s_existing);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_way_to_staged_is_documented()
    {
        using var workspace = new SpamWorkspace();
        WriteReport(workspace);
        Play(workspace.Folder, s_draft);
        Assert.Equal("staged", workspace.State);
    }

    [Fact]
    public void Signatures_are_documented()
    {
        using var workspace = new SpamWorkspace();
        SignedTicketTests.Prepare(workspace);
        Play(workspace.Folder, s_signed);
    }

    [Fact]
    public void Figures_are_documented()
    {
        using var workspace = SpamWorkspace.Staged();
        workspace.Record(workspace.Good(3, "staged"));
        File.AppendAllText(workspace.PathOf("wre.yaml"), "\nnotifications:\n  ops: {kind: console}\ndependencies:\n  author_history: {kind: directory, path: .}\n");
        Play(workspace.Folder, s_staged);
    }

    [Fact]
    public void Reviews_are_documented()
    {
        using var workspace = SpamWorkspace.Staged();
        ReviewCommandTests.History(workspace);
        using var endpoint = new Tests.Executions.FakeEndpoint((_, _) => Tests.Executions.FakeEndpoint.Answer("""
            {"readings": [{"about": "P1", "line": 17, "text": "Nothing tells the agent to look at links in short messages.", "suggestion": "Say that links are looked at in every message.",
              "breadcrumbs": [{"execution_id": "staged-29", "step": 1}]}, {"about": "P7", "line": 17, "text": "No such pattern."}], "fundamental": []}
            """));
        ReviewCommandTests.Configure(workspace, endpoint.Address.ToString());
        Play(workspace.Folder, s_reviewed);
    }

    [Fact]
    public void Production_and_its_rollback_are_documented()
    {
        using var workspace = SpamWorkspace.Produced();
        WriteReport(workspace);
        ReviewCommandTests.Configure(workspace, "http://127.0.0.1:9/v1");
        File.AppendAllText(
            workspace.PathOf("modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_fidelity.json"),
            "{\"execution_id\":\"by-hand-1\",\"timestamp\":\"2026-11-24T10:00:00Z\",\"pattern_fidelity\":0.9}\nnonsense\n");
        Play(workspace.Folder, s_produced);
        Assert.Equal("staged", workspace.State);
    }

    [Fact]
    public void Changes_of_the_policy_are_documented()
    {
        using var workspace = SpamWorkspace.Produced();
        PolicyChangeTests.Prepare(workspace);
        Play(workspace.Folder, s_policy);
    }

    [Fact]
    public void Proposals_are_documented()
    {
        using var endpoint = new FakeEndpoint((count, body) => FakeEndpoint.Answer(
            !body.GetProperty("messages")[1].GetProperty("content").ToString().Contains("Propose ", StringComparison.Ordinal) ? """{"readings":[],"fundamental":[]}"""
            : count < 3 ? Edit("links of long messages", "links of every message") : Edit("that sells is spam.", "that sells is spam; look at every message.")));
        using var workspace = new SpamWorkspace();
        WriteWeak(workspace, endpoint.Address);
        workspace.Wre("bench", "--skill", SpamWorkspace.Skill, "--agent", "words");
        Play(workspace.Folder, s_proposed);
        workspace.Ok("review", "--skill", SpamWorkspace.Skill, "--state", "prototype", "--timeframe", "all", "--variations", "1");
        Play(workspace.Folder, s_accepted);
        Assert.Contains("version: \"1.1\"", workspace.Read($".claude/skills/{SpamWorkspace.Skill}_prototype/SKILL.md"), StringComparison.Ordinal);

        static string Edit(string old, string now) => $$"""{"variations":[{"summary":"Look at the links of short messages as well.","patterns":["links_checked=true"],"edits":[{"file":"SKILL.md","old":"{{old}}","new":"{{now}}"}]}]}""";
    }

    // Its agent looks at links only where the text says so of every message.
    private static void WriteWeak(SpamWorkspace workspace, Uri endpoint)
    {
        var path = $".claude/skills/{SpamWorkspace.Skill}_prototype/SKILL.md";
        workspace.Write(path, workspace.Read(path) + "\n\nLook at the links of long messages.\n");
        workspace.Write("wre.yaml", workspace.Read("wre.yaml") + $"  qwen:\n    kind: chat\n    model: qwen3:1.7b\n    endpoint: {endpoint}\n    retries: 0\nadvisor:\n  model: qwen\n");
        workspace.Write("agent.sh", """
            in=$(cat)
            folder=$(printf %s "$in" | sed -n 's/.*"skill_folder":"\([^"]*\)".*/\1/p')
            case "$in" in *buy*) d=spam;; *) d=allow;; esac
            if grep -q 'every message' "$folder/SKILL.md"; then l=true; else l=false; fi
            echo "{\"decision\":\"$d\",\"breadcrumbs\":[{\"step\":\"words\",\"words_checked\":true,\"links_checked\":$l},{\"step\":\"decide\",\"decided\":\"$d\"}]}"

            """);
    }

    // A second skill, which uses the first one and repeats a sentence of it.
    private static void WriteReport(SpamWorkspace workspace) => workspace.Write(".claude/skills/chat_report_prototype/SKILL.md", """
        ---
        name: chat_report
        description: Reports the spam of a day.
        dependencies: {data_stores: [chat_log]}
        ---
        # Report
        First use the youtube_spam_detection skill.
        A message that sells is spam.

        """);

    private static void Play(string folder, IReadOnlyList<string> story)
    {
        foreach (var beginning in story)
        {
            var command = Command(beginning);
            var result = WreCommand.Shell(folder, command);
            Assert.True(result.ExitCode == s_exitCodes.GetValueOrDefault(beginning), $"{command}\nended with {result.ExitCode}:\n{result.Output}{result.Error}");
            Assert.True(JsonReference.Names(JsonReference.Examples[command]).SequenceEqual(JsonReference.Names(result.Output)), $"{command}\nhas other fields than docs/reference/json.md says:\n{Difference(command, result.Output)}");
        }
    }

    private static string Command(string beginning) => Assert.Single(JsonReference.Examples.Keys, command => command.StartsWith(beginning, StringComparison.Ordinal));

    private static string Difference(string command, string output)
    {
        var (documented, real) = (JsonReference.Names(JsonReference.Examples[command]), JsonReference.Names(output));
        return $"documented only: {string.Join(", ", documented.Except(real))}\nreal only: {string.Join(", ", real.Except(documented))}";
    }
}

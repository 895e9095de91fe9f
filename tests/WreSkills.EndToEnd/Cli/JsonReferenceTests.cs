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

    private static readonly string[] s_signed = ["wre ticket verify ", "wre approvers list "];

    // Ingestion first: the commands after it would take the lines over as well.
    private static readonly string[] s_produced =
    [
        "wre ingest ", "wre list --output ", "wre load --skill youtube_spam_detection --key ", "wre load --skill youtube_spam_detection --file ", "wre search '", "wre search --similar-to ", "wre reindex ", "wre doctor ", "echo '{\"hook_event_name\":", "echo '{\"key\":", "echo '{\"state\":", "echo '{\"skill\":", "wre show ",
        "wre audit log ", "wre audit verify ", "wre audit checkpoint ", "wre audit prove --file ", "wre audit prove --check ",
        "wre report show ", "wre report review ", "wre rollback --skill youtube_spam_detection --undo ", "wre rollback --skill youtube_spam_detection --from ", "wre status --skill youtube_span_detection ",
    ];

    private static readonly string[] s_existing =
    [
        "wre discover ", "wre init --output ", "wre list --budget ", "wre export ", "wre new ", "wre rename ", "wre retire ", "wre gc ", "wre init --import-policy-tools ",
    ];

    // Everything else in the stories ends with 0.
    private static readonly Dictionary<string, int> s_exitCodes = new()
    {
        ["wre lint "] = 1,
        ["echo 'curl "] = 1,
        ["wre status --output json --skill youtube_spam_detection"] = 1,
        ["wre alerts enable "] = 1,
        ["wre promote --skill youtube_spam_detection --from prototype --to production "] = 1,
        ["wre status --skill youtube_span_detection "] = 2,
    };

    [Fact]
    public void Every_block_of_json_is_an_example_or_a_format_and_every_example_is_run()
    {
        Assert.Equal(JsonReference.JsonBlocks, JsonReference.Examples.Count + JsonReference.Formats.Values.Count(text => text.StartsWith('{')));
        var run = s_draft.Concat(s_signed).Concat(s_staged).Concat(s_produced).Concat(s_existing).Select(Command).ToList();
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
    public void Production_and_its_rollback_are_documented()
    {
        using var workspace = SpamWorkspace.Produced();
        WriteReport(workspace);
        File.AppendAllText(
            workspace.PathOf("modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_fidelity.json"),
            "{\"execution_id\":\"by-hand-1\",\"timestamp\":\"2026-11-24T10:00:00Z\",\"pattern_fidelity\":0.9}\nnonsense\n");
        Play(workspace.Folder, s_produced);
        Assert.Equal("staged", workspace.State);
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

namespace WreSkills.EndToEnd.Cli;

/// <summary><c>wre search</c>, <c>wre reindex</c> and what other verbs know of index and graph, on a workspace as a user has it.</summary>
public sealed class SearchTests : IDisposable
{
    /// <summary>The crash point that only a test of this class reaches.</summary>
    internal const string CrashPoint = "index-half-written";

    private const string Skill = SpamWorkspace.Skill;
    private const string Index = $"{SpamWorkspace.Core}/index/skills.db";

    private readonly SpamWorkspace _workspace = new();

    public SearchTests() => Draft("chat_report", "Reports spam of a day. First use the youtube_spam_detection skill.\nA message that sells is spam.");

    public void Dispose() => _workspace.Dispose();

    private void Draft(string skill, string body, string folder = ".claude/skills/{0}_prototype") =>
        _workspace.Write($"{folder.Replace("{0}", skill, StringComparison.Ordinal)}/SKILL.md", $"---\nname: {skill}\ndescription: Writes the {skill} of a channel.\n---\n# {skill}\n{body}\n");

    private string[] Found(params string[] arguments) =>
        [.. _workspace.Wre(["search", .. arguments, "--output", "json"]).Json.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("skill").GetString()!)];

    [Fact]
    [Trait("suite", "smoke")]
    public void Results_fit_80_columns_and_say_why()
    {
        var result = _workspace.Ok("search", "sells spma");
        Assert.Contains("No skill says 'spma'; searched for spam.", result.Output, StringComparison.Ordinal);
        Assert.Contains("1. youtube_spam_detection: prototype 1.0, for gemma\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("why: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("[sells]", result.Output, StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.DoesNotContain("warning", _workspace.Ok("search", "spam").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_all_kinds_find_and_nothing_found_is_a_no()
    {
        Assert.Equal([Skill], Found("youtubeSpamDetection", "--top", "1"));
        Assert.Equal(["chat_report"], Found("reporting", "--top", "1"));
        Assert.Equal([Skill], Found("spam", "--agent", "gemma"));
        Assert.Empty(Found("spam", "--state", "production"));
        Assert.Equal(1, _workspace.Wre("search", "qqqq").ExitCode);
        var wrong = _workspace.Wre("search");
        Assert.Equal((2, true), (wrong.ExitCode, wrong.Error.Contains("--similar-to", StringComparison.Ordinal)));
        Assert.Equal(2, _workspace.Wre("search", "spam", "--similar-to", Skill).ExitCode);
    }

    [Fact]
    public void An_edit_by_hand_is_found_at_once()
    {
        Assert.Empty(Found("umbrella"));
        Draft("chat_report", "Open the umbrella.");
        Assert.Equal(["chat_report"], Found("umbrella"));
        Directory.Delete(_workspace.PathOf(".claude/skills/chat_report_prototype"), recursive: true);
        Assert.Empty(Found("umbrella"));
    }

    [Fact]
    public void Similar_skills_are_shown_with_the_passages_of_both()
    {
        var byName = _workspace.Ok("search", "--similar-to", Skill);
        Assert.Contains("1. chat_report: prototype, similarity 0.", byName.Output, StringComparison.Ordinal);
        Assert.Contains("\"A message that sells is spam\"", byName.Output, StringComparison.Ordinal);
        var skill = _workspace.Ok("search", "--similar-to", ".claude/skills/chat_report_prototype", "--output", "json").Json.GetProperty("skills")[0];
        Assert.Equal(Skill, skill.GetProperty("skill").GetString());
        Assert.InRange(skill.GetProperty("similarity").GetDouble(), 0.1, 0.9);
        var passage = Assert.Single(skill.GetProperty("passages").EnumerateArray());
        Assert.Equal((7, 6), (passage.GetProperty("line").GetInt32(), Array.FindIndex(_workspace.Read($".claude/skills/{Skill}_prototype/SKILL.md").Split('\n'), line => line.StartsWith("A message", StringComparison.Ordinal)) - passage.GetProperty("other_line").GetInt32() + 7));
        Assert.Equal(2, _workspace.Wre("search", "--similar-to", "no/such/folder").ExitCode);
    }

    [Fact]
    public void Reindex_counts_what_it_did_and_finds_skills_of_a_named_folder()
    {
        var first = _workspace.Ok("reindex", "--output", "json").Json;
        Assert.Equal((2, 2, 0), (first.GetProperty("skills").GetInt32(), first.GetProperty("indexed").GetInt32(), first.GetProperty("unchanged").GetInt32()));
        Draft("awning", "Repairs awnings.", "vendor/{0}");
        var second = _workspace.Ok("reindex", "--skills-path", "vendor", "--output", "json").Json;
        Assert.Equal((3, 1, 2), (second.GetProperty("skills").GetInt32(), second.GetProperty("indexed").GetInt32(), second.GetProperty("unchanged").GetInt32()));
        var hit = _workspace.Ok("search", "repair awnings", "--output", "json").Json.GetProperty("hits")[0];
        Assert.Equal(("awning", "vendor/awning"), (hit.GetProperty("skill").GetString(), hit.GetProperty("path").GetString()));
        Assert.Contains("Skills indexed: 2, unchanged: 0, removed: 0.", _workspace.Ok("reindex", "--full").Output, StringComparison.Ordinal);
        Assert.Equal(2, _workspace.Wre("reindex", "--skills-path", "no/such").ExitCode);
    }

    [Fact]
    public void Show_says_what_depends_on_what_and_a_promotion_warns()
    {
        _workspace.Ok("bench", "--skill", Skill);
        var shown = _workspace.Ok("show", "--skill", Skill).Output;
        Assert.Matches(@"used by +chat_report", shown);
        var validated = _workspace.Ok("validate", "--skill", Skill, "--output", "json");
        Assert.Equal("chat_report", Assert.Single(validated.Json.GetProperty("dependents").EnumerateArray()).GetString());
        _workspace.Approve("T_1", "prototype", "staged");
        var ticket = _workspace.Ok("ticket", "show", "--ticket", "T_1").Output;
        Assert.Contains("Nearest existing skills:\n  chat_report (prototype), similarity 0.", ticket, StringComparison.Ordinal);
        Assert.Contains("\"A message that sells is spam\"", ticket, StringComparison.Ordinal);
        var promoted = _workspace.Ok("promote", "--skill", Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "T_1");
        Assert.Contains("warning: 1 skill uses youtube_spam_detection: chat_report", promoted.Error, StringComparison.Ordinal);
        var back = _workspace.Ok("rollback", "--skill", Skill, "--from", "staged", "--to", "prototype", "--reason", "test");
        Assert.Contains("warning: 1 skill uses youtube_spam_detection: chat_report", back.Error, StringComparison.Ordinal);
        _workspace.Ok("doctor");
    }

    [Fact]
    public void An_index_that_is_gone_or_damaged_is_built_with_a_note()
    {
        _workspace.Ok("reindex");
        File.Delete(_workspace.PathOf(Index));
        var missing = _workspace.Ok("search", "spam");
        Assert.Contains("was missing", missing.Error, StringComparison.Ordinal);
        File.WriteAllText(_workspace.PathOf(Index), new string('x', 20_000));
        var damaged = _workspace.Ok("search", "spam");
        Assert.Contains("is damaged", damaged.Error, StringComparison.Ordinal);
        Assert.Contains("1. ", damaged.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", _workspace.Ok("search", "spam").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Killed_in_the_middle_the_old_index_answers_and_the_next_search_goes_on()
    {
        _workspace.Ok("reindex");
        Draft("chat_report", "Open the umbrella.");
        var killed = WreCommand.Shell(_workspace.Folder, $"WRE_CRASH_AT={CrashPoint} wre reindex --full");
        Assert.NotEqual(0, killed.ExitCode);
        Assert.Equal(["chat_report"], Found("umbrella"));
        Assert.Equal(2, Found("spam detection report").Length);
        _workspace.Ok("doctor");
    }

    [Fact]
    public void A_full_disk_answers_from_the_index_as_it_was()
    {
        _workspace.Ok("reindex");
        Draft("chat_report", "Open the umbrella.");
        var full = WreCommand.Shell(_workspace.Folder, "WRE_FAULT=full:skills.db wre search report");
        Assert.Equal(0, full.ExitCode);
        Assert.Contains("could not be brought up to date", full.Error, StringComparison.Ordinal);
        Assert.Contains("chat_report", full.Output, StringComparison.Ordinal);
        Assert.Equal(["chat_report"], Found("umbrella"));
    }

    [Fact]
    public void Many_processes_at_once_all_answer()
    {
        var result = WreCommand.Shell(_workspace.Folder, """
            for i in 1 2 3; do wre reindex --full >/dev/null & wre search spam >"found$i" & done
            wait
            grep -c youtube_spam_detection: found1 found2 found3
            """);
        Assert.Equal("found1:1\nfound2:1\nfound3:1\n", result.Output);
        Assert.Equal(2, Found("spam").Length);
    }

    [Fact]
    public void An_embedding_model_that_does_not_answer_is_a_warning()
    {
        File.AppendAllText(_workspace.PathOf("wre.yaml"), "embeddings: {endpoint: http://127.0.0.1:9/v1, model: none}\n");
        var result = _workspace.Ok("search", "spam", "--output", "json");
        Assert.Contains("ranked by words alone", Assert.Single(result.Json.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("model none", StringComparison.Ordinal)).GetString(), StringComparison.Ordinal);
        Assert.Contains("ranked by words alone", _workspace.Ok("reindex").Error, StringComparison.Ordinal);
    }
}

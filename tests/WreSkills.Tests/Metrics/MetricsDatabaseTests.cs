using WreSkills.Metrics;
using WreSkills.Registry;

namespace WreSkills.Tests.Metrics;

public sealed class MetricsDatabaseTests : IDisposable
{
    private static readonly StateStay s_stay = new("spam", "1.0", "production", 5);
    private static readonly WindowSizes s_sizes = new(3, 3, 3, 3, 3, 3);
    private readonly MetricsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("skills", "skill_id skill_name promotion_state primary_agent intent_type created_at last_promoted_at version")]
    [InlineData("execution_metrics", "execution_id skill_id timestamp pattern_fidelity outcome_quality execution_time_ms patterns_followed patterns_missed exception")]
    [InlineData("promotion_events", "event_id skill_id from_state to_state approver approval_ticket timestamp reason")]
    [InlineData("rollback_events", "event_id skill_id from_state to_state trigger_reason trigger_metric timestamp")]
    public void The_policys_tables_have_exactly_its_columns(string table, string columns)
    {
        _folder.Ingest();
        Assert.Equal(columns.Split(' '), _folder.Rows($"SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
    }

    [Fact]
    public void Events_of_the_promotion_log_fill_the_policys_tables()
    {
        _folder.Append("spam_promotion_log.json",
            """{"event_id":"p","event":"promotion","from_state":"staged","to_state":"production","timestamp":"2025-10-20T10:00:00Z","approver":"0102","approval_ticket":"T1"}""" + "\n"
            + """{"event_id":"r","event":"rollback","from_state":"production","to_state":"staged","timestamp":1760958000,"reason":"exception_rate_above_5","trigger_metric":"exception_rate=0.1"}""" + "\n"
            + """{"event_id":"r","event":"rollback","from_state":"production","to_state":"staged","timestamp":1760958000}""" + "\n"
            + """{"event_id":"x","from_state":"staged"}""" + "\n");
        Assert.Equal(1, _folder.Ingest().Malformed);
        Assert.Equal(["p|spam|staged|production|0102|T1|2025-10-20T10:00:00Z|-"], _folder.Rows("SELECT * FROM promotion_events"));
        Assert.Equal(["r|spam|production|staged|exception_rate_above_5|exception_rate=0.1|2025-10-20T11:00:00Z"], _folder.Rows("SELECT event_id, skill_id, from_state, to_state, trigger_reason, trigger_metric, timestamp FROM rollback_events"));
        Assert.Equal(new HashSet<string> { "p", "r" }, _folder.Queries.EventIds("spam"));
    }

    [Fact]
    public void Windows_hold_the_latest_arrivals_of_one_stay_oldest_first()
    {
        Fidelity("production", 5, 0.1, 0.2, 0.3, 0.4);
        Fidelity("production", 4, 0.9);
        Fidelity("staged", 5, 0.8);
        _folder.Ingest();
        var window = _folder.Queries.Window(s_stay, s_sizes);
        Assert.Equal([0.2, 0.3, 0.4], window.Fidelity);
        Assert.Equal(4, window.Executions);
        Assert.Equal(new Dictionary<string, int> { ["live by gemma"] = 4 }, window.Sources);
    }

    [Fact]
    public void Order_in_windows_is_arrival_not_time()
    {
        Line("fidelity", "a", "\"timestamp\":9000,\"pattern_fidelity\":0.1");
        Line("fidelity", "b", "\"timestamp\":1000,\"pattern_fidelity\":0.2");
        _folder.Ingest();
        Assert.Equal([0.1, 0.2], _folder.Queries.Window(s_stay, s_sizes).Fidelity);
    }

    [Fact]
    public void Each_metric_counts_for_itself()
    {
        Line("performance", "a", "\"execution_time_ms\":10,\"exception\":true");
        Line("performance", "b", "\"execution_time_ms\":20,\"exception\":false");
        Line("outcomes", "b", "\"outcome_quality\":1");
        _folder.Ingest();
        var window = _folder.Queries.Window(s_stay, s_sizes);
        Assert.Equal([10.0, 20.0], window.TimesMs);
        Assert.Equal([true, false], window.Exceptions);
        Assert.Equal([1.0], window.Outcomes);
        Assert.Empty(window.Fidelity);
        Assert.Equal(2, window.Executions);
    }

    [Fact]
    public void Benchmark_lines_are_in_no_window()
    {
        Line("fidelity", "a", "\"source\":\"benchmark\",\"pattern_fidelity\":0.1");
        Line("fidelity", "b", "\"pattern_fidelity\":0.2");
        _folder.Ingest();
        Assert.Equal([0.2], _folder.Queries.Window(s_stay, s_sizes).Fidelity);
    }

    [Fact]
    public void Critical_failures_are_misses_vetoes_and_critical_exceptions()
    {
        Line("outcomes", "a", "\"outcome_quality\":0,\"label\":\"positive\",\"critical\":true");
        Line("fidelity", "b", "\"pattern_fidelity\":0.5,\"critical_missed\":true");
        Line("performance", "c", "\"exception\":true,\"critical\":true");
        Line("performance", "d", "\"exception\":true");
        _folder.Ingest();
        var window = _folder.Queries.Window(s_stay, s_sizes with { Critical = 100 });
        Assert.Equal((3, 1, 1), (window.CriticalFailures, window.CriticalFalseNegatives, window.FalseNegatives));
        Assert.Equal(["a"], window.CriticalFalseNegativeIds);
    }

    [Fact]
    public void A_line_without_version_is_placed_by_the_promotion_logs_intervals()
    {
        Intervals();
        Line("fidelity", "before", "\"timestamp\":500,\"pattern_fidelity\":1", place: "");
        Line("fidelity", "staged", "\"timestamp\":1500,\"pattern_fidelity\":1", place: "");
        Line("fidelity", "produced", "\"timestamp\":2500,\"pattern_fidelity\":1", place: "");
        Line("fidelity", "held", "\"timestamp\":3500,\"pattern_fidelity\":1", place: "");
        _folder.Ingest();
        Assert.Equal(
            ["before|-|-|-", "held|-|-|-", "produced|1.0|production|3", "staged|1.0|staged|2"],
            _folder.Rows("SELECT execution, version, state, state_serial FROM execution_facts LEFT JOIN revisions USING (revision_key) ORDER BY 1"));
    }

    [Fact]
    public void A_line_that_names_version_or_state_only_gets_the_rest_from_the_intervals()
    {
        Intervals();
        Line("fidelity", "version", "\"timestamp\":1500,\"pattern_fidelity\":1", place: ",\"version\":\"1.0\"");
        Line("fidelity", "state", "\"timestamp\":2500,\"pattern_fidelity\":1", place: ",\"state\":\"production\"");
        Line("fidelity", "other", "\"timestamp\":2500,\"pattern_fidelity\":1", place: ",\"version\":\"2.0\"");
        _folder.Ingest();
        Assert.Equal(
            ["other|-|-|-", "state|1.0|production|3", "version|1.0|staged|2"],
            _folder.Rows("SELECT execution, version, state, state_serial FROM execution_facts LEFT JOIN revisions USING (revision_key) ORDER BY 1"));
    }

    [Theory]
    [InlineData("last_24_hours", 1)]
    [InlineData("last_7_days", 2)]
    [InlineData("last_30_days", 3)]
    [InlineData("all_time", 4)]
    public void Summaries_look_back_over_the_named_span(string timeframe, int executions)
    {
        foreach (var days in (int[])[1, 7, 30, 31])
        {
            // A second inside of each span, and one beyond all of them.
            var moment = _folder.Time.GetUtcNow().AddDays(-days).AddSeconds(1).ToUnixTimeSeconds();
            Line("fidelity", $"e{days}", $"\"timestamp\":{moment},\"pattern_fidelity\":0.5");
        }

        _folder.Ingest();
        Assert.Equal(executions, Assert.Single(_folder.Queries.Summarize("spam", timeframe)).Executions);
        _folder.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(timeframe == "all_time" ? 4 : executions - 1, _folder.Queries.Summarize("spam", timeframe).Sum(summary => summary.Executions));
    }

    [Fact]
    public void An_unknown_timeframe_is_refused_with_those_there_are()
    {
        var error = Assert.Throws<WreException>(() => _folder.Queries.Summarize("spam", "last_year"));
        Assert.Equal("choose one of last_24_hours, last_7_days, last_30_days, all_time", error.Hint);
    }

    [Fact]
    public void A_summary_has_the_hand_computed_figures()
    {
        Line("outcomes", "a", "\"outcome_quality\":1,\"label\":\"negative\"");
        Line("outcomes", "b", "\"outcome_quality\":0,\"label\":\"negative\"");
        Line("outcomes", "c", "\"outcome_quality\":0,\"label\":\"positive\",\"critical\":true");
        Line("outcomes", "d", "\"outcome_quality\":1,\"label\":\"positive\"");
        Line("performance", "a", "\"execution_time_ms\":10,\"exception\":false,\"tokens\":5");
        Line("performance", "b", "\"execution_time_ms\":30,\"exception\":true,\"tokens\":7");
        Line("fidelity", "a", "\"pattern_fidelity\":0.5");
        Line("fidelity", "a2", "\"pattern_fidelity\":0.25,\"source\":\"benchmark\"");
        _folder.Ingest();
        var summaries = _folder.Queries.Summarize("spam", "all_time");
        Assert.Equal([false, true], summaries.Select(summary => summary.Benchmark));
        var live = summaries[0];
        Assert.Equal(("1.0", "production", 4, 1, 0.5), (live.Version, live.State, live.Executions, live.FidelityCount, live.PatternFidelity));
        Assert.Equal((4, 0.5, 2, 1, 0.5), (live.OutcomeCount, live.OutcomeQuality, live.Negatives, live.FalsePositives, live.FalsePositiveRate));
        Assert.Equal((1, 1, 1, 0.5, 20.0, 12L), (live.FalseNegatives, live.CriticalFalseNegatives, live.Exceptions, live.ExceptionRate, live.ExecutionTimeMs, live.Tokens));
    }

    [Fact]
    public void The_skills_row_follows_the_registry()
    {
        var entry = new SkillEntry { PrimaryAgent = "gemma", IntentType = "CLASSIFICATION", CreatedAt = "2025-10-01T00:00:00Z", LastPromotion = "2025-10-20T00:00:00Z" };
        _folder.Queries.SaveSkill("spam", entry);
        _folder.Queries.SaveSkill("spam", entry with { PrimaryAgent = "qwen" });
        Assert.Equal(["spam|spam|prototype|qwen|CLASSIFICATION|2025-10-01T00:00:00Z|2025-10-20T00:00:00Z|-"], _folder.Rows("SELECT * FROM skills"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_an_error_with_a_way_out()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Database)!);
        File.WriteAllText(_folder.Database, "this is not a database, it is text that is long enough to look at");
        Assert.Contains("wre doctor --rebuild", Assert.Throws<WreException>(() => _folder.Ingest()).Hint!, StringComparison.Ordinal);
    }

    // 1.0 was staged at second 1000 (serial 2), produced at 2000 (serial 3) and held at 3000 (serial 4).
    private void Intervals()
    {
        foreach (var (number, state) in (ReadOnlySpan<(int, string)>)[(1, "staged"), (2, "production"), (3, "held")])
        {
            _folder.Append("spam_promotion_log.json",
                $$"""{"event_id":"e{{number}}","from_state":"x","to_state":"{{state}}","timestamp":"{{number * 1000}}","changes":[{"version":"1.0","digest":"d","state":"{{state}}","state_serial":{{number + 1}}}]}""" + "\n");
        }
    }

    private void Fidelity(string state, int serial, params double[] values)
    {
        foreach (var value in values)
        {
            Line("fidelity", $"{state}-{serial}-{value}", $"\"pattern_fidelity\":{value},\"source\":\"live\",\"agent\":\"gemma\"", $",\"version\":\"1.0\",\"state\":\"{state}\",\"state_serial\":{serial}");
        }
    }

    private void Line(string file, string id, string fields, string place = ",\"version\":\"1.0\",\"state\":\"production\",\"state_serial\":5") =>
        _folder.Append($"spam_{file}.json", $"{{\"execution_id\":\"{id}\",{fields}{place}}}\n");
}

namespace WreSkills.EndToEnd.Cli;

/// <summary>The literal triggers, driven through the executable.</summary>
public sealed class RollbackOnRecordTests : IDisposable
{
    private readonly SpamWorkspace _workspace = new();

    public RollbackOnRecordTests()
    {
        _workspace.Stage();
        _workspace.Produce();
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void Ten_executions_with_fidelity_083_roll_back_and_the_message_says_why()
    {
        var lines = Enumerable.Range(0, 10).Select(_ => _workspace.Line("production", "allow", "allow", "\"pattern_fidelity\":0.83")).ToList();
        var nine = _workspace.WreWithInput(string.Join('\n', lines.Take(9)), "record");
        Assert.Equal(0, nine.ExitCode);
        Assert.Equal("production", _workspace.State);

        var tenth = _workspace.WreWithInput(lines[9], "record");

        Assert.Contains("ROLLED BACK youtube_spam_detection 1.0: production → staged", tenth.Output, StringComparison.Ordinal);
        Assert.Contains("Pattern fidelity averaged 0.83 over the last 10 executions; the limit is 0.85.", tenth.Output, StringComparison.Ordinal);
        Assert.Contains("pattern_fidelity_drop_below_85 (fidelity=0.83)", tenth.Output, StringComparison.Ordinal);
        Assert.Equal("staged", _workspace.State);
    }

    [Fact]
    public void Breadcrumbs_that_miss_a_pattern_of_weight_a_sixth_roll_back()
    {
        // Weights 1 and 0.2: without the second pattern the fidelity is 1/1.2 = 0.8333.
        _workspace.Record(Enumerable.Range(0, 10).Select(_ => _workspace.Line("production", "allow", "allow", "\"breadcrumbs\":[{\"words_checked\":true}]")));
        Assert.Equal("staged", _workspace.State);
    }

    [Fact]
    public void Fidelity_of_exactly_085_stays_in_production()
    {
        _workspace.Record(Enumerable.Range(0, 30).Select(_ => _workspace.Line("production", "allow", "allow", "\"pattern_fidelity\":0.85")));
        Assert.Equal("production", _workspace.State);
    }

    [Fact]
    public void The_same_ids_twice_change_nothing()
    {
        var lines = Enumerable.Range(0, 9).Select(_ => _workspace.Line("production", "allow", "allow", "\"pattern_fidelity\":0.83")).ToList();
        _workspace.Record(lines);
        var (registry, rows) = (_workspace.Registry, _workspace.Sql("SELECT * FROM execution_facts ORDER BY execution"));

        var again = _workspace.Record(lines.Concat(lines)).Json;

        Assert.Equal((0, 18), (again.GetProperty("recorded").GetInt32(), again.GetProperty("known_already").GetInt32()));
        Assert.Equal(registry, _workspace.Registry);
        Assert.Equal(rows, _workspace.Sql("SELECT * FROM execution_facts ORDER BY execution"));
    }

    [Fact]
    public void Lines_that_another_tool_appends_roll_back_at_ingestion()
    {
        var file = _workspace.PathOf("modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_fidelity.json");
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ");
        File.AppendAllLines(file, Enumerable.Range(0, 10).Select(index => $$"""{"execution_id":"other-{{index}}","timestamp":"{{now}}","pattern_fidelity":0.83}"""));

        var ingest = _workspace.Ok("ingest", "--output", "json").Json;

        Assert.Equal("pattern_fidelity_drop_below_85", ingest.GetProperty("skills")[0].GetProperty("rollback").GetProperty("reason").GetString());
        Assert.Equal("staged", _workspace.State);
    }

    [Fact]
    public void One_critical_false_negative_acts_at_once()
    {
        var outcome = _workspace.Record([_workspace.Line("production", "allow", "spam", "\"critical\":true")]).Json;
        Assert.Equal("critical_false_negative", outcome.GetProperty("skills")[0].GetProperty("rollback").GetProperty("reason").GetString());
        Assert.Equal("staged", _workspace.State);
    }

    [Theory]
    [InlineData("outcome_quality_drop_below_80")]
    [InlineData("false_positive_rate_above_10")]
    [InlineData("execution_time_above_3x_baseline")]
    [InlineData("exception_rate_above_5")]
    public void Every_other_trigger_rolls_back(string reason)
    {
        var good = "\"breadcrumbs\":[{\"words_checked\":true,\"links_checked\":true}]";
        IEnumerable<string> lines = reason switch
        {
            "outcome_quality_drop_below_80" => Enumerable.Range(0, 10).Select(index => _workspace.Line("production", "allow", index < 3 ? "spam" : "allow", good)),
            "false_positive_rate_above_10" => Enumerable.Range(0, 30).Select(index => _workspace.Line("production", index % 7 == 0 ? "spam" : "allow", "allow", good)),
            "execution_time_above_3x_baseline" => Enumerable.Range(0, 10).Select(_ => _workspace.Line("production", "allow", "allow", good, timeMs: 301)),
            _ => Enumerable.Range(0, 20).Select(index => index is 3 or 15
                ? _workspace.Line("production", "allow", "allow", good).Replace("\"exception\":false", "\"exception\":true", StringComparison.Ordinal)
                : _workspace.Line("production", "allow", "allow", good)),
        };

        var outcome = _workspace.Record(lines).Json;

        Assert.Equal(reason, outcome.GetProperty("skills")[0].GetProperty("rollback").GetProperty("reason").GetString());
    }
}

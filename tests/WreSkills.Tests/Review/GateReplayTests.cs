using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Tests.Review;

/// <summary>Recorded checks asked again under other thresholds.</summary>
public class GateReplayTests
{
    private static readonly PromotionPolicy s_then = new();

    private static GateResult Gate(string name, double? figure, Verdict verdict = Verdict.Pass, string evidence = "…") => new(name, name, verdict, figure, "…", evidence);

    private static readonly GateResult[] s_draft =
        [Gate("pattern_fidelity", 0.93), Gate("outcome_quality", 0.90), Gate("critical_false_negatives", 0), Gate("false_positive_rate", 0.04), Gate("test_pass_rate", 0.96)];

    private static readonly GateResult[] s_staged =
    [
        Gate("sample_size", 120), Gate("sustained_pattern_fidelity", 0.93), Gate("sustained_outcome_quality", 0.90), Gate("no_regression", -0.01), Gate("no_critical_failures", 0),
        Gate("consistent_adherence", 0.88), Gate("false_positive_rate", 0.04), Gate("test_pass_rate", 0.96),
    ];

    private static PromotionPolicy Policy(string text) => PolicyDocument.Parse(text + "\n", "policy.yaml");

    private static IReadOnlyList<ReplayedGate> Ask(PromotionState to, string text, PromotionPolicy? then = null) => GateReplay.Ask(to, to == PromotionState.Staged ? s_draft : s_staged, then ?? s_then, Policy(text));

    [Fact]
    public void Under_the_policy_of_that_time_everything_passes_again()
    {
        Assert.All(Ask(PromotionState.Staged, "version: \"1\""), gate => Assert.False(gate.Fails));
        Assert.All(Ask(PromotionState.Production, "version: \"1\""), gate => Assert.False(gate.Fails));
    }

    [Theory]
    [InlineData(PromotionState.Staged, "pattern_fidelity: 0.94", "pattern_fidelity: 0.93, required ≥ 0.94")]
    [InlineData(PromotionState.Staged, "pattern_fidelity: 0.93", null)]
    [InlineData(PromotionState.Staged, "outcome_quality: 0.91", "outcome_quality: 0.9, required ≥ 0.91")]
    [InlineData(PromotionState.Staged, "false_positive_rate: 0.04", "false_positive_rate: 0.04, required < 0.04")]
    [InlineData(PromotionState.Staged, "false_positive_rate: 0.041", null)]
    [InlineData(PromotionState.Staged, "test_pass_rate: 0.97", "test_pass_rate: 0.96, required ≥ 0.97")]
    [InlineData(PromotionState.Production, "executions: 121", "sample_size: 120, required ≥ 121")]
    [InlineData(PromotionState.Production, "pattern_fidelity: 0.94", "sustained_pattern_fidelity: 0.93, required ≥ 0.94")]
    [InlineData(PromotionState.Production, "outcome_quality: 0.91", "sustained_outcome_quality: 0.9, required ≥ 0.91")]
    [InlineData(PromotionState.Production, "regression_tolerance: 0.005", "no_regression: -0.01, required ≥ −0.005")]
    [InlineData(PromotionState.Production, "regression_tolerance: 0.01", null)]
    [InlineData(PromotionState.Production, "consistency_floor: 0.89", "consistent_adherence: 0.88, required ≥ 0.89")]
    [InlineData(PromotionState.Production, "false_positive_rate: 0.04", "false_positive_rate: 0.04, required < 0.04")]
    public void A_check_fails_exactly_when_its_figure_misses_the_new_threshold(PromotionState to, string key, string? sentence)
    {
        var section = to == PromotionState.Staged ? "prototype_to_staged" : "staged_to_production";
        var failing = Ask(to, $"gates: {{{section}: {{{key}}}}}").Where(gate => gate.Fails == true).Select(gate => gate.Sentence);
        Assert.Equal(sentence is null ? [] : [sentence], failing);
    }

    [Fact]
    public void Another_window_leaves_the_means_open_and_says_why()
    {
        var asked = Ask(PromotionState.Production, "gates: {staged_to_production: {executions: 110, negatives_minimum: 30}}");
        Assert.Equal(
            ["sustained_pattern_fidelity", "sustained_outcome_quality", "no_regression", "no_critical_failures", "consistent_adherence", "false_positive_rate"],
            asked.Where(gate => gate.Fails is null).Select(gate => gate.Gate));
        Assert.Contains(asked, gate => gate.Sentence == "false_positive_rate: gates.staged_to_production.negatives_minimum was 20 and would be 30; the ticket has the figure of the former only");
        Assert.False(asked.Single(gate => gate.Gate == "sample_size").Fails);
    }

    [Fact]
    public void What_the_ticket_did_not_know_is_not_judged()
    {
        var asked = GateReplay.Ask(PromotionState.Staged, [Gate("pattern_fidelity", null, Verdict.NoData, "This exact content has no benchmark."), .. s_draft.Skip(2)], s_then, s_then);
        Assert.Equal("pattern_fidelity: the ticket was made before the check had its figure (This exact content has no benchmark.)", asked[0].Sentence);
        Assert.Equal("outcome_quality: the ticket recorded no such check", asked[1].Sentence);
        Assert.Null(asked[0].Fails ?? asked[1].Fails);
    }

    [Fact]
    public void Without_the_policy_of_that_time_only_what_has_no_window_is_judged() => Assert.Equal(
        ["sample_size", "test_pass_rate"], GateReplay.Ask(PromotionState.Production, s_staged, null, s_then).Where(gate => gate.Fails is not null).Select(gate => gate.Gate));

    [Fact]
    public void Open_patterns_do_not_pass_a_higher_limit()
    {
        var open = Gate("pattern_fidelity", 0.95, evidence: "22 runs. With what is open in them it is between 0.91 and 0.97.");
        ReplayedGate Of(double limit) => GateReplay.Ask(PromotionState.Staged, [open], s_then, s_then with { PrototypeToStaged = new PrototypeGates { PatternFidelity = limit } })[0];
        Assert.Null(Of(0.93).Fails);
        Assert.False(Of(0.90).Fails);
        Assert.True(Of(0.96).Fails);
    }
}

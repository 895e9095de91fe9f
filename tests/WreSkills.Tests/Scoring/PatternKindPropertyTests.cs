using CsCheck;

using WreSkills.Scoring;

using static WreSkills.Tests.Scoring.PatternLanguage;

namespace WreSkills.Tests.Scoring;

/// <summary>Every kind of pattern against a model that tries everything, on short runs over few tools.</summary>
public class PatternKindPropertyTests
{
    // A call is a tool a–c with an argument q of 1–3; 0 is a call whose arguments were not written down, so that nobody knows.
    private static readonly Gen<(char Tool, int Q)> s_call = Gen.Select(Gen.Char['a', 'c'], Gen.Int[0, 3]);
    private static readonly Gen<(char Tool, int Q)[]> s_run = s_call.Array[0, 6];

    // A pattern names a tool or any ('*'), and an argument or none (0).
    private static readonly Gen<(char Tool, int Q, int Weight)> s_step = Gen.Select(Gen.OneOf(Gen.Char['a', 'c'], Gen.Const('*')), Gen.Int[0, 3], Gen.Int[1, 3]);
    private static readonly Gen<(char Tool, int Q, int Weight)[]> s_steps = s_step.Array[1, 4];

    [Fact]
    public void A_sequence_is_the_heaviest_of_all_choices_in_order() =>
        Gen.Select(s_steps, s_run, Gen.Bool).Sample((steps, run, exact) => Check(
            $"- sequence: {{order: {(exact ? "exact" : "in_order")}, steps: [{string.Join(", ", steps.Select(Weighted))}]}}",
            run,
            known => Best(steps, run, known, inOrder: true, exact)));

    [Fact]
    public void A_set_is_the_heaviest_of_all_one_to_one_choices() =>
        Gen.Select(s_steps, s_run, Gen.Bool).Sample((steps, run, exact) => Check(
            $"- set: {{extra: {(exact ? "forbidden" : "allowed")}, steps: [{string.Join(", ", steps.Select(Weighted))}]}}",
            run,
            known => Best(steps, run, known, inOrder: false, exact)));

    [Fact]
    public void A_step_a_count_and_a_prohibition_are_what_counting_says() =>
        Gen.Select(s_step, s_run, Gen.Int[0, 3], Gen.Int[0, 3]).Sample((step, run, min, more) =>
        {
            // Every way in which the unknown could have been is tried, so low and high are the least and the most of them.
            Check($"- step: {Yaml(step)}", run, known => Fits(step, run, known).Any(fit => fit) ? 1 : 0);
            Check($"- forbid: {Yaml(step)}", run, known => Fits(step, run, known).Any(fit => fit) ? 0 : 1);
            Check($"- count: {{step: {Yaml(step)}, min: {min}, max: {min + more}}}", run, known => Fits(step, run, known).Count(fit => fit) is var count && count >= min && count <= min + more ? 1 : 0);
        });

    [Fact]
    public void Only_is_that_every_call_is_on_the_list() =>
        Gen.Select(s_steps, s_run).Sample((steps, run) => Check(
            $"- only: [{string.Join(", ", steps.Select(Yaml))}]", run, known => Enumerable.Range(0, run.Length).All(at => steps.Any(step => Fit(step, run[at], known[at]))) ? 1 : 0));

    [Fact]
    public void Before_and_within_are_what_looking_at_every_pair_says() =>
        Gen.Select(s_step, s_step, s_run, Gen.Int[1, 3]).Sample((first, then, run, distance) =>
        {
            bool Answered(bool[] known, (char, int, int) anchor, (char, int, int) other, int sign) => Enumerable.Range(0, run.Length).Where(at => Fit(anchor, run[at], known[at])).All(at =>
                Enumerable.Range(1, distance).Select(step => at + (sign * step)).Any(near => near >= 0 && near < run.Length && Fit(other, run[near], known[near])));

            // Without anything unknown: the two ends of what is unknown are not reached at once when a call is both anchor and answer.
            var plain = run.Select(call => (call.Tool, Math.Max(1, call.Q))).ToArray();
            run = plain;
            Check($"- before: {{first: {Yaml(first)}, then: {Yaml(then)}, within: {{steps: {distance}}}}}", run, known => Fits(then, run, known).Any(fit => fit) ? Answered(known, then, first, -1) ? 1 : 0 : null);
            Check($"- within: {{step: {Yaml(then)}, after: {Yaml(first)}, steps: {distance}}}", run, known => Fits(first, run, known).Any(fit => fit) ? Answered(known, first, then, 1) ? 1 : 0 : null);
            Check($"- within: {{step: {Yaml(then)}, steps: {distance}}}", run, known => Fits(then, run, known).Take(distance).Any(fit => fit) ? 1 : 0);
        });

    [Fact]
    public void If_and_any_of_are_what_their_parts_say() =>
        Gen.Select(s_step, s_step, s_run).Sample((left, right, run) =>
        {
            run = [.. run.Select(call => (call.Tool, Math.Max(1, call.Q)))];
            double One((char, int, int) step) => Score($"- step: {Yaml(step)}", Json(run)).PatternFidelity!.Value;
            Assert.Equal(One(left) >= 1 ? One(right) : null, Score($"- {{if: {{step: {Yaml(left)}}}, then: {{step: {Yaml(right)}}}}}", Json(run)).PatternFidelity);
            Assert.Equal(Math.Max(One(left), One(right)), Score($"- any_of: [{{step: {Yaml(left)}}}, {{step: {Yaml(right)}}}]", Json(run)).PatternFidelity);
        });

    [Fact]
    public void A_budget_and_a_penalty_are_what_counting_says() =>
        Gen.Select(s_run, Gen.Int[0, 6], Gen.Int[0, 10]).Sample((run, limit, percent) =>
        {
            Assert.Equal(run.Length <= limit ? 1 : 0, Score($"- budget: {{steps: {limit}}}", Json(run)).PatternFidelity);
            var gained = run.Any(call => call.Tool == 'a') ? 1.0 : 0.0;
            Assert.Equal(Math.Max(0, gained - (percent / 100.0 * (run.Length - gained))), Score("- step: {tool: a}", Json(run), percent / 100.0).PatternFidelity!.Value, 12);
        });

    [Fact]
    public void Whatever_happens_low_is_not_above_high_and_the_fidelity_between_0_and_1() =>
        Gen.Select(s_steps, s_run, Gen.Bool, Gen.Int[0, 50]).Sample((steps, run, crashed, percent) =>
        {
            var yaml = string.Join('\n', steps.Select((step, index) => $"- {{name: p{index}, weight: {step.Weight}, {(index % 2 == 0 ? "step" : "forbid")}: {Yaml(step)}, critical: {(step.Q == 3 ? "true" : "false")}}}"));
            var score = Score(yaml, Evidence(Json(run)) with { Crashed = crashed }, percent / 100.0);
            Assert.InRange(score.FidelityLow!.Value, 0, score.FidelityHigh!.Value);
            Assert.InRange(score.FidelityHigh.Value, 0, 1);
            Assert.True(score.PatternFidelity is null or (>= 0 and <= 1));
            Assert.Equal(steps.Length, score.PatternsFollowed.Count + score.PatternsMissed.Count + score.PatternsInconclusive.Count);
        });

    // The model: every way of filling in what is unknown gives a value; the least and the most of them are low and high.
    private static void Check(string yaml, (char Tool, int Q)[] run, Func<bool[], double?> model)
    {
        var score = Score(yaml, Json(run));
        var (low, high) = (model([.. run.Select(_ => false)]), model([.. run.Select(_ => true)]));
        if (run.Any(call => call.Q == 0))
        {
            // More known fits help some rules and hurt others, and a count is hurt by too many: all subsets are tried.
            var values = Enumerable.Range(0, 1 << run.Length).Select(mask => model([.. run.Select((_, at) => (mask >> at & 1) == 1)])).ToList();
            (low, high) = (values.Min(), values.Max());
        }

        Assert.Equal((Rounded(low), Rounded(high)), (Rounded(score.FidelityLow), Rounded(score.FidelityHigh)));
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 9) : null;

    private static double Best((char Tool, int Q, int Weight)[] steps, (char Tool, int Q)[] run, bool[] known, bool inOrder, bool exact)
    {
        var best = (Weight: 0, Count: 0);
        void Try(int step, int last, int used, int weight, int count)
        {
            if (step == steps.Length)
            {
                best = (weight, count).CompareTo(best) > 0 ? (weight, count) : best;
                return;
            }

            Try(step + 1, last, used, weight, count);
            for (var at = inOrder ? last + 1 : 0; at < run.Length; at++)
            {
                if ((used >> at & 1) == 0 && Fit(steps[step], run[at], known[at]))
                {
                    Try(step + 1, at, used | 1 << at, weight + steps[step].Weight, count + 1);
                }
            }
        }

        Try(0, -1, 0, 0, 0);
        return best.Weight / (double)(steps.Sum(step => step.Weight) + (exact ? run.Length - best.Count : 0));
    }

    private static bool[] Fits((char Tool, int Q, int Weight) step, (char Tool, int Q)[] run, bool[] known) => [.. run.Select((call, at) => Fit(step, call, known[at]))];

    // `known` says what a call without arguments is taken for: the one that was looked for, or none.
    private static bool Fit((char Tool, int Q, int Weight) step, (char Tool, int Q) call, bool known) =>
        (step.Tool == '*' || step.Tool == call.Tool) && (step.Q == 0 || step.Q == call.Q || (call.Q == 0 && known));

    private static string Yaml((char Tool, int Q, int Weight) step) =>
        $"{{tool: {(step.Tool == '*' ? "'*'" : step.Tool)}{(step.Q == 0 ? "" : $", arguments: {{q: {step.Q}}}")}}}";

    private static string Weighted((char Tool, int Q, int Weight) step) => $"{Yaml(step)[..^1]}, weight: {step.Weight}}}";

    private static string Json((char Tool, int Q)[] run) =>
        "[" + string.Join(',', run.Select(call => $"{{\"tool\":\"{call.Tool}\"{(call.Q == 0 ? "" : $",\"arguments\":{{\"q\":{call.Q}}}")}}}")) + "]";
}

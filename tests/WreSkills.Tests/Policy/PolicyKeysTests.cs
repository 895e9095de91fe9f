using System.Text;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Tests.Policy;

/// <summary>The table of keys against the document, the defaults and the reference.</summary>
public class PolicyKeysTests
{
    private const string Begin = "<!-- keys: written from the code, checked by PolicyKeysTests -->", End = "<!-- end of keys -->";

    // What the table leaves out: texts and lists that have their own place in `wre policy show`.
    private static readonly string[] s_elsewhere = ["version", "authority", "last_updated", "next_review", "approvers", "locked"];

    [Fact]
    public void Every_key_of_the_default_document_is_in_the_table_and_none_is_missing_in_it()
    {
        var problems = new List<YamlProblem>();
        var written = Leaves((YamlMapping)YamlReader.Read(PolicyDocument.DefaultText, 1, problems)!, "").Except(s_elsewhere).ToHashSet();
        // Actions stand in the document only where somebody states one.
        var table = PolicyKeys.All.Select(key => key.Name).Where(name => !name.EndsWith(".action", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(written.Except(["demotion.review_flag"]).Order(StringComparer.Ordinal), table.Order(StringComparer.Ordinal));
        Assert.Equal(PolicyKeys.All.Count, PolicyKeys.All.Select(key => key.Name).Distinct().Count());
    }

    [Fact]
    public void Every_default_of_the_table_is_what_the_document_says()
    {
        var policy = PolicyDocument.Parse(PolicyDocument.DefaultText, "the built-in policy");
        Assert.All(PolicyKeys.All, key => Assert.Equal(key.Default, key.Text(policy)));
        Assert.All(PolicyKeys.All.Where(key => key.IsRanked), key => Assert.NotNull(key.Rank(key.Default)));
    }

    [Fact]
    public void The_reference_lists_every_key_as_the_code_has_it()
    {
        var path = Path.Combine(RepositoryRoot.Find(), "docs", "reference", "policy.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        var table = new StringBuilder("\n\n| key | default | stricter | meaning |\n|---|---|---|---|\n");
        foreach (var key in PolicyKeys.All)
        {
            table.Append($"| `{key.Name}` | {key.Default} | {(key.Stricter.Length == 0 ? "–" : key.Stricter.Replace("<", "\\<", StringComparison.Ordinal))} | {key.Meaning} |\n");
        }

        var expected = table.Append('\n').ToString();
        if (Environment.GetEnvironmentVariable("WRE_WRITE_REFERENCE") == "1")
        {
            File.WriteAllText(path, text[..(from + Begin.Length)] + expected + text[to..]);
            return;
        }

        Assert.True(text[(from + Begin.Length)..to] == expected, "docs/reference/policy.md is stale; run this test with WRE_WRITE_REFERENCE=1");
    }

    [Theory]
    [InlineData("gates.staged_to_production.pattern_fidelity", "0.9", "0.91", PolicyEffect.Stricter)]
    [InlineData("gates.staged_to_production.pattern_fidelity", "0.9", "0.89", PolicyEffect.Looser)]
    [InlineData("gates.staged_to_production.pattern_fidelity", "0.9", "0.90", PolicyEffect.Neutral)]
    [InlineData("gates.staged_to_production.false_positive_rate", "0.05", "0.04", PolicyEffect.Stricter)]
    [InlineData("gates.staged_to_production.regression_tolerance", "0.02", "0.05", PolicyEffect.Looser)]
    [InlineData("triggers.pattern_fidelity.below", "0.85", "0.87", PolicyEffect.Stricter)]
    [InlineData("triggers.pattern_fidelity.window", "10", "5", PolicyEffect.Neutral)]
    [InlineData("triggers.pattern_fidelity.action", "rollback", "alert", PolicyEffect.Looser)]
    [InlineData("triggers.pattern_fidelity.action", "off", "pause", PolicyEffect.Stricter)]
    [InlineData("triggers.critical_false_negative", "true", "false", PolicyEffect.Looser)]
    [InlineData("triggers.execution_time.times_baseline", "3", "10", PolicyEffect.Looser)]
    [InlineData("guard.mode", "off", "confirm", PolicyEffect.Looser)]
    [InlineData("circuit_breaker.failures", "5", "0", PolicyEffect.Looser)]
    [InlineData("circuit_breaker.failures", "0", "1000", PolicyEffect.Stricter)]
    [InlineData("circuit_breaker.failures", "5", "3", PolicyEffect.Stricter)]
    [InlineData("rollout.advance", "automatic", "manual", PolicyEffect.Stricter)]
    [InlineData("model_change", "benchmark", "restage", PolicyEffect.Stricter)]
    [InlineData("reviews.staged", "daily", "never", PolicyEffect.Looser)]
    [InlineData("tickets.separation_of_duties", "auto", "off", PolicyEffect.Looser)]
    [InlineData("tickets.signatures", "enrolled", "required", PolicyEffect.Stricter)]
    [InlineData("changes.approvals", "2", "1", PolicyEffect.Looser)]
    [InlineData("retention.executions_days", "30", "3", PolicyEffect.Neutral)]
    [InlineData("rollback.serve_staged_copy", "true", "false", PolicyEffect.Stricter)]
    public void A_change_of_a_key_is_stricter_or_looser(string key, string before, string after, PolicyEffect effect) =>
        Assert.Equal(effect, PolicyKeys.Find(key)!.Compare(before, after));

    private static IEnumerable<string> Leaves(YamlMapping mapping, string path) => mapping.Entries.SelectMany(entry =>
        entry.Value is YamlMapping { Entries.Count: > 0 } inner ? Leaves(inner, path + entry.Key + ".") : [path + entry.Key]);
}

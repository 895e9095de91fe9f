using System.Text.Json.Nodes;

using WreSkills.Review;

namespace WreSkills.Tests.Hosting;

public class VariationReviewTests
{
    [Fact]
    public async Task An_edit_that_is_shown_to_be_better_waits_for_a_person_and_changes_nothing_else()
    {
        using var workspace = new ProposalWorkspace();
        var before = Files(workspace);

        var outcome = await workspace.ReviewAsync();

        var proposal = workspace.Workspace.Proposals.Require(Assert.Single(outcome.Queued).Proposal!);
        Assert.Equal(("queued", "high", "advisor", "fake:1", "author"), (proposal.Status, proposal.Priority, proposal.Advisor, proposal.Model, proposal.CreatedBy));
        Assert.Equal((22, 22, 0), (proposal.Evidence!.Cases, proposal.Evidence.Better, proposal.Evidence.Worse));
        Assert.Equal((0.75, 1.0), (proposal.Evidence.Baseline.PatternFidelity, proposal.Evidence.Candidate.PatternFidelity));
        Assert.Equal(["e-1"], proposal.Traces);
        Assert.Contains($"-{ProposalWorkspace.Weak}\n+{ProposalWorkspace.Mended}\n", proposal.Diff, StringComparison.Ordinal);
        Assert.Equal(64, proposal.PromptSha256.Length);

        // No execution, metric, benchmark or registry entry comes of a comparison: only the proposal and the message about it.
        var made = Files(workspace).Except(before).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(new[] { $"{proposal.Id}.json", $"{proposal.Id}-proposals_queued.json", "proposals.lock" }.Order(StringComparer.Ordinal), made);
        var message = Assert.Single(workspace.Workspace.Outbox.Pending());
        Assert.Equal(("proposals_queued", "high"), (message.Kind, message.Body["priority"]!.GetValue<string>()));
        Assert.Contains("1 proposal waits for you", message.Body["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_that_helps_nothing_is_not_kept()
    {
        using var workspace = new ProposalWorkspace(_ => ProposalWorkspace.Answer((ProposalWorkspace.Weak, "- Applies to: most messages")));
        var variation = Assert.Single((await workspace.ReviewAsync()).Variations);
        Assert.Null(variation.Proposal);
        Assert.Contains("not shown to be better: 0 cases better, 0 worse, 22 the same", variation.Refusal, StringComparison.Ordinal);
        Assert.Empty(workspace.Workspace.Outbox.Pending());
    }

    [Fact]
    public async Task A_critical_miss_stops_an_edit_whatever_else_it_mends()
    {
        using var workspace = new ProposalWorkspace(_ => ProposalWorkspace.Answer((ProposalWorkspace.Weak, ProposalWorkspace.Mended + "\n- Remove nothing.")));
        var variation = Assert.Single((await workspace.ReviewAsync()).Variations);
        Assert.Contains("a critical regression: 1 critical false negatives, before 0", variation.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_several_variations_must_be_shown_with_its_share_of_the_chance_and_equal_ones_count_once()
    {
        using var workspace = new ProposalWorkspace(_ => ProposalWorkspace.Answer((ProposalWorkspace.Weak, ProposalWorkspace.Mended), (ProposalWorkspace.Weak, ProposalWorkspace.Mended + "."), ("Remove what sells.", "Remove what sells or begs."), ("Remove", "Erase")));
        var outcome = await workspace.ReviewAsync(count: 3);
        Assert.Equal(3, outcome.Variations.Count);
        Assert.Equal(0.025, outcome.Variations[0].Evidence!.Alpha, 1e-12);
        Assert.Contains("The same edit is queued already", outcome.Variations[1].Refusal, StringComparison.Ordinal);
        Assert.Contains("not shown to be better", outcome.Variations[2].Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_model_or_without_a_weak_pattern_it_says_so()
    {
        using var workspace = new ProposalWorkspace();
        var outcome = await workspace.ReviewAsync(model: false);
        Assert.Contains("No model was asked", outcome.Note, StringComparison.Ordinal);
        Assert.Null(outcome.PromptSha256);
        Assert.Empty(outcome.Variations);
    }

    [Fact]
    public async Task A_model_that_fails_or_proposes_nothing_is_said()
    {
        using var broken = new ProposalWorkspace(_ => "As an AI I find this skill delightful.");
        Assert.Contains("is no variation: the answer is not JSON", (await broken.ReviewAsync()).Note, StringComparison.Ordinal);
        using var lazy = new ProposalWorkspace(_ => """{"variations": []}""");
        Assert.Equal("The model proposed no variation.", (await lazy.ReviewAsync()).Note);
        using var silent = new ProposalWorkspace(_ => "");
        Assert.Contains("gave no answer (invalid_output)", (await silent.ReviewAsync()).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_never_sees_a_case_of_the_holdout_nor_an_execution_of_one()
    {
        using var workspace = new ProposalWorkspace();
        var path = $"{ProposalWorkspace.Draft}/evals/evals.json";
        var cases = JsonNode.Parse(workspace.Inner.Read(path))!;
        cases["evals"]![0]!["wre"]!["split"] = "holdout";
        cases["evals"]![0]!["wre"]!["input"]!["text"] = "buy the golden turnips now";
        workspace.Inner.Write(path, cases.ToJsonString());
        workspace.Inner.Record([
            workspace.Inner.Line(("case", "spam-1"), ("decision", "allow"), ("breadcrumbs", TestAgent.Array("the golden turnips"))),
            workspace.Inner.Line(("case", "spam-2"), ("decision", "allow"), ("breadcrumbs", TestAgent.Array("the silver beets"))),
            workspace.Inner.Line(("key", "benchmark:spam-1"), ("decision", "allow"), ("breadcrumbs", TestAgent.Array("more golden turnips"))),
        ]);

        var outcome = await workspace.ReviewAsync(executions: ["e-00001", "e-00002", "e-00003"]);

        Assert.Contains("silver beets", workspace.Asked, StringComparison.Ordinal);
        Assert.DoesNotContain("turnips", workspace.Asked, StringComparison.Ordinal);
        Assert.DoesNotContain("buy now", workspace.Asked, StringComparison.Ordinal);
        Assert.Equal((21, 1), (outcome.Variations[0].Evidence!.Cases, outcome.Variations[0].Evidence!.HoldoutCases));
    }

    private static List<string> Files(ProposalWorkspace workspace) => [.. Directory.EnumerateFiles(workspace.Inner.Root, "*", SearchOption.AllDirectories)];
}

using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Tests.Hosting;

public class ProposalDecisionTests
{
    [Fact]
    public async Task An_accepted_edit_is_a_prototype_that_walks_through_every_gate()
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        var before = workspace.DraftText;

        var decision = workspace.Workspace.Decisions.Accept(id[..^2], TestWorkspace.Approver, false, "author");

        Assert.Null(decision.Refusal);
        Assert.Equal(("accepted", "1.1"), (decision.Proposal.Status, decision.Version));
        Assert.Equal(before.Replace(ProposalWorkspace.Weak, ProposalWorkspace.Mended, StringComparison.Ordinal).Replace("version: \"1.0\"", "version: \"1.1\"", StringComparison.Ordinal), workspace.DraftText);
        Assert.Equal($"# Changes\n\n## 1.1\n\n- 2025-10-20: instructions edited for `links_checked=true` (proposal {id}, accepted by 0102).\n", workspace.Inner.Read($"{ProposalWorkspace.Draft}/CHANGELOG.md"));
        var line = Assert.Single(workspace.Workspace.Audit.Lines());
        Assert.Equal(("proposal_accepted", id, "0102", "author"), (line.GetProperty("event").GetString(), line.GetProperty("proposal").GetString(), line.GetProperty("approver").GetString(), line.GetProperty("requested_by").GetString()));
        Assert.Equal(decision.Digest, workspace.Workspace.Loader.OpenPrototype(TestWorkspace.Skill).Digest);

        // Nothing is shown for the new content yet; then its benchmark and a ticket bring it to staged, like any other.
        var unready = workspace.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
        Assert.Contains(unready.Gates, gate => gate.Verdict != WreSkills.Policy.Verdict.Pass);
        await workspace.Inner.BenchAsync(ProposalWorkspace.Agent);
        Assert.Equal("1.1", TestWorkspace.Committed(workspace.Inner.Promote(PromotionState.Staged, workspace.Inner.Ticket(PromotionState.Staged))).Version);
    }

    [Theory]
    [InlineData("gemma", "is an agent")]
    [InlineData("GEMMA", "is an agent")]
    [InlineData("advisor", "is an agent")]
    [InlineData("mallory", "is not listed")]
    public async Task Only_a_listed_person_accepts(string approver, string expected)
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        var before = workspace.DraftText;
        Assert.Contains(expected, workspace.Workspace.Decisions.Accept(id, approver, false, "author").Refusal, StringComparison.Ordinal);
        Assert.Equal(before, workspace.DraftText);
        Assert.Equal("queued", workspace.Workspace.Proposals.Require(id).Status);
    }

    [Fact]
    public async Task A_stale_proposal_is_rebased_where_it_applies_exactly()
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        workspace.Inner.Write($"{ProposalWorkspace.Draft}/SKILL.md", workspace.DraftText.Replace("# Spam\n", "# Spam in chats\n", StringComparison.Ordinal));
        var refused = workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author");
        Assert.Contains("It is stale", refused.Refusal, StringComparison.Ordinal);
        Assert.Contains("--rebase", refused.Hint, StringComparison.Ordinal);

        var decision = workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, true, "author");

        Assert.Null(decision.Refusal);
        Assert.Contains("# Spam in chats\n", workspace.DraftText, StringComparison.Ordinal);
        Assert.Contains(ProposalWorkspace.Mended, workspace.DraftText, StringComparison.Ordinal);
        Assert.Contains("rebased to", decision.Proposal.History[^1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- Limit: links > 0", "- Limit: links > 1", "It does not apply exactly: line")]
    [InlineData("# Spam\n", "# Spam\n\nA line that moves all others.\n", "It does not apply exactly: line")]
    public async Task A_stale_proposal_that_does_not_apply_exactly_is_refused(string old, string now, string expected)
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        workspace.Inner.Write($"{ProposalWorkspace.Draft}/SKILL.md", workspace.DraftText.Replace(old, now, StringComparison.Ordinal));
        var before = workspace.DraftText;
        var refused = workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, true, "author");
        Assert.Contains(expected, refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(before, workspace.DraftText);
    }

    [Fact]
    public async Task A_rebase_is_checked_against_the_draft_as_it_is_now()
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        workspace.Inner.Write($"{ProposalWorkspace.Draft}/SKILL.md", workspace.DraftText.Replace("  - links_checked=true\n", "  - {pattern: links_checked=true, critical: true}\n", StringComparison.Ordinal));
        Assert.Contains("about a critical pattern", workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, true, "author").Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejected_edit_is_not_proposed_again_and_the_next_model_reads_why()
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        Assert.Contains("needs a reason", workspace.Workspace.Decisions.Reject(id, " ", "0102").Refusal, StringComparison.Ordinal);
        Assert.Null(workspace.Workspace.Decisions.Reject(id, "Links cost a second each.", "0102").Refusal);
        Assert.Contains("rejected already", workspace.Workspace.Decisions.Reject(id, "again", "0102").Refusal, StringComparison.Ordinal);
        Assert.Contains("rejected already", workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author").Refusal, StringComparison.Ordinal);

        var outcome = await workspace.ReviewAsync();

        Assert.Contains("Links cost a second each.", workspace.Asked, StringComparison.Ordinal);
        Assert.Contains($"The same edit is rejected already: {id}, because Links cost a second each.", Assert.Single(outcome.Variations).Refusal, StringComparison.Ordinal);
        Assert.Equal("proposal_rejected", Assert.Single(workspace.Workspace.Audit.Lines()).GetProperty("event").GetString());
    }

    [Fact]
    public async Task An_accepted_edit_is_not_taken_back_by_the_next_review()
    {
        using var workspace = new ProposalWorkspace(count => count == 1 ? ProposalWorkspace.Answer((ProposalWorkspace.Weak, ProposalWorkspace.Mended)) : ProposalWorkspace.Answer((ProposalWorkspace.Mended, ProposalWorkspace.Weak)));
        var id = await workspace.QueueAsync();
        workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author");
        Assert.Contains($"It takes back the edit {id}", Assert.Single((await workspace.ReviewAsync()).Variations).Refusal, StringComparison.Ordinal);
    }

    // As a process leaves it that dies between two files, or between the last one and the note that it is done.
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task An_interrupted_acceptance_goes_on_where_it_stopped(bool skillWritten, bool changelogWritten)
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        var before = workspace.DraftText;
        var whole = workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author");
        var after = workspace.DraftText;
        Rewind(workspace, id);
        if (!skillWritten)
        {
            workspace.Inner.Write($"{ProposalWorkspace.Draft}/SKILL.md", before);
            if (!changelogWritten)
            {
                File.Delete(workspace.Inner.At($"{ProposalWorkspace.Draft}/CHANGELOG.md"));
            }
        }

        Assert.Contains("interrupted", workspace.Workspace.Decisions.Reject(id, "no", "0102").Refusal, StringComparison.Ordinal);
        workspace.Inner.Time.Advance(TimeSpan.FromDays(2));
        var resumed = workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author");

        Assert.Null(resumed.Refusal);
        Assert.Equal((whole.Digest, after), (resumed.Digest, workspace.DraftText));
        Assert.Single(workspace.Workspace.Audit.Lines());
    }

    [Fact]
    public async Task An_interrupted_acceptance_does_not_overwrite_what_was_written_since()
    {
        using var workspace = new ProposalWorkspace();
        var id = await workspace.QueueAsync();
        var before = workspace.DraftText;
        workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author");
        Rewind(workspace, id);
        var edited = before.Replace("# Spam\n", "# Spam in chats\n", StringComparison.Ordinal);
        workspace.Inner.Write($"{ProposalWorkspace.Draft}/SKILL.md", edited);
        Assert.Contains("SKILL.md was changed since", workspace.Workspace.Decisions.Accept(id, TestWorkspace.Approver, false, "author").Refusal, StringComparison.Ordinal);
        Assert.Equal(edited, workspace.DraftText);
    }

    [Fact]
    public async Task A_label_in_the_sidecar_is_raised_there()
    {
        using var workspace = new ProposalWorkspace();
        workspace.Inner.Write($"{ProposalWorkspace.Draft}/wre-skill.yaml", "version: '2.9'\n");
        var decision = workspace.Workspace.Decisions.Accept(await workspace.QueueAsync(), TestWorkspace.Approver, false, "author");
        Assert.Equal("2.10", decision.Version);
        Assert.Equal("version: '2.10'\n", workspace.Inner.Read($"{ProposalWorkspace.Draft}/wre-skill.yaml"));
    }

    private static void Rewind(ProposalWorkspace workspace, string id)
    {
        var path = workspace.Workspace.Proposals.FileOf(id);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["status"] = "queued";
        json["history"]!.AsArray().RemoveAt(2);
        Assert.Equal("accepting", json["history"]![1]!["event"]!.GetValue<string>());
        File.WriteAllText(path, json.ToJsonString());
    }
}

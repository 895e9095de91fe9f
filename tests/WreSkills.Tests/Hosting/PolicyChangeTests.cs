using WreSkills.Hosting;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>A change of the policy from its proposal to its effect, where nobody is enrolled.</summary>
public sealed class PolicyChangeTests : IDisposable
{
    private readonly PolicyProcess _process = new();

    public void Dispose() => _process.Dispose();

    [Fact]
    public async Task An_applied_change_rules_gates_triggers_tickets_and_document()
    {
        await _process.Test.ProduceAsync();
        _process.Test.RecordFidelity([.. Enumerable.Repeat(0.86, 10)]);
        Assert.Equal(PromotionState.Production, _process.Test.Entry.PromotionState);
        _process.Test.WriteSkill("1.1", "Look at everything.");
        await _process.Test.BenchAsync();
        var ticket = _process.Test.Ticket(PromotionState.Staged);
        var id = _process.Approved(more: "gates: {prototype_to_staged: {outcome_quality: 0.99}}\ntriggers: {pattern_fidelity: {below: 0.88}}\n");

        var applied = _process.Apply(id);

        Assert.Equal((ticket, $"{TestWorkspace.Skill} 1.0 (production)"), (Assert.Single(applied.VoidTickets), Assert.Single(applied.RunningStays)));
        Assert.Equal("1.1", _process.Workspace.Policy.Version);
        Assert.Equal(File.ReadAllText(_process.PathOf(id, "policy.yaml")), File.ReadAllText(_process.Workspace.Layout.PolicyFile));
        Assert.Contains("≥ 0.99", _process.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Gates.Single(gate => gate.Name == "outcome_quality").Requirement, StringComparison.Ordinal);
        Assert.Contains("it was made under another policy; the thresholds have changed since", string.Join("\n", _process.Test.Promote(PromotionState.Staged, ticket).Refusals), StringComparison.Ordinal);
        Assert.Contains("- Outcome quality ≥ 99 % (correct decisions)\n", File.ReadAllText(_process.Workspace.Layout.PolicyRenderedFile), StringComparison.Ordinal);
        var line = _process.Workspace.Audit.Lines().Single(line => line.GetProperty("event").GetString() == "policy_change");
        Assert.Equal((id, "0102", "ten executions at 86 % are too many", "author", "operator"), (line.GetProperty("proposal").GetString(), line.GetProperty("approver").GetString(), line.GetProperty("reason").GetString(), line.GetProperty("requested_by").GetString(), line.GetProperty("applied_by").GetString()));
        Assert.False(_process.Workspace.Inspection.Run().IsTampered);
        Assert.True(new WorkspaceDoctor(_process.Workspace).Check().Where(invariant => invariant.Name.StartsWith("policy_", StringComparison.Ordinal)).All(invariant => invariant.Holds));

        // What is recorded counts under the new rules: nine more of .86 already lie in the window.
        Assert.Equal("pattern_fidelity_drop_below_88", _process.Test.RecordFidelity(0.86).Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public void Everybody_who_is_concerned_is_told()
    {
        var file = $".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md";
        _process.Test.Write(file, _process.Test.Read(file).Replace("primary_agent: gemma", "primary_agent: gemma\nowner: carla\nauthor: dora", StringComparison.Ordinal));
        _process.Apply(_process.Approved());
        var message = _process.Workspace.Outbox.Pending().Single(message => message.Kind == "policy_change");
        Assert.Equal(["0102", "anna", "ben", "author", "gemma", "carla"], message.Body["to"]!.AsArray().Select(person => (string)person!));
        Assert.Equal("carla", (string?)message.Body["owners"]![TestWorkspace.Skill]);
        Assert.Contains("Version 1.1 of the policy is in force", (string?)message.Body["text"], StringComparison.Ordinal);
        Assert.Single(_process.Workspace.Outbox.Pending(), message => message.Kind == "reindex_requested");
    }

    [Fact]
    public void A_proposal_is_refused_with_every_reason()
    {
        var outcome = _process.Changes.Propose(
            PolicyProcess.Base + """
            gates:
              prototype_to_staged:
                pattern_fidelity: 90
                outcome_qualty: 0.9
            triggers:
              outcome_quality: {below: 0.95}

            """, "why not", "author", null);
        Assert.Equal(
            [
                "line 10: gates.prototype_to_staged.pattern_fidelity is 90; it must lie between 0 and 1",
                "line 11: gates.prototype_to_staged.outcome_qualty is not a known key; did you mean 'outcome_quality'?",
                "triggers.outcome_quality.below is 0.95, above gates.prototype_to_staged.outcome_quality, which is 0.85: a version that may be promoted would be rolled back",
                "triggers.outcome_quality.below is 0.95, above gates.staged_to_production.outcome_quality, which is 0.85: a version that may be promoted would be rolled back",
                "the rationale has 7 characters; 10 to 4000 say why",
            ],
            outcome.Refusals);
        Assert.Null(outcome.Proposal);
        Assert.Empty(_process.Workspace.PolicyProposals.List());
        Assert.Equal(["it says nothing else than the policy in force"], _process.Changes.Propose(PolicyProcess.Base + "# a comment\n", "a rationale of its own", "author", null).Refusals);
    }

    [Fact]
    public void Nothing_is_applied_without_analysis_dry_run_and_approval()
    {
        var id = _process.Changes.Propose(PolicyProcess.Base + "reviews: {staged: hourly}\n", "look at it more often", "author", null).Proposal!.Id;
        Assert.Equal(
            $"its impact was not analysed; `wre policy analyze --proposal {id}`\nit was not tried on a skill; `wre policy dry-run --proposal {id} --skill NAME`\nnobody has approved it; `wre policy approve --proposal {id} --approver ID`",
            _process.Refused(id));
        Assert.Equal(2, Assert.Throws<WreException>(() => _process.Changes.Approve(id, "0102", "APPROVED", "")).Problems.Count);
        _process.Changes.Analyze(id);
        _process.Changes.DryRun(id, TestWorkspace.Skill);
        _process.Changes.Approve(id, "0102", "NEEDS_ITERATION", "not yet");
        Assert.Equal("approval_decision is NEEDS_ITERATION; only APPROVED applies a change", _process.Refused(id));
    }

    [Fact]
    public void Another_analysis_or_dry_run_after_the_approval_voids_it()
    {
        var id = _process.Approved();
        _process.Test.Time.Advance(TimeSpan.FromMinutes(1));
        _process.Changes.Analyze(id);
        Assert.Equal("its approval is of another analysis; it was made again after the approval", _process.Refused(id));
        _process.Changes.Approve(id, "0102", "APPROVED", "");
        _process.Changes.DryRun(id, TestWorkspace.Skill);
        Assert.Equal("its approval is of another dry run; it was made again after the approval", _process.Refused(id));
        _process.Changes.Approve(id, "0102", "APPROVED", "");
        Assert.NotNull(_process.Apply(id).Intent);
    }

    [Fact]
    public void A_proposal_that_was_edited_is_no_proposal_any_more()
    {
        var id = _process.Approved();
        File.AppendAllText(_process.PathOf(id, "policy.yaml"), "reviews: {staged: never}\n");
        Assert.Contains("is not the one that was proposed", Assert.Throws<WreException>(() => _process.Refused(id)).Message, StringComparison.Ordinal);

        // Whoever adjusts the digest in the proposal as well finds that the approval has the old one.
        var (proposal, digest) = (_process.PathOf(id, "proposal.json"), PolicyDocument.DigestOf(_process.PathOf(id, "policy.yaml")));
        File.WriteAllText(proposal, File.ReadAllText(proposal).Replace(PolicyApprovalOf(id).NewDigest, digest, StringComparison.Ordinal));
        Assert.Contains("its approval is of another document; the proposal was edited after it was approved", _process.Refused(id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rationale\": \"ten", "\"rationale\": \"tten", "its approval is of another rationale")]
    [InlineData("\"requester\": \"author\"", "\"requester\": \"nobody\"", "its approval is of another requester")]
    public void What_the_approval_says_of_the_proposal_is_bound(string part, string other, string reason)
    {
        var id = _process.Approved();
        var path = _process.PathOf(id, "proposal.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(part, other, StringComparison.Ordinal));
        Assert.Equal(reason, _process.Refused(id));
    }

    [Fact]
    public void Of_two_changes_of_one_policy_the_second_is_stale()
    {
        var (first, second) = (_process.Approved(), _process.Approved(more: "reviews: {staged: hourly}\n"));
        Assert.NotNull(_process.Apply(first).Intent);
        Assert.Contains($"{second} changes version 1.0 (", _process.Refused(second), StringComparison.Ordinal);
        Assert.Contains("is in force now", Assert.Throws<WreException>(() => _process.Changes.Approve(second, "0102", "APPROVED", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_is_good_for_one_change_even_when_its_base_comes_back()
    {
        var id = _process.Approved();
        var document = File.ReadAllBytes(_process.Workspace.Layout.PolicyFile);
        Assert.NotNull(_process.Apply(id).Intent);
        File.WriteAllBytes(_process.Workspace.Layout.PolicyFile, document);
        _process.Test.Reopen();
        Assert.Equal($"{id} was applied already; an approval is good for one change", _process.Refused(id));
    }

    [Fact]
    public void A_person_without_the_right_and_an_agent_do_not_approve()
    {
        Assert.Equal("ben is not listed under `approvers` in the policy in force with the right `policy`", _process.Refused(_process.Approved("ben")));
        _process.Test.Write(".claude/skills/x_prototype/SKILL.md", "---\nname: x\ndescription: y\n---\nz\n");
        _process.Workspace.Promoter.NotePrototype(TestWorkspace.Skill, TestRegistry.Digest('a'), new WreSkills.Skills.SkillSettings { PrimaryAgent = "gemma" });
        Assert.Equal("gemma is an agent; only people approve", _process.Refused(_process.Approved("gemma")));

        // The rights are those of the policy in force, not of the proposed one.
        var document = _process.Document.Replace("id: ben, may: [promote]", "id: ben, may: [promote, policy]", StringComparison.Ordinal);
        Assert.Contains("ben is not listed", _process.Refused(_process.Approved("ben", document: document)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_expires()
    {
        var id = _process.Approved();
        _process.Test.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromSeconds(1));
        Assert.Equal("it expired at 2025-11-03T12:00:00Z; `wre policy approve` makes a fresh one", _process.Refused(id));
    }

    [Fact]
    public void History_tells_every_change_and_finds_what_was_changed_since()
    {
        var first = _process.Approved();
        _process.Apply(first);
        var second = _process.Approved("anna", document: File.ReadAllText(_process.Workspace.Layout.PolicyFile) + "reviews: {staged: hourly}\n");
        _process.Apply(second);
        var entries = _process.Workspace.PolicyHistory.Entries();
        Assert.Equal([("1.1", first, "0102"), ("1.2", second, "anna")], entries.Select(entry => (entry.Version, entry.Proposal, entry.Approver)));
        Assert.All(entries, entry => Assert.Empty(entry.Problems));
        Assert.Equal(entries[0].Digest, entries[1].BaseDigest);
        Assert.Null(_process.Workspace.PolicyHistory.Outside());

        File.AppendAllText(_process.PathOf(first, "approval.yaml"), "# more\n");
        Assert.Equal($"the approval of {first} is missing or another one than it was applied with", Assert.Single(_process.Workspace.PolicyHistory.Entries()[0].Problems));
        File.AppendAllText(_process.PathOf(second, "policy.yaml"), "# more\n");
        Assert.Equal($"the document of {second} is missing or another one than was applied", Assert.Single(_process.Workspace.PolicyHistory.Entries()[1].Problems));
    }

    [Fact]
    public async Task A_policy_edited_past_the_process_is_found_told_once_and_written_into_the_history()
    {
        _process.Apply(_process.Approved());
        File.AppendAllText(_process.Workspace.Layout.PolicyFile, "reviews: {staged: never}\n");
        _process.Test.Reopen();
        Assert.Contains("policy.yaml was changed outside of the process", _process.Workspace.PolicyHistory.Outside()!, StringComparison.Ordinal);
        Assert.Contains("copy modules/infrastructure/wre_core/skills/proposals/policy/POLICY_20251020_001/policy.yaml back over it", Assert.Single(new WorkspaceDoctor(_process.Workspace).Check().Single(invariant => invariant.Name == "policy_approved").Problems), StringComparison.Ordinal);
        MonitorSchedule.Run(_process.Workspace, static (_, _, _) => { });
        MonitorSchedule.Run(_process.Workspace, static (_, _, _) => { });
        Assert.Single(_process.Workspace.Outbox.Pending(), message => message.Kind == "policy_alert");

        // Nobody is enrolled, so whoever edits it may do everything else as well; the next change says that it was so.
        await _process.Test.StageAsync();
        var next = _process.Approved(document: File.ReadAllText(_process.Workspace.Layout.PolicyFile) + "model_change: restage\n");
        Assert.NotNull(_process.Apply(next).Intent);
        Assert.Contains("the policy was edited by hand between", Assert.Single(_process.Workspace.PolicyHistory.Entries()[1].Problems), StringComparison.Ordinal);
        Assert.Null(_process.Workspace.PolicyHistory.Outside());
    }

    [Fact]
    public async Task A_review_is_due_after_the_policys_number_of_skills_in_production()
    {
        _process.Apply(_process.Approved(more: "changes: {review_after_promotions: 1}\n"));
        Assert.Null(_process.Changes.ReviewDue());
        await _process.Test.ProduceAsync();
        Assert.StartsWith("a review of the policy is due: 1 skill was promoted", _process.Changes.ReviewDue(), StringComparison.Ordinal);
        MonitorSchedule.Run(_process.Workspace, static (_, _, _) => { });
        _process.Test.Time.Advance(TimeSpan.FromDays(1));
        MonitorSchedule.Run(_process.Workspace, static (_, _, _) => { });
        Assert.Single(_process.Workspace.Outbox.Pending(), message => message.Kind == "policy_review_due");
        Assert.Contains("ben is not listed", Assert.Throws<WreException>(() => _process.Changes.Review("ben", "fine")).Message, StringComparison.Ordinal);
        _process.Changes.Review("anna", "the figures hold");
        Assert.Null(_process.Changes.ReviewDue());
    }

    [Fact]
    public void A_document_that_somebody_wrote_is_not_rendered_over()
    {
        File.WriteAllText(_process.Workspace.Layout.PolicyRenderedFile, "# Our policy\n");
        var applied = _process.Apply(_process.Approved());
        Assert.Contains("was written by somebody and stays as it is", applied.RenderProblem, StringComparison.Ordinal);
        Assert.Equal("# Our policy\n", File.ReadAllText(_process.Workspace.Layout.PolicyRenderedFile));
        File.Delete(_process.Workspace.Layout.PolicyRenderedFile);
        Assert.Null(new PolicyApplication(_process.Workspace).Render());
        File.AppendAllText(_process.Workspace.Layout.PolicyRenderedFile, "more\n");
        Assert.Single(new WorkspaceDoctor(_process.Workspace).Check().Single(invariant => invariant.Name == "policy_document").Problems);
        new WorkspaceDoctor(_process.Workspace).Repair();
        Assert.Empty(new WorkspaceDoctor(_process.Workspace).Check().Single(invariant => invariant.Name == "policy_document").Problems);
    }

    [Fact]
    public async Task A_promotion_that_was_checked_under_the_policy_before_gives_way()
    {
        await _process.Test.BenchAsync();
        var ticket = _process.Test.Ticket(PromotionState.Staged);
        var id = _process.Approved();
        var before = _process.Workspace;
        _process.Apply(id);
        var outcome = before.Promoter.Promote(new PromotionRequest { Skill = TestWorkspace.Skill, From = PromotionState.Prototype, To = PromotionState.Staged, Approver = "0102", Ticket = ticket });
        Assert.Equal(["the policy changed meanwhile; look at `wre policy show` and promote again"], outcome.Refusals);
    }

    private PolicyApproval PolicyApprovalOf(string id) => PolicyApproval.Parse(File.ReadAllText(_process.PathOf(id, "approval.yaml")), "approval.yaml");
}

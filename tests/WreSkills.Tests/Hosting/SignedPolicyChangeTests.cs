using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Trust;

namespace WreSkills.Tests.Hosting;

/// <summary>Changes of the policy where keys are enrolled: every forgery is refused, with a reason.</summary>
public sealed class SignedPolicyChangeTests : IDisposable
{
    private PolicyProcess _process = new();

    public void Dispose() => _process.Dispose();

    private void Use(string more)
    {
        _process.Dispose();
        _process = new PolicyProcess(more);
    }

    [Fact]
    public async Task A_signed_change_is_applied_and_holds_under_a_pinned_root()
    {
        await _process.EnrolAsync("0102");
        var id = _process.Approved();
        Assert.Contains("it has 0 of 1 signatures that count; `wre policy sign --proposal", _process.Refused(id), StringComparison.Ordinal);
        await _process.SignAsync(id, "0102");
        Assert.Equal(["0102"], _process.Apply(id).Intent!.SignedBy);
        _process.Test.Reopen(_process.People.Pin(_process.Workspace.Trust));
        Assert.Null(_process.Workspace.PolicyHistory.Refusal());
        Assert.Equal(["0102"], Assert.Single(_process.Workspace.PolicyHistory.Entries()).SignedBy);
    }

    [Fact]
    public async Task Forged_foreign_and_moved_signatures_do_not_count()
    {
        await _process.EnrolAsync("0102");
        var id = _process.Approved();
        await _process.SignAsync(id, "mallory");
        Assert.Contains("it has 0 of 1 signatures", _process.Refused(id), StringComparison.Ordinal);
        await _process.SignAsync(id, "0102", SignaturePurpose.Promotion);
        Assert.Contains("was made for 'wre-skills-promotion@v1', not for 'wre-skills-policy@v1'", _process.Refused(id), StringComparison.Ordinal);

        var other = _process.Approved(more: "reviews: {staged: hourly}\n");
        await _process.SignAsync(other, "0102");
        File.Copy(_process.PathOf(other, "approval.yaml.1.sig"), _process.PathOf(id, "approval.yaml.3.sig"));
        Assert.Contains("content or signature were changed after signing", _process.Refused(id), StringComparison.Ordinal);

        // The whole approval of another proposal under this one's name.
        foreach (var name in (string[])["approval.yaml", "approval.yaml.1.sig"])
        {
            File.Copy(_process.PathOf(other, name), _process.PathOf(id, name), overwrite: true);
        }

        Assert.Contains("its approval is of another proposal", _process.Refused(id), StringComparison.Ordinal);
        Assert.NotNull(_process.Apply(other).Intent);
    }

    [Fact]
    public async Task An_approval_that_was_edited_after_the_signature_is_refused()
    {
        await _process.EnrolAsync("0102");
        var id = _process.Approved();
        await _process.SignAsync(id, "0102");
        var path = _process.PathOf(id, "approval.yaml");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace("notes: \"\"", "notes: \"and more\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Contains("content or signature were changed after signing", _process.Refused(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_proposed_it_does_not_approve_it_once_two_people_are_enrolled()
    {
        await _process.EnrolAsync("0102", "anna");
        var id = _process.Approved("anna", requester: "anna");
        await _process.SignAsync(id, "anna");
        Assert.Contains("anna signs with a name or key of anna, who proposed the change; somebody else has to approve it", _process.Refused(id), StringComparison.Ordinal);

        // Under another name, but with the key that asked for it.
        var key = (await _process.People.KeyAsync("anna")).Fingerprint;
        var hidden = _process.Proposed(requester: "nobody", requesterKey: key);
        _process.Changes.Approve(hidden, "anna", "APPROVED", "");
        await _process.SignAsync(hidden, "anna");
        Assert.Contains("who proposed the change", _process.Refused(hidden), StringComparison.Ordinal);

        var good = _process.Approved("0102", requester: "anna");
        await _process.SignAsync(good, "0102");
        Assert.NotNull(_process.Apply(good).Intent);
    }

    [Fact]
    public async Task As_many_people_sign_as_the_policy_in_force_asks_for_and_each_counts_once()
    {
        Use("changes: {approvals: 2}\n");
        await _process.EnrolAsync("0102", "anna", "ben");

        // The proposal that asks for one only is itself under the rule of two.
        var id = _process.Approved(requester: "carl", document: PolicyProcess.Base);
        await _process.SignAsync(id, "0102");
        await _process.SignAsync(id, "0102");
        Assert.Contains("0102 has signed already", _process.Refused(id), StringComparison.Ordinal);
        await _process.SignAsync(id, "ben");
        Assert.Contains("ben is not listed under `approvers` in the policy in force with the right `policy`", _process.Refused(id), StringComparison.Ordinal);
        await _process.SignAsync(id, "anna");
        Assert.Equal(["0102", "anna"], _process.Apply(id).Intent!.SignedBy);
        Assert.Equal("2.0", _process.Workspace.Policy.Version);
    }

    [Fact]
    public async Task A_lock_keeps_later_policies_from_being_weaker_and_is_loosened_by_everybody_only()
    {
        Use("locked: {triggers.pattern_fidelity.below: 0.80}\n");
        await _process.EnrolAsync("0102", "anna", "ben");
        string With(string locked, string below) => PolicyProcess.Base + $"locked: {{{locked}}}\ntriggers: {{pattern_fidelity: {{below: {below}}}}}\n";
        Assert.Equal(
            ["triggers.pattern_fidelity.below is 0.75, weaker than 0.80, which the policy in force locks"],
            _process.Changes.Propose(With("triggers.pattern_fidelity.below: 0.70", "0.75"), "we want to be left alone", "carl", null).Refusals);
        Assert.Empty(_process.Changes.Propose(With("triggers.pattern_fidelity.below: 0.80", "0.80"), "at the lock is not below it", "carl", null).Refusals);

        var id = _process.Approved(requester: "anna", document: With("triggers.pattern_fidelity.below: 0.70", "0.85"));
        await _process.SignAsync(id, "0102");
        Assert.Contains("it has 1 of 2 signatures that count (a lock is loosened, so everybody signs: 0102, anna)", _process.Refused(id), StringComparison.Ordinal);
        await _process.SignAsync(id, "anna");
        Assert.NotNull(_process.Apply(id).Intent);
        Assert.Empty(_process.Changes.Propose(With("triggers.pattern_fidelity.below: 0.70", "0.75").Replace("1.0", "2.0", StringComparison.Ordinal), "now that the lock allows it", "carl", null).Refusals);
    }

    [Fact]
    public async Task A_policy_that_nobody_signed_promotes_nothing_and_changes_nothing()
    {
        await _process.EnrolAsync("0102");
        var id = _process.Approved();
        await _process.SignAsync(id, "0102");
        _process.Apply(id);
        await _process.Test.BenchAsync();
        var signed = await File.ReadAllTextAsync(_process.Workspace.Layout.PolicyFile, TestContext.Current.CancellationToken);

        // Somebody gives themselves every right in the document.
        await File.WriteAllTextAsync(_process.Workspace.Layout.PolicyFile, signed.Replace("id: ben, may: [promote]", "id: ben, may: [promote, policy]", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        _process.Test.Reopen();
        Assert.Contains("policy.yaml was changed outside of the process", string.Join("\n", _process.Test.Promote(PromotionState.Staged, _process.Test.Ticket(PromotionState.Staged)).Refusals), StringComparison.Ordinal);
        Assert.Contains("outside of the process", Assert.Single(_process.Changes.Propose(signed + "reviews: {staged: never}\n", "and nobody looks", "ben", null).Refusals, refusal => refusal.Contains("outside", StringComparison.Ordinal)), StringComparison.Ordinal);

        await File.WriteAllTextAsync(_process.Workspace.Layout.PolicyFile, signed, TestContext.Current.CancellationToken);
        _process.Test.Reopen();
        Assert.Null(_process.Workspace.PolicyHistory.Refusal());

        // A line in the audit log without the signatures does not help either.
        File.Delete(_process.PathOf(id, "approval.yaml.1.sig"));
        Assert.Contains("the policy in force was not approved: ", _process.Workspace.PolicyHistory.Refusal()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_minimum_pinned_outside_of_the_workspace_holds_whatever_the_workspace_says()
    {
        var minimum = new Dictionary<string, string> { ["triggers.pattern_fidelity.below"] = "0.86" };
        using var workspace = Workspace.Open(_process.Test.Root, _process.Test.Time, policyMinimum: minimum);
        const string weaker = "triggers.pattern_fidelity.below is 0.85, weaker than 0.86, which your own configuration (`policy_minimums`) locks";
        Assert.Contains(weaker, workspace.PolicyChanges.Propose(_process.Document + "reviews: {staged: hourly}\n", "look at it more often", "author", null).Refusals);
        await _process.Test.BenchAsync();
        var outcome = workspace.Promoter.Promote(new PromotionRequest { Skill = TestWorkspace.Skill, From = PromotionState.Prototype, To = PromotionState.Staged, Approver = "0102", Ticket = _process.Test.Ticket(PromotionState.Staged) });
        Assert.Equal([$"policy: {weaker}"], outcome.Refusals);
    }

    [Fact]
    public void The_pinned_minimum_stands_in_the_users_configuration_and_survives_a_pin()
    {
        using var home = new TemporaryFolder();
        home.Write("wre/config.yaml", "version: 1\npolicy_minimums:\n  - workspace: \"*\"\n    locked: {triggers.pattern_fidelity.below: 0.80, reviews.staged: daily}\n  - workspace: /shop\n    locked: {triggers.pattern_fidelity.below: 0.86}\n");
        void Check()
        {
            var settings = UserConfiguration.Load(home.Path, home.Path);
            Assert.Equal([("reviews.staged", "daily"), ("triggers.pattern_fidelity.below", "0.86")], settings.PolicyMinimumOf("/shop/").Select(item => (item.Key, item.Value)));
            Assert.Equal("0.80", settings.PolicyMinimumOf("/other")["triggers.pattern_fidelity.below"]);
        }

        Check();
        UserConfiguration.Load(home.Path, home.Path).Pin("/shop", home.Write("approvers", "0102 ssh-ed25519 AAAA\n"), null);
        Check();
        home.Write("wre/config.yaml", "version: 1\npolicy_minimums:\n  - workspace: \"*\"\n    locked: {triggers.nothing: 1}\n");
        Assert.Contains("is no key of the policy", Assert.Single(Assert.Throws<WreException>(() => UserConfiguration.Load(home.Path, home.Path)).Problems), StringComparison.Ordinal);
    }
}

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Tests.Trust;
using WreSkills.Trust;

namespace WreSkills.Tests.Hosting;

/// <summary>The steps of a policy change in a workspace whose approvers may change the policy.</summary>
internal sealed class PolicyProcess : IDisposable
{
    public const string Core = "modules/infrastructure/wre_core/skills";

    public const string Base = """
        version: "1.0"
        approvers:
          - {id: "0102", may: [promote, override, policy]}
          - {id: anna, may: [promote, policy]}
          - {id: ben, may: [promote]}
          - {id: author, may: [promote, policy]}
          - {id: gemma, may: [promote, policy]}

        """;

    public PolicyProcess(string more = "")
    {
        Document = Base + more;
        Test = new TestWorkspace(Document);
        People = new TestPeople(Test.Time);
    }

    public TestWorkspace Test { get; }

    public TestPeople People { get; }

    public string Document { get; }

    public Workspace Workspace => Test.Workspace;

    public PolicyChanges Changes => Test.Workspace.PolicyChanges;

    public void Dispose()
    {
        People.Dispose();
        Test.Dispose();
    }

    public string PathOf(string proposal, string name) => Workspace.PolicyProposals.FileOf(proposal, name);

    public async Task EnrolAsync(params string[] people)
    {
        await People.EnrolAsync(Workspace.Trust, people);
        Test.Reopen();
    }

    /// <summary>Proposes the base with more keys, and finds out what an approval needs.</summary>
    public string Proposed(string more = "triggers: {pattern_fidelity: {below: 0.88}}\n", string requester = "author", string? requesterKey = null, string? document = null)
    {
        var outcome = Changes.Propose(document ?? Document + more, "ten executions at 86 % are too many", requester, requesterKey);
        Assert.True(outcome.Refusals.Count == 0, string.Join("\n", outcome.Refusals));
        Changes.Analyze(outcome.Proposal!.Id);
        Changes.DryRun(outcome.Proposal.Id, TestWorkspace.Skill);
        return outcome.Proposal.Id;
    }

    public string Approved(string approver = "0102", string requester = "author", string more = "triggers: {pattern_fidelity: {below: 0.88}}\n", string? document = null)
    {
        var id = Proposed(more, requester, document: document);
        Changes.Approve(id, approver, "APPROVED", "");
        return id;
    }

    public async Task<string> SignAsync(string id, string person, string purpose = SignaturePurpose.Policy) =>
        Workspace.PolicyProposals.AddSignature(id, await People.SignAsync(await File.ReadAllBytesAsync(PathOf(id, PolicyProposalStore.ApprovalName), TestContext.Current.CancellationToken), purpose, person));

    public PolicyApplied Apply(string id)
    {
        var applied = new PolicyApplication(Workspace).Apply(id, "operator");
        Test.Reopen(Workspace.Trust.Pinned);
        return applied;
    }

    /// <summary>Applies what has to be refused, and gives the reasons.</summary>
    public string Refused(string id)
    {
        var before = (File.ReadAllText(Workspace.Layout.PolicyFile), Workspace.Audit.Lines().Count);
        var applied = new PolicyApplication(Workspace).Apply(id, "operator");
        Assert.Null(applied.Intent);
        Assert.NotEmpty(applied.Refusals);
        Assert.Equal(before, (File.ReadAllText(Workspace.Layout.PolicyFile), Workspace.Audit.Lines().Count));
        Assert.False(File.Exists(Path.Combine(Workspace.Layout.JournalFolder, "policy-change.intent")));
        return string.Join("\n", applied.Refusals);
    }
}

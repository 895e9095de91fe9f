using WreSkills.Policy;
using WreSkills.Review;
using WreSkills.Skills;

namespace WreSkills.Tests.Review;

/// <summary>A draft with a critical pattern, a veto, a rule in words and three cases, one of the holdout.</summary>
internal sealed class TestDraft : IDisposable
{
    public const string Body = """
        # Moderation

        A missed threat is the worst mistake.

        ## Ground rules

        1. Run every check below in order.
        2. You MUST log each step.

        ## Check: threat

        - Applies to: every message
        - Phrases: threats.txt

        ## Check: link

        Look for links.

        - Applies to: messages longer than 40 characters
        - Decision: spam

        **Expected Pattern**: link_check_executed=true

        ```text
        {"threat_check_executed": true}
        ```

        ## Decide

        Take the first decision that a check asked for.

        """;

    private readonly TemporaryFolder _folder = new();

    public TestDraft(string body = Body)
    {
        Folder = TestSkill.Read(
            _folder,
            ("SKILL.md", TestSkill.Text("expected_patterns:\n  - pattern: threat_check_executed=true\n    name: threats_checked\n    critical: true\n  - forbid: {tool: ban_user}\n    name: nobody_banned\n    critical: true\n", body)),
            ("threats.txt", "burn\n"),
            ("evals/evals.json", """
                {"skill_name":"spam_filter","evals":[
                  {"id":"shop","prompt":"Moderate","wre":{"input":{"message":"cheap skins at skinshop dot example right now"},"expected_decision":"spam"}},
                  {"id":"short","prompt":"Moderate","wre":{"input":{"message":"see my blog"},"expected_decision":"spam"}},
                  {"id":"kept","prompt":"Moderate","wre":{"input":{"message":"golden coins for everybody who follows me"},"expected_decision":"spam","split":"holdout"}}]}
                """));
        Assert.True(Folder.IsSound, string.Join("\n", Folder.Findings));
        Text = DraftText.Of(Folder, SkillDigest.Compute(Folder));
    }

    public SkillFolder Folder { get; }

    public DraftText Text { get; }

    public void Dispose() => _folder.Dispose();

    /// <summary>What the checks of the text say about replacing one piece by another.</summary>
    public CheckedEdit Check(string old, string now, IReadOnlyList<Proposal>? earlier = null, VariationRules? rules = null, string file = "SKILL.md") =>
        VariationChecks.OfEdits(Text, [new InstructionEdit(file, old, now)], earlier ?? [], rules ?? new VariationRules());

    /// <summary>The one check that such an edit fails, with its sentence.</summary>
    public ProposalCheck Refusal(string old, string now, IReadOnlyList<Proposal>? earlier = null, VariationRules? rules = null, string file = "SKILL.md") =>
        Assert.Single(Check(old, now, earlier, rules, file).Checks, check => !check.Passed);

    /// <summary>A proposal of such an edit.</summary>
    public Proposal Propose(string old, string now, string status = Proposal.Queued, string? reason = null)
    {
        var diff = UnifiedDiff.Between("SKILL.md", Text.Text, Text.Text.Replace(old, now, StringComparison.Ordinal))!.ToString();
        return new Proposal
        {
            Id = Proposal.IdOf(TestSkill.Name, Text.Digest, diff),
            Skill = TestSkill.Name,
            Status = status,
            CreatedAt = "2025-10-20T12:00:00Z",
            BaseDigest = Text.Digest,
            Diff = diff,
            Patterns = ["link_check_executed=true"],
            History = [new ProposalEvent { Event = status, At = "2025-10-20T12:00:00Z", By = "0102", Reason = reason }],
        };
    }
}

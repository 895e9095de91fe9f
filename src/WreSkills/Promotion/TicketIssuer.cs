using System.Globalization;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>Writes new tickets: the policy's template with the automated part filled in, bound to content, policy and evidence.</summary>
public sealed class TicketIssuer(PromotionChecker checker, TicketStore tickets, SkillIndex index, AuditLog audit, PromotionPolicy policy, TimeProvider time)
{
    // Template key → gate of prototype → staged, gate of staged → production (policy 4.2).
    private static readonly (string Key, string Draft, string Staged)[] s_figures =
    [
        ("pattern_fidelity", "pattern_fidelity", "sustained_pattern_fidelity"),
        ("outcome_quality", "outcome_quality", "sustained_outcome_quality"),
        ("execution_count", "", "sample_size"),
        ("test_pass_rate", "test_pass_rate", "test_pass_rate"),
        ("false_positive_rate", "false_positive_rate", "false_positive_rate"),
        ("false_negative_count", "false_negative_count", "false_negative_count"),
    ];

    /// <summary>Checks the promotion and writes its ticket, ready or not: the figures say which.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="to">Where it goes to.</param>
    /// <param name="name">Name of the ticket; the next free one when null.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="approver">Who is to decide; open when null.</param>
    /// <param name="requesterKey">Fingerprint of the requester's own key, which must not approve; null when unknown.</param>
    /// <param name="breakGlass">Why the promotion may go against failing checks; null for an ordinary one.</param>
    /// <param name="waivers">Findings of the security scan that may pass; null for none.</param>
    /// <exception cref="WreException">The promotion is not legal, or its content cannot be read.</exception>
    public (ApprovalTicket Ticket, PromotionReadiness Readiness) Issue(string skill, PromotionState from, PromotionState to, string? name, string requester, string? approver, string? requesterKey = null, string? breakGlass = null, IReadOnlyList<ScanWaiver>? waivers = null)
    {
        var readiness = SecurityGate.With(checker.Check(skill, from, to), waivers ?? [], time.GetUtcNow());
        if (readiness.Refusal is { } refusal)
        {
            throw new WreException(refusal, "a ticket needs a promotion that is legal");
        }

        if (readiness.Version is null || readiness.Evidence.FolderProblem is not null)
        {
            throw new WreException($"The content of {skill} cannot be approved: {readiness.Evidence.FolderProblem}", "mend the skill folder; `wre lint` lists the findings");
        }

        using var turn = tickets.AcquireTurn();
        var now = time.GetUtcNow();
        var id = name ?? tickets.NextId(now);
        var ticket = new ApprovalTicket
        {
            Id = id,
            Skill = skill,
            From = from,
            To = to,
            Approver = approver,
            Author = readiness.Evidence.Folder?.Settings.Author,
            Requester = requester,
            RequesterKey = requesterKey,
            BreakGlass = breakGlass,
            ExpiresAt = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddDays(policy.Tickets.ValidDays),
            Version = readiness.Version,
            SkillDigest = readiness.Digest,
            PolicyDigest = policy.Digest,
            EvidenceDigest = "",
            AuditCheckpoint = audit.Checkpoint().ToString(),
            Waivers = waivers ?? [],
            Answers = new Dictionary<string, string?>(),
        };
        var evidence = new TicketEvidence
        {
            Ticket = id,
            Skill = skill,
            SkillDigest = readiness.Digest,
            TakenAt = Timestamp.ToIso(now),
            Gates = readiness.Gates,
            BenchmarkSha256 = readiness.Evidence.BenchmarkSha256,
            Sources = readiness.Evidence.Window.Sources,
            NearestSkills = NearestSkill.Of(index, readiness.Evidence.Folder, skill),
        };
        return (tickets.Create(ticket, evidence, Figures(readiness)), readiness);
    }

    private IReadOnlyList<(string Key, string? Figure, string Requirement)> Figures(PromotionReadiness readiness) =>
        [.. s_figures.Select(figure => Figure(readiness, figure.Key, readiness.To == PromotionState.Production ? figure.Staged : figure.Draft))];

    private (string Key, string? Figure, string Requirement) Figure(PromotionReadiness readiness, string key, string gateName)
    {
        if (gateName.Length == 0)
        {
            // The number of executions behind a draft is that of its benchmark; only production demands a number.
            return (key, readiness.Evidence.Benchmark?.Runs.ToString(CultureInfo.InvariantCulture), $"≥ {policy.StagedToProduction.Executions} required for production");
        }

        var gate = readiness.Gates.First(gate => gate.Name == gateName);
        return (key, gate.Figure is null ? null : gate.FigureText, gate.Requirement.StartsWith("any", StringComparison.Ordinal) ? "0 required for critical skills" : $"{gate.Requirement} required");
    }
}

using System.Text.Json;

using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Review;

/// <summary>
/// Replays the recorded history of every skill under a proposed policy (policy 8): promotions from the figures of their tickets, stays in
/// production from their executions. From the data alone; changes nothing.
/// </summary>
public sealed class PolicyAnalysis(SkillRegistry registry, AuditLog audit, TicketStore tickets, PolicyProposalStore proposals, MetricsDatabase database, TimeProvider time)
{
    private static readonly string[] s_replayed = ["pattern_fidelity_drop_below_", "outcome_quality_drop_below_", "critical_false_negative", "false_positive_rate_above_", "execution_time_above_", "exception_rate_above_"];

    // What depends on traffic, time or people is not in the recorded executions.
    private static readonly (string Prefix, string Why)[] s_unreplayed =
    [
        ("demotion.", "demotions depend on traffic and on the clock, which is not replayed"),
        ("rollout.", "how far a rollout would have come depends on traffic that nobody recorded"),
        ("circuit_breaker.", "what the loader would have fallen back to depends on requests that nobody recorded"),
        ("triggers.dependency_failure.", "probes of dependencies are not kept"),
        ("model_change", "what another model would have meant depends on benchmarks that nobody ran"),
        ("skill_limits.", "it shows at the next promotion or load"),
    ];

    /// <summary>Analyses a proposal. The metrics should be ingested before.</summary>
    public PolicyImpact Run(PolicyProposal proposal, PromotionPolicy inForce, PromotionPolicy proposed)
    {
        var lines = audit.Lines();
        var known = new Dictionary<string, PromotionPolicy?>(StringComparer.Ordinal) { [inForce.Digest] = inForce, [proposed.Digest] = proposed };
        var builtIn = PolicyDocument.Parse(PolicyDocument.DefaultText, "the built-in policy");
        known.TryAdd(builtIn.Digest, builtIn);
        return new PolicyImpact
        {
            Proposal = proposal.Id,
            BaseDigest = inForce.Digest,
            Digest = proposed.Digest,
            AnalyzedAt = Timestamp.ToIso(time.GetUtcNow()),
            Skills =
            [
                .. registry.Load().Skills.OrderBy(skill => skill.Key, StringComparer.Ordinal).Select(skill =>
                {
                    var names = (skill.Value.RenamedFrom ?? []).Append(skill.Key).ToHashSet(StringComparer.Ordinal);
                    var own = lines.Where(line => names.Contains(Text(line, "skill") ?? "")).ToList();
                    var stays = database.StaysOf(skill.Key, PromotionState.Production.Text());
                    return new SkillImpact(
                        skill.Key,
                        [.. own.Where(line => Text(line, "event") == "promotion").Select(line => Promotion(line, known, proposed))],
                        [.. stays.Select(stay => Stay(stay, stays, skill.Value, own, inForce, proposed))]);
                }),
            ],
            NotJudged =
            [
                .. PolicyDiff.Of(inForce, proposed).Select(difference => (difference.Key, s_unreplayed.FirstOrDefault(item => difference.Key.StartsWith(item.Prefix, StringComparison.Ordinal)).Why))
                    .Where(item => item.Why is not null).Select(item => $"{item.Key}: {item.Why}"),
            ],
        };
    }

    private PromotionImpact Promotion(JsonElement line, Dictionary<string, PromotionPolicy?> known, PromotionPolicy proposed)
    {
        PromotionImpact Impact(string verdict, params IReadOnlyList<string> reasons) =>
            new(Text(line, "operation") ?? "", Text(line, "timestamp") ?? "", Text(line, "version") ?? "", Text(line, "to_state") ?? "", verdict, reasons);
        if (Text(line, "break_glass") is { } emergency)
        {
            return Impact("not_judged", $"it broke the glass and went against its checks ({emergency})");
        }

        if (Text(line, "approval_ticket") is not { } name || !PromotionStates.TryParse(Text(line, "to_state"), out var to))
        {
            return Impact("not_judged", "the audit log names no ticket");
        }

        try
        {
            var (ticket, sha256) = tickets.Open(name);
            if (sha256 != Text(line, "ticket_sha256") || tickets.Evidence(ticket) is not { } evidence)
            {
                return Impact("not_judged", $"ticket {name} or its evidence file is not the one that was used");
            }

            if (!known.TryGetValue(ticket.PolicyDigest, out var then))
            {
                known[ticket.PolicyDigest] = then = proposals.FindDocument(ticket.PolicyDigest);
            }

            var gates = GateReplay.Ask(to, evidence.Gates, then, proposed);
            var failing = gates.Where(gate => gate.Fails == true).Select(gate => gate.Sentence).Concat(Signatures(line, to, proposed)).ToList();
            var open = gates.Where(gate => gate.Fails is null).Select(gate => gate.Sentence).ToList();
            return failing.Count > 0 ? Impact("would_not_have_happened", failing) : open.Count > 0 ? Impact("not_judged", open) : Impact("stands");
        }
        catch (WreException error)
        {
            return Impact("not_judged", error.Message);
        }
    }

    private static IEnumerable<string> Signatures(JsonElement line, PromotionState to, PromotionPolicy proposed)
    {
        var needed = to == PromotionState.Production ? proposed.Tickets.ApprovalsToProduction : proposed.Tickets.ApprovalsToStaged;
        if (line.TryGetProperty("signed_by", out var people) && people.ValueKind == JsonValueKind.Array && people.GetArrayLength() < needed)
        {
            yield return $"approvals: {people.GetArrayLength()} signed, required {needed}";
        }
    }

    private StayImpact Stay(StateStay stay, IReadOnlyList<StateStay> stays, SkillEntry entry, IReadOnlyList<JsonElement> lines, PromotionPolicy inForce, PromotionPolicy proposed)
    {
        var baseline = entry.Versions.GetValueOrDefault(stay.Version)?.Baseline?.ExecutionTimeMs;
        var (old, now) = (First(inForce, stay, baseline), First(proposed, stay, baseline));
        var real = Real(stay, stays, lines);
        var (verdict, note) = Judge(real, old, now);
        return new StayImpact(stay.Version, stay.StateSerial, database.ExecutionsOf(stay), real, Replayed(stay, old), Replayed(stay, now), verdict, note);
    }

    private static (string Verdict, string? Note) Judge(RollbackImpact? real, SimulatedRollback? old, SimulatedRollback? now)
    {
        if (real is null)
        {
            return now is null ? ("same", null) : ("would_roll_back", old is null ? null : "the policy in force would roll it back as well; what ruled at that time did not");
        }

        if (!s_replayed.Any(prefix => real.Reason.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return now is null ? ("not_judged", $"it was rolled back for {real.Reason}, which recorded executions do not show") : ("earlier", $"it was rolled back for {real.Reason}; the proposed policy would have acted before that");
        }

        return (old, now) switch
        {
            (_, null) => ("would_not_roll_back", "nothing was recorded after the rollback, so whether it would have come later cannot be told"),
            (null, _) => ("same", "the policy in force would not have made this rollback; what ruled at that time did"),
            _ when now.Sequence < old.Sequence => ("earlier", null),
            _ when now.Sequence > old.Sequence => ("later", null),
            _ => ("same", null),
        };
    }

    private SimulatedRollback? First(PromotionPolicy policy, StateStay stay, double? baseline) => PolicySimulation.Replay(policy, database, [(stay, baseline)]).First is [var first, ..] ? first : null;

    private RollbackImpact? Replayed(StateStay stay, SimulatedRollback? rollback) => rollback is null
        ? null
        : new RollbackImpact(database.MomentOf(stay, rollback.Sequence) is { } moment ? Timestamp.ToIso(moment) : null, rollback.Execution, rollback.Reason, rollback.Metric);

    // The rollback that ended a stay is that of its version between the serial with which the stay began and the next stay of that version.
    private static RollbackImpact? Real(StateStay stay, IReadOnlyList<StateStay> stays, IReadOnlyList<JsonElement> lines)
    {
        var next = stays.Where(other => other.Version == stay.Version && other.StateSerial > stay.StateSerial).Select(other => other.StateSerial).DefaultIfEmpty(long.MaxValue).Min();
        var line = lines.FirstOrDefault(line => Text(line, "event") == "rollback" && Text(line, "version") == stay.Version && Text(line, "from_state") == stay.State
            && line.TryGetProperty("serial", out var serial) && serial.TryGetInt64(out var number) && number > stay.StateSerial && number <= next);
        return line.ValueKind == JsonValueKind.Object ? new RollbackImpact(Text(line, "timestamp"), null, Text(line, "reason") ?? "unknown", Text(line, "trigger_metric")) : null;
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

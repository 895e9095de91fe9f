using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>The sign-off document of one promotion (policy 4.2), as it stands in its file.</summary>
public sealed record ApprovalTicket
{
    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What a reviewer confirms for every promotion (policy 2.1): key and meaning.</summary>
    public static IReadOnlyList<(string Key, string Meaning)> CommonAnswers { get; } =
    [
        ("wsp_50_approval", "No duplication, existing code checked"),
        ("test_coverage", "Edge cases covered"),
        ("instruction_clarity", "Unambiguous for AI agent"),
        ("pattern_completeness", "All patterns defined"),
        ("dependency_validation", "All deps exist and tested"),
        ("security_review", "No credential leaks"),
        ("performance_review", "No bottlenecks"),
    ];

    /// <summary>What a reviewer also confirms before production (policy 2.2): key and meaning.</summary>
    public static IReadOnlyList<(string Key, string Meaning)> ProductionAnswers { get; } =
    [
        ("production_readiness", "Skill behavior stable and predictable"),
        ("integration_approval", "Dependencies won't break production"),
        ("capacity_planning", "Resource usage acceptable"),
        ("monitoring_approval", "Alerting configured correctly"),
        ("rollback_plan_tested", "Rollback procedure tested"),
        ("documentation_updated", "Module README updated with skill reference"),
    ];

    /// <summary>The decisions; only the first promotes.</summary>
    public static IReadOnlyList<string> Decisions { get; } = ["APPROVED", "REJECTED", "NEEDS_ITERATION"];

    /// <summary>The ticket's name, such as <c>APPROVAL_20251020_001</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Where the promotion comes from.</summary>
    public required PromotionState From { get; init; }

    /// <summary>Where it goes to.</summary>
    public required PromotionState To { get; init; }

    /// <summary>Who decides; text, so <c>0102</c> keeps its zero. Null while open.</summary>
    public string? Approver { get; init; }

    /// <summary>Who wrote the content, or null.</summary>
    public string? Author { get; init; }

    /// <summary>Who asked for the promotion, or null.</summary>
    public string? Requester { get; init; }

    /// <summary>Fingerprint of the key with which the requester would sign, or null when none was found; that key must not approve.</summary>
    public string? RequesterKey { get; init; }

    /// <summary>Why this promotion may go against failing checks and with one signature; null for an ordinary one.</summary>
    public string? BreakGlass { get; init; }

    /// <summary>Until when it is good.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Label that the version gets or has.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of the content.</summary>
    public required string SkillDigest { get; init; }

    /// <summary>Digest of the policy document.</summary>
    public required string PolicyDigest { get; init; }

    /// <summary>SHA-256 of the evidence file beside the ticket.</summary>
    public required string EvidenceDigest { get; init; }

    /// <summary>Checkpoint of the audit log as of the ticket's issue; null in tickets of earlier builds.</summary>
    public string? AuditCheckpoint { get; init; }
    /// <summary>Findings of the security scan that may pass; empty for none.</summary>
    public IReadOnlyList<ScanWaiver> Waivers { get; init; } = [];

    /// <summary>The answers by key, as written; null while open.</summary>
    public required IReadOnlyDictionary<string, string?> Answers { get; init; }

    /// <summary>The decision as written; null while open.</summary>
    public string? Decision { get; init; }

    /// <summary>Comments of the reviewer.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The reviewer's name under the decision; null while open.</summary>
    public string? Signature { get; init; }

    /// <summary>When it was decided, as written; null while open.</summary>
    public string? Timestamp { get; init; }

    /// <summary>The keys that this promotion demands an answer for: seven, and all thirteen before production.</summary>
    public static IReadOnlyList<(string Key, string Meaning)> RequiredAnswers(PromotionState to) =>
        to == PromotionState.Production ? [.. CommonAnswers, .. ProductionAnswers] : CommonAnswers;

    /// <summary>
    /// Reads an answer: YES or NO, alone or with a reason behind a sign, so that <c>YES - looked at all 118 cases</c> is a yes, and
    /// <c>YES not really</c> is neither.
    /// </summary>
    public static bool? IsYes(string? answer)
    {
        var text = (answer ?? "").AsSpan().Trim();
        var word = text.IndexOfAnyExcept(s_letters) is var end and >= 0 ? text[..end] : text;
        var reason = text[word.Length..].TrimStart();
        return !reason.IsEmpty && !"-–—,.;:(".Contains(reason[0], StringComparison.Ordinal) ? null
            : word.Equals("YES", StringComparison.OrdinalIgnoreCase) ? true
            : word.Equals("NO", StringComparison.OrdinalIgnoreCase) ? false
            : null;
    }

    /// <summary>Reads a ticket's text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="name">The file, for messages.</param>
    /// <exception cref="WreException">It is no ticket; every finding is listed.</exception>
    public static ApprovalTicket Parse(string text, string name)
    {
        var problems = new List<YamlProblem>();
        var root = new YamlSection(YamlReader.Read(text, 1, problems), problems);
        var binding = root.Section("binding");
        var review = root.Section("human_review");
        var (from, to) = Promotion(root);
        string Required(YamlSection section, string key)
        {
            var value = section.Text(key);
            if (string.IsNullOrWhiteSpace(value))
            {
                section.Report(key, "is missing");
            }

            return value ?? "";
        }

        if (!Storage.Timestamp.TryParse(root.Text("expires_at"), out var expires))
        {
            root.Report("expires_at", "must be a time such as 2025-11-03T14:23:15Z");
        }

        var ticket = new ApprovalTicket
        {
            Id = Required(root, "approval_ticket"),
            Skill = Required(root, "skill_name"),
            From = from,
            To = to,
            Approver = Open(root.Text("approver")),
            Author = root.Text("author"),
            Requester = root.Text("requester"),
            RequesterKey = root.Text("requester_key"),
            BreakGlass = Open(root.Text("break_glass")),
            ExpiresAt = expires,
            Version = Required(binding, "version"),
            SkillDigest = Required(binding, "skill_digest"),
            PolicyDigest = Required(binding, "policy_digest"),
            EvidenceDigest = Required(binding, "evidence_digest"),
            AuditCheckpoint = root.Text("audit_checkpoint"),
            Waivers = ScanWaiver.ReadAll(root),
            Answers = RequiredAnswers(to).ToDictionary(answer => answer.Key, answer => Open(review.Text(answer.Key))),
            Decision = Open(root.Text("approval_decision")),
            Notes = root.Text("notes") ?? "",
            Signature = Open(root.Text("signature")),
            Timestamp = Open(root.Text("timestamp")),
        };
        return problems.Count == 0
            ? ticket
            : throw new WreException(
                $"{name} is not a readable ticket.", "answers are plain text after the colon, such as `test_coverage: YES`",
                [.. problems.OrderBy(problem => problem.Line).Select(problem => problem.ToString())]);
    }

    private static (PromotionState From, PromotionState To) Promotion(YamlSection root)
    {
        var text = root.Text("promotion") ?? "";
        var parts = text.Replace("->", "→", StringComparison.Ordinal).Split('→', StringSplitOptions.TrimEntries);
        if (parts.Length == 2 && PromotionStates.TryParse(parts[0], out var from) && PromotionStates.TryParse(parts[1], out var to))
        {
            return (from, to);
        }

        root.Report("promotion", $"is '{text}'; it must be 'prototype → staged' or 'staged → production'");
        return default;
    }

    private static string? Open(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>The evidence that a ticket is bound to: <c>tickets/&lt;TICKET&gt;.evidence.json</c>, never changed.</summary>
public sealed record TicketEvidence
{
    /// <summary>The ticket's name.</summary>
    public required string Ticket { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Digest of the content.</summary>
    public required string SkillDigest { get; init; }

    /// <summary>When it was taken, ISO 8601.</summary>
    public required string TakenAt { get; init; }

    /// <summary>The gates with figures and evidence.</summary>
    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary>SHA-256 of the benchmark result's file, or null.</summary>
    public string? BenchmarkSha256 { get; init; }

    /// <summary>Where the live executions come from: <c>source by agent</c> → count.</summary>
    public IReadOnlyDictionary<string, int> Sources { get; init => field = value ?? new Dictionary<string, int>(); } = new Dictionary<string, int>();

    /// <summary>The existing skills most like this one, at most three; null when the index could not tell, or the ticket is older than this check.</summary>
    public IReadOnlyList<NearestSkill>? NearestSkills { get; init; }
}

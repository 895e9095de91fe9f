using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Notifications;
using WreSkills.Review;
using WreSkills.Scanning;
using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What variations are asked for.</summary>
public sealed record VariationRequest
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>The weak patterns of its review.</summary>
    public required IReadOnlyList<WeakPattern> Weak { get; init; }

    /// <summary>How many are wanted, from 1.</summary>
    public int Count { get; init; } = 3;

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string Priority { get; init; } = "medium";

    /// <summary>Who asks.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Whether the model is asked where one is configured. Default true.</summary>
    public bool Ask { get; init; } = true;

    /// <summary>How long the model may take in all, retries included. Default: without end.</summary>
    public TimeSpan Patience { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Pairs of runs at a time.</summary>
    public int Parallel { get; init; } = 1;
}

/// <summary>
/// Variations of a draft's instructions (policy 5.3): a model proposes minimal edits, checks and a paired benchmark sort out what is not
/// shown to be better, and what is left waits for a person. The draft is never changed here.
/// </summary>
public sealed class VariationReview(Workspace workspace)
{
    private const int TracesPerPattern = 3;

    /// <summary>Asks for variations and queues what holds.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="advisor">The model that proposes; null when none is configured.</param>
    /// <param name="agent">The agent that runs the cases.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    /// <param name="progress">Told finished and all pairs of the comparison that runs; null for nobody.</param>
    /// <param name="cancellationToken">Stops it; what was queued by then stays.</param>
    /// <exception cref="WreException">The skill has no sound draft or no benchmark cases.</exception>
    public async Task<VariationOutcome> RunAsync(VariationRequest request, ChatModel? advisor, Func<IAgent> agent, JudgeCascade? judge, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var outcome = new VariationOutcome { Skill = request.Skill, Asked = request.Count };
        if (advisor is null)
        {
            return outcome with { Note = "No model was asked, so there are no variations; the one that `advisor:` in wre.yaml names proposes them." };
        }

        if (request.Weak.Count == 0)
        {
            return outcome with { Note = "No pattern is weak, so there is nothing to vary." };
        }

        var draft = workspace.Loader.OpenPrototype(request.Skill);
        if (draft.Folder.Cases.Count == 0)
        {
            return outcome with { Note = $"{request.Skill} has no benchmark cases, so no variation could be shown to be better." };
        }

        var text = DraftText.Of(draft.Folder, draft.Digest);
        var earlier = workspace.Proposals.List(request.Skill).Proposals;
        var question = VariationPrompt.Of(Brief(request, text, earlier));
        var answer = await AskAsync(advisor, question, request.Patience, cancellationToken).ConfigureAwait(false);
        outcome = outcome with { Advisor = advisor.Settings.Name, Model = answer.Model, PromptSha256 = VariationPrompt.DigestOf(question) };
        if (answer.FailureType is not null)
        {
            return outcome with { Note = $"The model gave no answer ({answer.FailureType}): {answer.Failure}." };
        }

        var proposed = VariationAnswer.Read(answer.Text, [.. request.Weak.Select(pattern => pattern.Name)], request.Count, out var problem);
        if (proposed.Count == 0)
        {
            return outcome with { Note = problem is null ? "The model proposed no variation." : $"What the model answered is no variation: {problem}." };
        }

        return await CompareAsync(request, outcome, draft, text, proposed, agent, judge, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChatAnswer> AskAsync(ChatModel advisor, ChatQuestion question, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, workspace.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await advisor.AskAsync(question, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChatAnswer { FailureType = "timeout", Failure = $"no answer within {patience.TotalSeconds:0.###} s" };
        }
        catch (WreException error)
        {
            return new ChatAnswer { FailureType = "not_asked", Failure = error.Message };
        }
    }

    // All checks come first: how many variations are compared decides how strong the evidence for each has to be.
    private async Task<VariationOutcome> CompareAsync(
        VariationRequest request, VariationOutcome outcome, LoadedSkill draft, DraftText text, IReadOnlyList<ProposedVariation> proposed, Func<IAgent> agent, JudgeCascade? judge, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var known = workspace.Proposals.List(request.Skill).Proposals.ToList();
        var results = new List<VariationResult>();
        var candidates = new List<(int Index, Proposal Proposal, string Text)>();
        var scan = new SkillScanner().Scan(draft.Folder.Path);
        foreach (var variation in proposed)
        {
            var edit = VariationChecks.OfEdits(text, variation.Edits, known, workspace.Policy.Variations);
            var checks = edit.Text is null || edit.Diff is null ? edit.Checks : [.. edit.Checks, .. CheckFolder(draft.Folder, scan, edit.Text)];
            var refusals = checks.Where(check => !check.Passed).Select(check => check.Sentence).ToList();
            results.Add(new VariationResult { Summary = variation.Summary, Patterns = variation.Patterns, Diff = edit.Diff?.ToString(), Checks = checks, Refusal = refusals.Count == 0 ? null : string.Join(' ', refusals) });
            if (refusals.Count == 0 && edit.Diff is not null)
            {
                var proposal = Make(request, outcome, text, variation, edit.Diff, checks);
                candidates.Add((results.Count - 1, proposal, edit.Text!));
                known.Add(proposal);
            }
        }

        var runner = candidates.Count == 0 ? null : agent();
        foreach (var (index, proposal, edited) in candidates)
        {
            using var folder = new VariationFolder(draft.Folder, edited, workspace.Policy.SkillLimits);
            var candidate = draft with { Digest = SkillDigest.Compute(folder.Folder), Folder = folder.Folder };
            var threshold = draft.Folder.Settings.PatternFidelityThreshold ?? workspace.Policy.PrototypeToStaged.PatternFidelity;
            var (before, after) = await new PairedBenchmark(workspace.Time).RunAsync(draft, candidate, runner!, request.Parallel, threshold, progress, judge, cancellationToken).ConfigureAwait(false);
            var evidence = VariationComparison.Of(before, after, draft.Folder, workspace.Policy.Variations.Alpha, candidates.Count);
            if (evidence.Kept)
            {
                using var turn = workspace.Proposals.Lock();
                workspace.Proposals.Add(proposal with { Evidence = evidence });
            }

            results[index] = results[index] with { Evidence = evidence, Proposal = evidence.Kept ? proposal.Id : null, Refusal = evidence.Kept ? null : $"The benchmark speaks against it: {evidence.Reason}" };
        }

        outcome = outcome with { Variations = results };
        Tell(request, outcome);
        return outcome;
    }

    private IReadOnlyList<ProposalCheck> CheckFolder(SkillFolder draft, ScanReport scan, string text)
    {
        using var folder = new VariationFolder(draft, text, workspace.Policy.SkillLimits);
        return VariationChecks.OfFolder((draft, scan), (folder.Folder, new SkillScanner().Scan(folder.Folder.Path)));
    }

    private Proposal Make(VariationRequest request, VariationOutcome outcome, DraftText text, ProposedVariation variation, UnifiedDiff diff, IReadOnlyList<ProposalCheck> checks)
    {
        var now = Timestamp.ToIso(workspace.Time.GetUtcNow());
        return new Proposal
        {
            Id = Proposal.IdOf(request.Skill, text.Digest, diff.ToString()),
            Skill = request.Skill,
            Status = Proposal.Queued,
            Priority = request.Priority,
            CreatedAt = now,
            CreatedBy = request.RequestedBy,
            BaseDigest = text.Digest,
            BaseVersion = text.Folder.Settings.Version,
            Summary = variation.Summary,
            Patterns = variation.Patterns,
            Traces = [.. request.Weak.Where(pattern => variation.Patterns.Contains(pattern.Name)).SelectMany(pattern => pattern.Executions).Distinct()],
            Diff = diff.ToString(),
            Advisor = outcome.Advisor ?? "",
            Model = outcome.Model,
            PromptSha256 = outcome.PromptSha256 ?? "",
            Checks = checks,
            History = [new ProposalEvent { Event = Proposal.Queued, At = now, By = request.RequestedBy }],
        };
    }

    private VariationBrief Brief(VariationRequest request, DraftText text, IReadOnlyList<Proposal> earlier)
    {
        var ids = request.Weak.SelectMany(pattern => pattern.Executions.Take(TracesPerPattern)).Distinct().ToList();
        var holdout = text.Folder.Cases.Where(item => item.IsHoldout).Select(item => item.Id).ToHashSet();
        var records = workspace.Executions.Find(request.Skill, ids);
        return new VariationBrief
        {
            Draft = text,
            Weak = request.Weak,
            Count = request.Count,

            // The review leaves them out already; what is to test a text must never have shaped it, so it is seen to here again.
            Traces = [.. ids.Select(id => records.TryGetValue(id, out var record) ? record : default).Where(record => record.ValueKind == JsonValueKind.Object && !IsHoldout(record, holdout))],
            Rejected = [.. earlier.Where(proposal => proposal.Status == Proposal.Rejected).OrderBy(proposal => proposal.CreatedAt, StringComparer.Ordinal)],
        };
    }

    private static bool IsHoldout(JsonElement record, HashSet<string> holdout) =>
        (Text(record, "case") is { } name && holdout.Contains(name)) || Text(record, "split") == "holdout" || (Text(record, "key") is { } key && key.StartsWith("benchmark:", StringComparison.Ordinal) && holdout.Contains(key["benchmark:".Length..]));

    private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void Tell(VariationRequest request, VariationOutcome outcome)
    {
        if (outcome.Queued is not [var first, ..] queued)
        {
            return;
        }

        var ids = queued.Select(item => item.Proposal!).ToList();
        var count = ids.Count == 1 ? "1 proposal waits" : string.Create(CultureInfo.InvariantCulture, $"{ids.Count} proposals wait");
        workspace.Outbox.Put(new OutboxMessage($"{ids[0]}-proposals_queued", "proposals_queued", request.Skill, Timestamp.ToIso(workspace.Time.GetUtcNow()), new JsonObject
        {
            ["to"] = new JsonArray([.. workspace.Policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
            ["priority"] = request.Priority,
            ["proposals"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]),
            ["text"] = $"{count} for you to decide about {request.Skill} ({request.Priority} priority): {first.Summary}",
            ["review"] = $"wre proposals show {ids[0]}",
            ["next"] = $"wre proposals accept {ids[0]} --approver ID, or wre proposals reject {ids[0]} --reason \"…\"",
        }));
    }
}

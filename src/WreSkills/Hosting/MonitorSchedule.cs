using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>
/// What depends on the time alone: deadlines of rollbacks (policy 3.2), reviews (policy 5.3), ingestion that lags (policy 7). Every message has an id
/// made from what it is about and its period, so that looking twice, also after a restart or a jump of the clock, tells nobody twice.
/// </summary>
internal static class MonitorSchedule
{
    private const int MostOverdue = 100;

    public static void Run(Workspace workspace, Action<string, string?, string> say)
    {
        foreach (var operation in workspace.Worker.Run())
        {
            say("report", null, $"the failure analysis of rollback {operation} is written");
        }

        Overdue(workspace, say);
        Lag(workspace, say);
        Retention(workspace, say);
        Policy(workspace, say);
    }

    // Policy 8: a document that was edited past the process is told once, a review that is due once a week.
    private static void Policy(Workspace workspace, Action<string, string?, string> say)
    {
        if (workspace.PolicyHistory.Outside() is { } outside)
        {
            Put(workspace, say, "policy_alert", "", $"policy-outside-{PolicyDocument.DigestOf(workspace.Layout.PolicyFile)[..16]}", new JsonObject
            {
                ["to"] = People(workspace),
                ["text"] = $"{outside}.",
                ["next"] = "wre policy history",
            });
        }

        if (workspace.PolicyChanges.ReviewDue() is { } due)
        {
            Put(workspace, say, "policy_review_due", "", string.Create(CultureInfo.InvariantCulture, $"policy-review-{workspace.Policy.Digest[..16]}-{workspace.Time.GetUtcNow().ToUnixTimeSeconds() / (7 * 86_400)}"), new JsonObject
            {
                ["to"] = People(workspace),
                ["text"] = $"{char.ToUpperInvariant(due[0])}{due[1..]}.",
                ["next"] = "wre policy show",
            });
        }
    }

    /// <summary>
    /// Looks whether store and folders still are what the registry says. While a transition is under way they need not be, so nothing is told then.
    /// </summary>
    public static void Drift(Workspace workspace, Action<string, string?, string> say)
    {
        var registry = workspace.Registry.Load();
        var drifts = new List<FolderDrift>();
        foreach (var (skill, entry) in registry.Skills)
        {
            foreach (var label in entry.Active.Values)
            {
                var digest = entry.Versions[label].Digest;
                if (workspace.Store.TryOpen(skill, digest, out _) is { } problem && workspace.Drift.TellStore(new AlteredVersion(skill, label, digest, problem.Drift, problem.Refusal.Message)))
                {
                    say(DriftAlerts.Kind, skill, problem.Refusal.Message);
                }
            }

            drifts.AddRange(((FolderDrift?[])[FolderDrift.Staged(workspace, skill, entry), FolderDrift.Production(workspace, skill, entry)]).OfType<FolderDrift>());
        }

        if (workspace.Journal.Open().Count > 0 || workspace.Registry.Load().Serial != registry.Serial)
        {
            return;
        }

        foreach (var drift in drifts.Where(workspace.Drift.TellFolder))
        {
            say(DriftAlerts.Kind, drift.Skill, $"{drift.Words}; `wre doctor --repair` makes it a copy again");
        }
    }

    private static void Retention(Workspace workspace, Action<string, string?, string> say)
    {
        if (new RetentionSweep(workspace).RunDaily() is { Removed.Count: > 0 } swept)
        {
            say("retention", null, $"{swept.Removed.Count} files and folders beyond their retention removed, {swept.Bytes:N0} bytes");
        }
    }

    private static void Overdue(Workspace workspace, Action<string, string?, string> say)
    {
        var now = workspace.Time.GetUtcNow();
        foreach (var deadline in workspace.Worker.Overdue().Take(MostOverdue))
        {
            var action = deadline.Action.Replace('_', ' ');
            var late = now - (Timestamp.TryParse(deadline.DueAt, out var due) ? due : now);
            Put(workspace, say, "deadline_overdue", deadline.Skill, $"overdue-{deadline.Operation}-{deadline.Action}-{(int)late.TotalDays}", new JsonObject
            {
                ["to"] = People(workspace),
                ["action"] = deadline.Action,
                ["due_at"] = deadline.DueAt,
                ["operation"] = deadline.Operation,
                ["text"] = $"The {action} of {deadline.Skill} was due at {deadline.DueAt} and is late by {Words(late)}.",
                ["next"] = deadline.Action switch
                {
                    "human_review" => $"wre report review --skill {deadline.Skill} --approver ID --note \"…\"",
                    Promotion.RollbackDeadlines.Countersignature => $"wre show --skill {deadline.Skill}, then wre ticket sign --ticket TICKET",
                    _ => "wre doctor",
                },
            });
        }
    }

    /// <summary>Makes the reviews that are due. They read records and probe dependencies, which takes its time, so nothing waits for them.</summary>
    public static void Reviews(Workspace workspace, Action<string, string?, string> say)
    {
        var now = workspace.Time.GetUtcNow();
        foreach (var (skill, entry) in workspace.Registry.Load().Skills)
        {
            foreach (var (state, schedule) in Schedules(entry, workspace.Policy))
            {
                TimeSpan? period = schedule switch { "hourly" => TimeSpan.FromHours(1), "daily" => TimeSpan.FromDays(1), "weekly" => TimeSpan.FromDays(7), _ => null };
                if (period is not { } every || Since(entry, state) is not { } since || now - since < every)
                {
                    continue;
                }

                // Counted from when the version came to where it is, so that the first review has a whole period to look at.
                var number = (long)((now - since) / every);
                var id = string.Create(CultureInfo.InvariantCulture, $"review-{skill}-{state.Text()}-{since.ToUnixTimeSeconds()}-{number}");
                if (!workspace.Outbox.Contains(id))
                {
                    Review(workspace, say, skill, state, schedule, id);
                }
            }
        }
    }

    // A skill has one schedule, that of what came last; what serves beside a candidate keeps the policy's own.
    private static IEnumerable<(PromotionState State, string Schedule)> Schedules(SkillEntry entry, PromotionPolicy policy)
    {
        var staged = entry.Live(PromotionState.Staged) is not null;
        if (staged)
        {
            yield return (PromotionState.Staged, entry.ReviewSchedule);
        }

        if (entry.Live(PromotionState.Production) is not null)
        {
            yield return (PromotionState.Production, staged ? policy.ProductionReview : entry.ReviewSchedule);
        }
    }

    // The message comes last: whoever is killed before makes the review again.
    private static void Review(Workspace workspace, Action<string, string?, string> say, string skill, PromotionState state, string schedule, string id)
    {
        var review = workspace.ReviewWorker.Make(skill, state, schedule == "weekly" ? "last_7_days" : "last_24_hours", "schedule");
        var flagged = workspace.ReviewWorker.Flag(review);
        Put(workspace, say, "review", skill, id, new JsonObject
        {
            ["to"] = People(workspace),
            ["schedule"] = schedule,
            ["state"] = review.State,
            ["version"] = review.Version,
            ["weak_patterns"] = review.WeakPatterns.Count,
            ["improvement_opportunities"] = review.ImprovementOpportunities.Count,
            ["flagged"] = flagged,
            ["text"] = $"The {schedule} review of {skill} {review.Version} ({review.State}): {review.Summary}",
            ["report"] = $"wre review --skill {skill} --state {review.State} --latest",
        });
    }

    private static void Lag(Workspace workspace, Action<string, string?, string> say)
    {
        if (workspace.Ingestor.Lag() is not var (files, behind) || behind < TimeSpan.FromMinutes(workspace.Policy.IngestionLagMinutes))
        {
            return;
        }

        Put(workspace, say, "ingestion_lag", "", $"lag-{workspace.Time.GetUtcNow().UtcDateTime:yyyyMMddTHH}", new JsonObject
        {
            ["to"] = People(workspace),
            ["files"] = files,
            ["behind_minutes"] = (int)behind.TotalMinutes,
            ["text"] = $"Ingestion is {Words(behind)} behind: {files} metric file{(files == 1 ? " has" : "s have")} lines that were not taken in.",
            ["next"] = "wre ingest",
        });
    }

    private static void Put(Workspace workspace, Action<string, string?, string> say, string kind, string skill, string id, JsonObject body)
    {
        if (!workspace.Outbox.Contains(id))
        {
            workspace.Outbox.Put(new OutboxMessage(id, kind, skill, Timestamp.ToIso(workspace.Time.GetUtcNow()), body));
            say(kind, skill.Length == 0 ? null : skill, (string)body["text"]!);
        }
    }

    private static DateTimeOffset? Since(SkillEntry entry, PromotionState state) =>
        entry.Live(state) is { } live && Timestamp.TryParse(live.Version.StateSince, out var since) ? since : null;

    private static JsonArray People(Workspace workspace) => new([.. workspace.Policy.Approvers.Select(approver => (JsonNode)approver.Id)]);

    internal static string Words(TimeSpan span) => span.TotalDays >= 2 ? $"{(int)span.TotalDays} days"
        : span.TotalHours >= 2 ? $"{(int)span.TotalHours} h" : $"{Math.Max(0, (int)span.TotalMinutes)} min";
}

namespace WreSkills.Policy;

/// <summary>A key that two policies answer differently.</summary>
/// <param name="Key">Its path; people stand as <c>approvers.ID</c>, locks as <c>locked.KEY</c>.</param>
/// <param name="Before">Its value before; null when it was not there.</param>
/// <param name="After">Its value after; null when it is not there any more.</param>
/// <param name="Effect">What the change does.</param>
public sealed record PolicyDifference(string Key, string? Before, string? After, PolicyEffect Effect);

/// <summary>Compares policies by what they say, not by how they are written; the version and the day of the document do not count.</summary>
public static class PolicyDiff
{
    /// <summary>Every difference, in the order of the document.</summary>
    public static IReadOnlyList<PolicyDifference> Of(PromotionPolicy before, PromotionPolicy after) => [.. Keys(before, after), .. People(before, after), .. Locks(before, after)];

    /// <summary>The locks that a change takes away or loosens, for which everybody has to sign.</summary>
    public static IReadOnlyList<PolicyDifference> LoosenedLocks(PromotionPolicy before, PromotionPolicy after) => [.. Locks(before, after).Where(difference => difference.Effect == PolicyEffect.Looser)];

    private static IEnumerable<PolicyDifference> Keys(PromotionPolicy before, PromotionPolicy after)
    {
        foreach (var key in PolicyKeys.All)
        {
            var (old, now) = (key.Text(before), key.Text(after));
            if (old != now)
            {
                yield return new PolicyDifference(key.Name, old, now, key.Compare(old, now));
            }
        }

        foreach (var (name, old, now) in ((string, string, string)[])[("authority", before.Authority, after.Authority), ("next_review", before.NextReview, after.NextReview)])
        {
            if (old != now)
            {
                yield return new PolicyDifference(name, old, now, PolicyEffect.Neutral);
            }
        }
    }

    // More people or more rights let more through; a person who loses one right and gains another is neither.
    private static IEnumerable<PolicyDifference> People(PromotionPolicy before, PromotionPolicy after)
    {
        foreach (var id in before.Approvers.Concat(after.Approvers).Select(approver => approver.Id).Distinct(StringComparer.Ordinal))
        {
            var (old, now) = (before.Approvers.FirstOrDefault(approver => approver.Id == id), after.Approvers.FirstOrDefault(approver => approver.Id == id));
            var (had, has) = (old?.May.ToHashSet() ?? [], now?.May.ToHashSet() ?? []);
            if (old?.Name == now?.Name && old is not null && now is not null && had.SetEquals(has))
            {
                continue;
            }

            var effect = had.SetEquals(has) ? PolicyEffect.Neutral : has.IsSupersetOf(had) ? PolicyEffect.Looser : has.IsSubsetOf(had) ? PolicyEffect.Stricter : PolicyEffect.Neutral;
            yield return new PolicyDifference($"approvers.{id}", Words(old), Words(now), effect);
        }
    }

    private static IEnumerable<PolicyDifference> Locks(PromotionPolicy before, PromotionPolicy after)
    {
        foreach (var name in before.Locked.Keys.Union(after.Locked.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (old, now) = (before.Locked.GetValueOrDefault(name), after.Locked.GetValueOrDefault(name));
            var effect = old is null ? PolicyEffect.Stricter : now is null ? PolicyEffect.Looser : PolicyKeys.Find(name)!.Compare(old, now);
            if (old != now)
            {
                yield return new PolicyDifference($"locked.{name}", old, now, effect);
            }
        }
    }

    private static string? Words(Approver? approver) => approver is null ? null : $"{approver.Name} may {string.Join(", ", approver.May.Order(StringComparer.Ordinal))}";
}

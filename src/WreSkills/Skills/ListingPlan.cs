namespace WreSkills.Skills;

/// <summary>How a skill stands in a client's listing.</summary>
public enum Listed
{
    /// <summary>With its whole description.</summary>
    Whole,

    /// <summary>With the beginning of its description.</summary>
    Shortened,

    /// <summary>With its name alone.</summary>
    NameOnly,

    /// <summary>Not at all: the model cannot choose it.</summary>
    Omitted,
}

/// <summary>A skill in a client's listing.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Name">The name by which the client lists it.</param>
/// <param name="Characters">What it would take whole.</param>
/// <param name="Executions">How often it was executed, ever.</param>
/// <param name="How">How it stands there.</param>
public sealed record ListedSkill(DiscoveredSkill Skill, string Name, int Characters, long Executions, Listed How);

/// <summary>What of the names and descriptions fits a client's listing; pure. Where a client's exact text is not known, its size is an estimate.</summary>
/// <param name="Limit">Characters of the listing; null when there is no limit.</param>
/// <param name="Characters">What all entries would take whole.</param>
/// <param name="Skills">The skills in the client's order.</param>
public sealed record ListingPlan(int? Limit, int Characters, IReadOnlyList<ListedSkill> Skills)
{
    /// <summary>Characters that are counted as one token, as the clients do that state their budget in tokens.</summary>
    public const int CharactersPerToken = 4;

    /// <summary>Works the listing out.</summary>
    /// <param name="client">The client.</param>
    /// <param name="skills">What it lists, with the executions of each.</param>
    /// <param name="tokens">A budget in tokens instead of the client's own; null for that.</param>
    public static ListingPlan Of(SkillClient client, IEnumerable<(DiscoveredSkill Skill, long Executions)> skills, int? tokens)
    {
        var budget = client.Budget;
        var limit = tokens * CharactersPerToken ?? budget.Characters;
        var entries = skills.Select(item => new ListedSkill(item.Skill, item.Skill.NameFor(client), Size(client, item.Skill, Description(client, item.Skill)), item.Executions, budget.PerEntry < item.Skill.Header.Description.Length ? Listed.Shortened : Listed.Whole))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var whole = entries.Sum(entry => entry.Characters);
        var placed = limit is not { } most || whole <= most ? entries : budget.Overflow switch
        {
            ListingOverflow.DropsDescriptions => Drop(client, entries, most),
            ListingOverflow.ShortensDescriptions => Shorten(client, entries, most),
            _ => Omit(entries, most),
        };
        return new ListingPlan(limit, whole, placed);
    }

    // Names stay; the skills that are used most keep their descriptions as long as there is room.
    private static List<ListedSkill> Drop(SkillClient client, List<ListedSkill> entries, int limit)
    {
        var room = limit - entries.Sum(entry => Size(client, entry.Skill, 0));
        var kept = new HashSet<ListedSkill>();
        foreach (var entry in entries.OrderByDescending(entry => entry.Executions).ThenBy(entry => entry.Name, StringComparer.Ordinal))
        {
            room -= Description(client, entry.Skill);
            if (room < 0)
            {
                break;
            }

            kept.Add(entry);
        }

        return entries.ConvertAll(entry => kept.Contains(entry) ? entry : entry with { How = Listed.NameOnly });
    }

    // All descriptions are cut at the same length, the largest with which the listing fits; without room for any, the last skills go.
    private static List<ListedSkill> Shorten(SkillClient client, List<ListedSkill> entries, int limit)
    {
        var room = limit - entries.Sum(entry => Size(client, entry.Skill, 0));
        if (room < 0)
        {
            var left = limit;
            return entries.ConvertAll(entry => (left -= Size(client, entry.Skill, 0)) >= 0 ? entry with { How = Listed.NameOnly } : entry with { How = Listed.Omitted });
        }

        var lengths = entries.ConvertAll(entry => Description(client, entry.Skill));
        var (low, high) = (0, lengths.DefaultIfEmpty(0).Max());
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = lengths.Sum(length => Math.Min(length, middle)) <= room ? (middle, high) : (low, middle - 1);
        }

        return entries.ConvertAll(entry => Description(client, entry.Skill) <= low ? entry : entry with { How = low == 0 ? Listed.NameOnly : Listed.Shortened });
    }

    private static List<ListedSkill> Omit(List<ListedSkill> entries, int limit)
    {
        var left = limit;
        var full = false;
        return entries.ConvertAll(entry =>
        {
            // The first that does not fit ends the list, also for smaller ones behind it.
            full = full || (left -= entry.Characters) < 0;
            return full ? entry with { How = Listed.Omitted } : entry;
        });
    }

    private static int Description(SkillClient client, DiscoveredSkill skill) => Math.Min(skill.Header.Description.Length, client.Budget.PerEntry ?? int.MaxValue);

    private static int Size(SkillClient client, DiscoveredSkill skill, int description) => skill.NameFor(client).Length + description + client.Budget.Overhead;
}

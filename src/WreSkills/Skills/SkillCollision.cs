namespace WreSkills.Skills;

/// <summary>Several skills of which a client would use the same name.</summary>
/// <param name="Client">The client's name.</param>
/// <param name="Name">The name, as that client reads it.</param>
/// <param name="Session">The folder in which a session of the client sees all of them, relative; empty for the root.</param>
/// <param name="Paths">Their folders; where the client has an order, the one that it uses first.</param>
/// <param name="Winner">The one that it uses, or null when it uses several or does not say.</param>
/// <param name="Resolution">What it does, in a sentence.</param>
public sealed record SkillCollision(string Client, string Name, string Session, IReadOnlyList<string> Paths, string? Winner, string Resolution);

/// <summary>Works out which skills a client sees and which it prefers; pure.</summary>
public static class ClientView
{
    /// <summary>The skills that a client lists in a session at a folder, each name once unless the client lists all of them.</summary>
    /// <param name="client">The client.</param>
    /// <param name="skills">What was found.</param>
    /// <param name="session">The session's folder, relative; empty for the root.</param>
    public static IReadOnlyList<DiscoveredSkill> Listed(SkillClient client, IEnumerable<DiscoveredSkill> skills, string session = "") =>
    [
        .. Visible(client, skills, session).Where(skill => skill.File == SkillFolder.SkillFileName).GroupBy(skill => skill.NameFor(client))
            .SelectMany(group => client.Duplicates == DuplicateNames.FirstPlaceWins ? InOrder(client, group).Take(1) : group)
            .OrderBy(skill => skill.NameFor(client), StringComparer.Ordinal),
    ];

    /// <summary>Every collision of every client, for sessions at the root and in each sub-project.</summary>
    public static IReadOnlyList<SkillCollision> Collisions(IReadOnlyList<DiscoveredSkill> skills)
    {
        var usable = skills.Where(skill => skill.File == SkillFolder.SkillFileName).ToList();
        var sessions = usable.Select(skill => skill.Project).Append("").Distinct().Order(StringComparer.Ordinal).ToList();
        var known = new HashSet<string>();
        var collisions = new List<SkillCollision>();
        foreach (var client in SkillClient.All)
        {
            // Only names that stand in several places at all can collide in one of the sessions.
            var candidates = usable.Where(skill => client.Places.Contains(skill.Place)).GroupBy(skill => skill.NameFor(client)).Where(group => group.Skip(1).Any()).ToList();
            foreach (var group in candidates)
            {
                foreach (var session in sessions.Where(session => session.Length == 0 || group.Any(skill => skill.Project == session)))
                {
                    // What hides what in one folder is said by itself, also where sub-projects have the name too.
                    var seen = InOrder(client, Visible(client, group, session)).ToList();
                    var here = seen.FindAll(skill => skill.IsUsers || skill.Project == session);
                    foreach (var set in client.Nested == NestedSkills.OnDemand && here.Count < seen.Count ? [here, seen] : (List<DiscoveredSkill>[])[seen])
                    {
                        if (set.Count > 1 && known.Add($"{client.Name} {group.Key} {string.Join('|', set.Select(skill => skill.Path))}"))
                        {
                            collisions.Add(Resolve(client, group.Key, session, set));
                        }
                    }
                }
            }
        }

        return [.. collisions.OrderBy(collision => collision.Name, StringComparer.Ordinal).ThenBy(collision => collision.Session, StringComparer.Ordinal)];
    }

    private static SkillCollision Resolve(SkillClient client, string name, string session, List<DiscoveredSkill> seen)
    {
        var paths = seen.ConvertAll(skill => skill.Path);
        switch (client.Duplicates)
        {
            case DuplicateNames.AllListed:
                return new SkillCollision(client.Name, name, session, paths, null, $"{client.Title} lists all {paths.Count} of them under the same name; which one is used is the model's choice.");
            case DuplicateNames.Undocumented:
                return new SkillCollision(client.Name, name, session, paths, null, $"{client.Title} reads all {paths.Count} places; which one it prefers is not documented.");
        }

        if (client.Nested == NestedSkills.OnDemand && seen.Select(skill => skill.Project).Distinct().Skip(1).Any())
        {
            var nested = seen.First(skill => skill.Project.Length > 0);
            return new SkillCollision(
                client.Name, name, session, paths, null,
                $"{client.Title} keeps both: that of {nested.Project} joins when it works on files there, as {nested.Project}:{name}.");
        }

        var winner = seen[0];
        return new SkillCollision(
            client.Name, name, session, paths, winner.Path,
            $"{client.Title} uses {winner.Path}{(winner.IsUsers ? " of the user" : "")} and hides the other{(paths.Count == 2 ? "" : "s")}.");
    }

    private static IEnumerable<DiscoveredSkill> Visible(SkillClient client, IEnumerable<DiscoveredSkill> skills, string session) => skills.Where(skill =>
        client.Places.Contains(skill.Place) && (skill.IsUsers || skill.Project == session || client.Nested switch
        {
            NestedSkills.Upwards => Contains(skill.Project, session),
            NestedSkills.OnDemand => Contains(skill.Project, session) || Contains(session, skill.Project),
            _ => false,
        }));

    // Of equal places the nearer one is asked first.
    private static IEnumerable<DiscoveredSkill> InOrder(SkillClient client, IEnumerable<DiscoveredSkill> skills) => skills
        .OrderBy(skill => Rank(client, skill.Place)).ThenByDescending(skill => skill.Project.Length).ThenBy(skill => skill.Path, StringComparer.Ordinal);

    private static int Rank(SkillClient client, string place)
    {
        for (var index = 0; index < client.Places.Count; index++)
        {
            if (client.Places[index] == place)
            {
                return index;
            }
        }

        return client.Places.Count;
    }

    private static bool Contains(string outer, string inner) => outer.Length == 0 || inner == outer || inner.StartsWith(outer + "/", StringComparison.Ordinal);
}

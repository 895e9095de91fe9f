using System.Text.Json;

namespace WreSkills.Promotion;

/// <summary>A version that serves according to the audit log.</summary>
/// <param name="Version">Label.</param>
/// <param name="Digest">Content.</param>
/// <param name="Promotion">The line of its promotion to this state.</param>
/// <param name="Restoration">The line of the undoing of its rollback, if that is how it came back; null else.</param>
public sealed record AuditedVersion(string Version, string Digest, JsonElement Promotion, JsonElement? Restoration);

/// <summary>What serves according to the audit log: the registry must say the same. Pure.</summary>
/// <param name="Production">In production; null for nothing.</param>
/// <param name="Staged">Staged; null for nothing.</param>
public sealed record AuditedServing(AuditedVersion? Production, AuditedVersion? Staged)
{
    /// <summary>Replays the lines of one skill in order.</summary>
    /// <param name="lines">Lines of the audit log; those of other skills are passed over.</param>
    /// <param name="skill">The skill.</param>
    public static AuditedServing Of(IEnumerable<JsonElement> lines, string skill)
    {
        AuditedVersion? production = null, staged = null;
        (AuditedVersion? Production, AuditedVersion? Staged) retired = default;
        var promoted = new Dictionary<(string Version, string State), AuditedVersion>();
        foreach (var line in History(lines, skill))
        {
            if (Text(line, "version") is not { } version || Text(line, "digest") is not { } digest)
            {
                continue;
            }

            switch (Text(line, "event"), Text(line, "to_state"))
            {
                case ("promotion", "staged"):
                    promoted[(version, "staged")] = staged = new AuditedVersion(version, digest, line, null);
                    break;
                case ("promotion", "production"):
                    promoted[(version, "production")] = production = new AuditedVersion(version, digest, line, null);
                    staged = Unless(staged, version);
                    break;
                case (Transition.AdoptionKind, "staged"):
                    promoted[(version, "staged")] = staged = new AuditedVersion(version, digest, line, null);
                    break;
                case (Transition.AdoptionKind, "production"):
                    promoted[(version, "production")] = production = new AuditedVersion(version, digest, line, null);
                    break;
                case (Transition.RetirementKind, _):
                    (retired, production, staged) = ((production, staged), null, null);
                    break;
                case (Transition.RevivalKind, _):
                    (production, staged) = (Returned(retired.Production, line), Returned(retired.Staged, line));
                    break;
                case ("restore", _):
                    production = promoted.GetValueOrDefault((version, "production")) is { } earlier ? earlier with { Restoration = line } : null;
                    staged = Unless(staged, version);
                    break;
                case ("rollback", "prototype"):
                    staged = Unless(staged, version);
                    break;
                case ("rollback", _):
                    var serves = Text(line, "serves");
                    production = serves is null || serves == version ? null : promoted.GetValueOrDefault((serves, "production"));
                    staged = serves == version ? promoted.GetValueOrDefault((version, "staged")) : serves is null ? staged : Unless(staged, serves);
                    break;
                default:
                    break;
            }
        }

        return new AuditedServing(production, staged);
    }

    // What an undone retirement brings back is good by the statement that undid it, too.
    private static AuditedVersion? Returned(AuditedVersion? version, JsonElement line) => version is null ? null : version with { Restoration = line };

    // The lines of a skill under this name and, before it was renamed, under those that it had.
    private static IEnumerable<JsonElement> History(IEnumerable<JsonElement> lines, string skill)
    {
        var history = new List<JsonElement>();
        var name = skill;
        foreach (var line in lines.Reverse().Where(line => Text(line, "skill") is { } known && known == name))
        {
            history.Add(line);
            name = Text(line, "event") == Transition.RenameKind ? Text(line, "renamed_from") ?? name : name;
        }

        history.Reverse();
        return history;
    }

    private static AuditedVersion? Unless(AuditedVersion? staged, string version) => staged?.Version == version ? null : staged;

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

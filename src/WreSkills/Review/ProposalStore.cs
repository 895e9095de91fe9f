using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Scanning;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>A file in the folder of proposals that is none.</summary>
/// <param name="File">Its name.</param>
/// <param name="Problem">Why it cannot be read.</param>
public sealed record DamagedProposal(string File, string Problem);

/// <summary>
/// The proposals, one durable file each. Changing one replaces its file in one step and keeps every field that it does not know; a damaged
/// file is passed over and named, so that it hides no other.
/// </summary>
public sealed class ProposalStore(WorkspaceLayout layout)
{
    private const long MostBytes = 8 * 1024 * 1024;

    /// <summary>The file of a proposal.</summary>
    public string FileOf(string id) => Path.Combine(layout.ProposalsFolder, id + ".json");

    /// <summary>Waits for the right to change proposals and the drafts that they are about.</summary>
    public FileLock Lock()
    {
        DurableFile.CreateDirectory(layout.ProposalsFolder);
        return FileLock.Acquire(Path.Combine(layout.ProposalsFolder, "proposals.lock"));
    }

    /// <summary>Writes a new proposal durably, without secrets (policy 2.1).</summary>
    public void Add(Proposal proposal)
    {
        var json = Redaction.Json(JsonSerializer.SerializeToNode(proposal, ProposalJson.Readable.Proposal)!.AsObject());

        // The text of the skill stands in the repository as it is, and a diff with another context would not apply to it.
        json["diff"] = proposal.Diff;
        Write(proposal.Id, json);
    }

    /// <summary>All proposals, and the files that are none.</summary>
    /// <param name="skill">Of one skill only; null for all.</param>
    public (IReadOnlyList<Proposal> Proposals, IReadOnlyList<DamagedProposal> Damaged) List(string? skill = null)
    {
        var (proposals, damaged) = (new List<Proposal>(), new List<DamagedProposal>());
        foreach (var path in Directory.Exists(layout.ProposalsFolder) ? Directory.EnumerateFiles(layout.ProposalsFolder, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            var (proposal, _, problem) = Read(path);
            if (proposal is null)
            {
                damaged.Add(new DamagedProposal(Path.GetFileName(path), problem!));
            }
            else if (skill is null || proposal.Skill == skill)
            {
                proposals.Add(proposal);
            }
        }

        return (proposals, damaged);
    }

    /// <summary>A proposal by its id, or by the beginning of one that no other shares, or no other of those that wait.</summary>
    /// <exception cref="WreException">There is none, several begin so, or its file is damaged.</exception>
    public Proposal Require(string id)
    {
        if (id.Length == 0 || !id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            throw new WreException($"'{id}' is no id of a proposal.", "`wre proposals list` shows the ids");
        }

        if (File.Exists(FileOf(id)))
        {
            return Read(FileOf(id)) is { Proposal: { } proposal } read ? proposal
                : throw new WreException($"The proposal {FileOf(id)} is damaged: {Read(FileOf(id)).Problem}", "restore it from git, or delete it and review the skill again");
        }

        var all = List().Proposals.Where(proposal => proposal.Id.StartsWith(id, StringComparison.Ordinal)).ToList();
        var waiting = all.Where(proposal => proposal.Status == Proposal.Queued).ToList();
        return all.Count == 1 ? all[0] : waiting.Count == 1 ? waiting[0]
            : throw new WreException(all.Count == 0 ? $"There is no proposal '{id}'." : $"Several proposals begin with '{id}': {string.Join(", ", all.Select(proposal => proposal.Id))}.", "`wre proposals list` shows the ids");
    }

    /// <summary>Adds an event to a proposal, and its new status.</summary>
    /// <returns>The proposal as it is now.</returns>
    internal Proposal Note(string id, ProposalEvent happened, string? status)
    {
        var (_, json, problem) = Read(FileOf(id));
        if (json is null)
        {
            throw new WreException($"The proposal {FileOf(id)} is damaged: {problem}", "restore it from git");
        }

        json["status"] = status ?? json["status"]?.DeepClone();
        if (json["history"] is not JsonArray history)
        {
            json["history"] = history = [];
        }

        var line = new JsonObject { ["event"] = happened.Event, ["at"] = happened.At, ["by"] = happened.By };
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("reason", happened.Reason is { } reason ? Redaction.Text(reason) : null), ("digest", happened.Digest), ("version", happened.Version)])
        {
            line[name] = value;
        }

        if (happened.Files is { } files)
        {
            line["files"] = new JsonObject(files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value)));
        }

        history.Add((JsonNode)line);
        Write(id, json);
        return Require(id);
    }

    private void Write(string id, JsonObject json) => DurableFile.Replace(FileOf(id), json.ToJsonString(ProposalJson.Readable.Options) + "\n");

    private static (Proposal? Proposal, JsonObject? Json, string? Problem) Read(string path)
    {
        try
        {
            var bytes = UntrustedFile.ReadAllBytes(path, MostBytes);
            if (bytes is null)
            {
                return (null, null, $"it is larger than {MostBytes:N0} bytes");
            }

            // Twice the same name would mean one thing here and another to whoever reads the file with other tools.
            var json = JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
            var proposal = json?.Deserialize(ProposalJson.Readable.Proposal);
            var problem = proposal is null ? "it is no JSON object" : Problem(proposal, Path.GetFileNameWithoutExtension(path));
            return problem is null ? (proposal, json, null) : (null, null, problem);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException or DecoderFallbackException)
        {
            return (null, null, error.Message);
        }
    }

    private static string? Problem(Proposal proposal, string name) =>
        proposal.Id != name ? $"it says that it is '{proposal.Id}'"
        : Proposal.IdOf(proposal.Skill, proposal.BaseDigest, proposal.Diff) != proposal.Id ? "its id does not fit its diff and its base: one of them was changed"
        : SkillName.Problem(proposal.Skill) is { } problem ? $"skill: {problem}"
        : proposal.Status is not (Proposal.Queued or Proposal.Accepted or Proposal.Rejected) ? $"its status '{proposal.Status}' is none"
        : !Proposal.Priorities.Contains(proposal.Priority) ? $"its priority '{proposal.Priority}' is none"
        : proposal.History.Any(item => item is null) || proposal.Checks.Any(item => item is null) ? "it lists null"
        : UnifiedDiff.Parse(proposal.Diff, out var broken) is not { } diff ? $"its diff cannot be read: {broken}"
        : diff.File is not (SkillFolder.SkillFileName or SkillFolder.LegacyFileName) ? $"its diff is of {diff.File}"
        : null;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>The tickets: <c>tickets/&lt;TICKET&gt;.yaml</c> for people, <c>tickets/&lt;TICKET&gt;.evidence.json</c> beside it.</summary>
public sealed partial class TicketStore(WorkspaceLayout layout)
{
    private const int MostSignatures = 32;
    private const int LargestSignature = 64 * 1024;

    /// <summary>Path of a ticket.</summary>
    /// <exception cref="WreException">The name is none.</exception>
    public string FileOf(string ticket) => Name().IsMatch(ticket)
        ? Path.Combine(layout.TicketsFolder, ticket + ".yaml")
        : throw new WreException($"'{ticket}' is no ticket name.", "letters, digits, '-' and '_', such as APPROVAL_20251020_001");

    /// <summary>Waits for the right to take a new name, so that two people asking at once get two tickets.</summary>
    public FileLock AcquireTurn()
    {
        DurableFile.CreateDirectory(layout.TicketsFolder);
        return FileLock.Acquire(Path.Combine(layout.TicketsFolder, ".new.lock"));
    }

    /// <summary>The next free name of a day, <c>APPROVAL_20251020_001</c> and up.</summary>
    public string NextId(DateTimeOffset now)
    {
        var day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var id = $"APPROVAL_{day}_{number:000}";
            if (!File.Exists(FileOf(id)))
            {
                return id;
            }
        }
    }

    /// <summary>All ticket names, oldest first.</summary>
    public IReadOnlyList<string> List() => Directory.Exists(layout.TicketsFolder)
        ? [.. Directory.EnumerateFiles(layout.TicketsFolder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a ticket.</summary>
    /// <exception cref="WreException">It is missing or no ticket.</exception>
    public (ApprovalTicket Ticket, string Sha256) Open(string ticket)
    {
        var path = FileOf(ticket);
        if (!File.Exists(path))
        {
            throw new WreException($"There is no ticket {ticket}.", "`wre ticket new --skill NAME --from STATE --to STATE` makes one; `wre ticket list` shows those there are");
        }

        var bytes = File.ReadAllBytes(path);
        var parsed = ApprovalTicket.Parse(Encoding.UTF8.GetString(bytes), path);
        return parsed.Id == ticket
            ? (parsed, Convert.ToHexStringLower(SHA256.HashData(bytes)))
            : throw new WreException($"{path} calls itself {parsed.Id}.", "a ticket keeps its name; make a new one");
    }

    /// <summary>SHA-256 of a ticket's evidence file, or null when it is missing.</summary>
    public string? EvidenceDigest(string ticket)
    {
        var path = EvidenceFile(ticket);
        return File.Exists(path) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : null;
    }

    /// <summary>The evidence that a ticket is bound to; null when its file is missing, damaged, or another than the ticket names.</summary>
    public TicketEvidence? Evidence(ApprovalTicket ticket)
    {
        try
        {
            var bytes = File.ReadAllBytes(EvidenceFile(ticket.Id));
            return Convert.ToHexStringLower(SHA256.HashData(bytes)) == ticket.EvidenceDigest ? JsonSerializer.Deserialize(bytes, PromotionJson.Readable.TicketEvidence) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a new ticket with its evidence.</summary>
    /// <param name="ticket">The ticket; its <c>EvidenceDigest</c> is filled in here.</param>
    /// <param name="evidence">The evidence.</param>
    /// <param name="figures">The automated part: key, figure or null, requirement.</param>
    /// <exception cref="WreException">There is a ticket of this name.</exception>
    public ApprovalTicket Create(ApprovalTicket ticket, TicketEvidence evidence, IReadOnlyList<(string Key, string? Figure, string Requirement)> figures)
    {
        if (File.Exists(FileOf(ticket.Id)))
        {
            throw new WreException($"There is a ticket {ticket.Id} already.", "choose another name, or leave --ticket away to get the next free one");
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(evidence, PromotionJson.Readable.TicketEvidence);
        DurableFile.Replace(EvidenceFile(ticket.Id), bytes);
        var bound = ticket with { EvidenceDigest = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        DurableFile.Replace(FileOf(ticket.Id), TicketText.Write(bound, evidence.TakenAt[..10], figures));
        return bound;
    }

    /// <summary>Fills fields of a ticket in, keeping every other byte of the file.</summary>
    /// <param name="ticket">The ticket's name.</param>
    /// <param name="answers">Field → text: a key of <c>human_review</c>, or <c>approver</c>, <c>approval_decision</c>, <c>notes</c>, <c>signature</c>, <c>timestamp</c>.</param>
    /// <exception cref="WreException">A field is unknown or its text is not allowed; nothing was written.</exception>
    public ApprovalTicket Answer(string ticket, IReadOnlyDictionary<string, string> answers)
    {
        var (known, _) = Open(ticket);
        TicketText.CheckAnswers(known, answers);
        if (Signatures(ticket) is [var first, ..])
        {
            throw new WreException(
                $"{ticket} is signed ({first.File}); another answer would void the signature.", "make a new ticket, or delete the signatures first");
        }

        var path = FileOf(ticket);
        var text = answers.Aggregate(File.ReadAllText(path), (current, answer) => TicketText.Set(current, answer.Key, answer.Value));
        var parsed = ApprovalTicket.Parse(text, path);
        DurableFile.Replace(path, text);
        return parsed;
    }

    /// <summary>The signatures beside a ticket, <c>&lt;TICKET&gt;.yaml.&lt;n&gt;.sig</c>, in their order.</summary>
    public IReadOnlyList<SignatureFile> Signatures(string ticket)
    {
        var found = new List<SignatureFile>();
        for (var number = 1; number <= MostSignatures; number++)
        {
            var path = SignatureFileOf(ticket, number);
            if (File.Exists(path))
            {
                // What is no signature is for the rules to say; it must not cost memory.
                found.Add(new SignatureFile(Path.GetFileName(path), new FileInfo(path).Length > LargestSignature ? "" : File.ReadAllText(path)));
            }
        }

        return found;
    }

    /// <summary>Puts a signature beside a ticket.</summary>
    /// <returns>Its file's name.</returns>
    public string AddSignature(string ticket, string signature)
    {
        for (var number = 1; number <= MostSignatures; number++)
        {
            var path = SignatureFileOf(ticket, number);
            if (!File.Exists(path))
            {
                DurableFile.Replace(path, signature);
                return Path.GetFileName(path);
            }
        }

        throw new WreException($"{ticket} has {MostSignatures} signatures already.", "delete those that `wre ticket verify` says do not count");
    }

    /// <summary>Takes a signature away again.</summary>
    public void RemoveSignature(string ticket, string file) => DurableFile.Delete(Path.Combine(Path.GetDirectoryName(FileOf(ticket))!, Path.GetFileName(file)));

    private string SignatureFileOf(string ticket, int number) => $"{FileOf(ticket)}.{number.ToString(CultureInfo.InvariantCulture)}.sig";

    /// <summary>The operation that used a ticket, in words, or null; the registry and the audit log both know.</summary>
    public static string? UsedBy(string ticket, RegistryDocument registry, AuditLog audit)
    {
        foreach (var (skill, entry) in registry.Skills)
        {
            foreach (var (label, version) in entry.Versions)
            {
                if (version.Tickets.FirstOrDefault(used => used.Value == ticket).Key is { } state)
                {
                    return $"it brought {skill} {label} to {state}";
                }

                if (version.EarlierTickets?.Contains(ticket) == true)
                {
                    return $"it promoted {skill} {label} before";
                }
            }
        }

        var line = audit.Lines().FirstOrDefault(line => line.TryGetProperty("approval_ticket", out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == ticket);
        return line.ValueKind == JsonValueKind.Object ? $"operation {line.GetProperty("operation").GetString()}" : null;
    }

    private string EvidenceFile(string ticket) => Path.Combine(layout.TicketsFolder, ticket + ".evidence.json");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}

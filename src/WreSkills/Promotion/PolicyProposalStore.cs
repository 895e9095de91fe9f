using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// The proposed changes of the policy, a folder each: <c>policy.yaml</c> (the document), <c>proposal.json</c>, <c>analysis.json</c>,
/// <c>dry-run.json</c>, <c>approval.yaml</c> and its signatures <c>approval.yaml.&lt;n&gt;.sig</c>.
/// </summary>
public sealed partial class PolicyProposalStore(WorkspaceLayout layout)
{
    /// <summary>The proposed document.</summary>
    public const string DocumentName = "policy.yaml";

    /// <summary>The impact on existing skills.</summary>
    public const string AnalysisName = "analysis.json";

    /// <summary>What it would do to the skills on which it was tried.</summary>
    public const string DryRunName = "dry-run.json";

    /// <summary>The document that approves it.</summary>
    public const string ApprovalName = "approval.yaml";

    private const string ProposalName = "proposal.json";
    private const int MostSignatures = 32;
    private const int LargestSignature = 64 * 1024;

    /// <summary>Path of a file of a proposal.</summary>
    /// <exception cref="WreException">The name is none.</exception>
    public string FileOf(string proposal, string name) => Path.Combine(FolderOf(proposal), name);

    /// <summary>Folder of a proposal.</summary>
    /// <exception cref="WreException">The name is none.</exception>
    public string FolderOf(string proposal) => Name().IsMatch(proposal)
        ? Path.Combine(layout.PolicyProposalsFolder, proposal)
        : throw new WreException($"'{proposal}' is no name of a proposal.", "letters, digits, '-' and '_', such as POLICY_20251020_001; `wre policy history` lists them");

    /// <summary>All proposals, oldest first.</summary>
    public IReadOnlyList<string> List() => Directory.Exists(layout.PolicyProposalsFolder)
        ? [.. Directory.EnumerateDirectories(layout.PolicyProposalsFolder).Where(folder => File.Exists(Path.Combine(folder, ProposalName))).Select(folder => Path.GetFileName(folder)!).Where(name => Name().IsMatch(name)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Keeps a proposal under the next free name of the day. It is there wholly or not at all.</summary>
    /// <param name="proposal">The proposal; its <c>Id</c> is filled in here.</param>
    /// <param name="document">The proposed document.</param>
    /// <param name="now">The time.</param>
    public PolicyProposal Create(PolicyProposal proposal, string document, DateTimeOffset now)
    {
        DurableFile.CreateDirectory(layout.PolicyProposalsFolder);
        using var turn = FileLock.Acquire(Path.Combine(layout.PolicyProposalsFolder, ".new.lock"));
        foreach (var leftover in Directory.EnumerateDirectories(layout.PolicyProposalsFolder, ".*.tmp"))
        {
            // Nobody is at it while we hold the lock: its owner was killed.
            Directory.Delete(leftover, recursive: true);
        }

        var day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var number = 1;
        while (Directory.Exists(FolderOf($"POLICY_{day}_{number:000}")))
        {
            number++;
        }

        var kept = proposal with { Id = $"POLICY_{day}_{number:000}" };
        var staging = Path.Combine(layout.PolicyProposalsFolder, $".{kept.Id}.{Guid.NewGuid():N}.tmp");
        DurableFile.Replace(Path.Combine(staging, DocumentName), document);
        DurableFile.Replace(Path.Combine(staging, ProposalName), JsonSerializer.SerializeToUtf8Bytes(kept, PromotionJson.Readable.PolicyProposal));
        FaultInjection.Reach("policy-proposal-staged");
        DurableFile.Move(staging, FolderOf(kept.Id));
        return kept;
    }

    /// <summary>Reads a proposal with its document.</summary>
    /// <exception cref="WreException">It is missing, damaged, or its document is another one than was proposed.</exception>
    public (PolicyProposal Proposal, PromotionPolicy Policy) Open(string id)
    {
        var path = FileOf(id, ProposalName);
        if (!File.Exists(path))
        {
            throw new WreException($"There is no proposal {id}.", "`wre policy history` lists those there are; `wre policy propose --file FILE --rationale TEXT` makes one");
        }

        var proposal = Read(path);
        var document = FileOf(id, DocumentName);
        return proposal.Id != id ? throw new WreException($"{path} calls itself {proposal.Id}.", "a proposal keeps its name; propose it anew")
            : !File.Exists(document) || Digest(document) != proposal.Digest ? throw new WreException($"The document of {id} is not the one that was proposed: {document} was changed.", "restore it, or propose the new text with `wre policy propose`")
            : (proposal, PolicyDocument.Load(document));
    }

    /// <summary>SHA-256 of a file of a proposal, or null when it is missing.</summary>
    public string? DigestOf(string proposal, string name) => FileOf(proposal, name) is var path && File.Exists(path) ? Digest(path) : null;

    /// <summary>The signatures of the approval, in their order.</summary>
    public IReadOnlyList<SignatureFile> Signatures(string proposal) =>
    [
        .. Enumerable.Range(1, MostSignatures).Select(number => SignatureFileOf(proposal, number)).Where(File.Exists)
            .Select(path => new SignatureFile(Path.GetFileName(path), new FileInfo(path).Length > LargestSignature ? "" : File.ReadAllText(path))),
    ];

    /// <summary>Adds a signature of the approval.</summary>
    /// <returns>The name of its file.</returns>
    public string AddSignature(string proposal, string signature)
    {
        var path = Enumerable.Range(1, MostSignatures).Select(number => SignatureFileOf(proposal, number)).FirstOrDefault(path => !File.Exists(path))
            ?? throw new WreException($"{proposal} has {MostSignatures} signatures already.", "delete those that do not count");
        DurableFile.Replace(path, signature);
        return Path.GetFileName(path);
    }

    /// <summary>Takes a signature away again.</summary>
    public void RemoveSignature(string proposal, string file) => DurableFile.Delete(FileOf(proposal, Path.GetFileName(file)));

    /// <summary>A document of this digest that was proposed once, or null.</summary>
    public PromotionPolicy? FindDocument(string digest) =>
        List().Select(id => FileOf(id, DocumentName)).Where(path => File.Exists(path) && Digest(path) == digest).Select(path => PolicyDocument.Load(path)).FirstOrDefault();

    private static PolicyProposal Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PromotionJson.Readable.PolicyProposal)!;
        }
        catch (JsonException error)
        {
            throw new WreException($"{path} is damaged: {error.Message}", "restore it from version control, or propose the change anew", innerException: error);
        }
    }

    private string SignatureFileOf(string proposal, int number) => FileOf(proposal, $"{ApprovalName}.{number.ToString(CultureInfo.InvariantCulture)}.sig");

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}

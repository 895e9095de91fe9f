using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using WreSkills.Storage;

namespace WreSkills.Trust;

/// <summary>A change of the trust root that waits for signatures.</summary>
/// <param name="Number">Its place in the chain.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="SignedBy">People of the present root whose signature it carries.</param>
/// <param name="Needed">Signatures that it needs.</param>
/// <param name="Problems">What is wrong with it or with a signature of it; empty for nothing.</param>
public sealed record TrustProposal(int Number, string Folder, IReadOnlyList<string> SignedBy, int Needed, IReadOnlyList<string> Problems);

/// <summary>What is known of the trust root.</summary>
/// <param name="Root">The root in force; null when nobody is enrolled.</param>
/// <param name="Proposal">The change that waits; null for none.</param>
/// <param name="Note">Why the workspace's own chain is not used, or null.</param>
public sealed record TrustState(TrustRoot? Root, TrustProposal? Proposal, string? Note);

/// <summary>
/// The chain of trust roots: <c>trust/&lt;n&gt;/approvers</c> and <c>revoked</c>, named with their SHA-256 in <c>SHA256SUMS</c> together with
/// the sums of the root before, which people of that root have signed (<c>SHA256SUMS.&lt;k&gt;.sig</c>). <c>sha256sum -c</c> and
/// <c>ssh-keygen -Y verify</c> check it without this program.
/// </summary>
/// <param name="folder">The folder <c>trust</c> of the workspace.</param>
/// <param name="pinned">A list of allowed signers outside of the workspace that alone is trusted, or null to trust the workspace's first root.</param>
/// <param name="time">The clock.</param>
public sealed class TrustRootStore(string folder, string? pinned, TimeProvider time)
{
    /// <summary>Name of the list of allowed signers.</summary>
    public const string ApproversFile = "approvers";

    /// <summary>Name of the list of revoked keys.</summary>
    public const string RevokedFile = "revoked";

    /// <summary>Name of the signed list of digests.</summary>
    public const string SumsFile = "SHA256SUMS";

    private const int MostRoots = 10_000;
    private const int MostSignatures = 64;

    /// <summary>The file that is pinned, or null.</summary>
    public string? Pinned => pinned;

    /// <summary>Finds the root in force: the last one of the chain that is signed by enough people of the one before it.</summary>
    /// <exception cref="WreException">A root cannot be read, or the pinned file is missing.</exception>
    public TrustState Load()
    {
        var numbers = Numbers();
        TrustRoot? root;
        string? note = null;
        if (pinned is not null)
        {
            root = TrustRoot.Read(0, pinned, pinned + "." + RevokedFile, isPinned: true);
            // The first of that content: from there on every step has to be signed, also one that changes only the revoked keys.
            var start = numbers.FirstOrDefault(number => File.Exists(At(number, ApproversFile)) && Digest(At(number, ApproversFile)) == root.Digest);
            if (start == 0)
            {
                note = numbers.Count == 0 ? null : $"the workspace's own trust root in {folder} does not descend from the pinned {pinned}, so only the pinned one counts";
                return new TrustState(root, null, note);
            }

            // Only what lies outside of the workspace is trusted here, and so is the list of revoked keys.
            root = TrustRoot.Read(start, At(start, ApproversFile), pinned + "." + RevokedFile, isPinned: true);
        }
        else if (numbers.Count == 0)
        {
            return new TrustState(null, null, null);
        }
        else
        {
            root = First();
        }

        while (File.Exists(At(root.Number + 1, SumsFile)))
        {
            var link = Link(root, root.Number + 1);
            if (link.Problems.Count > 0 || link.SignedBy.Count < link.Needed)
            {
                return new TrustState(root, link, note);
            }

            root = TrustRoot.Read(link.Number, At(link.Number, ApproversFile), RevokedOf(link.Number), root.IsPinned);
        }

        return new TrustState(root, null, note);
    }

    /// <summary>Writes the next root; the first is in force at once, a later one when enough people of the present one have signed it.</summary>
    /// <param name="approvers">Text of the list of allowed signers.</param>
    /// <param name="revoked">Text of the list of revoked keys; empty for none.</param>
    /// <exception cref="WreException">The text is no such list, or another change waits already.</exception>
    public TrustState Propose(string approvers, string revoked)
    {
        var state = Load();
        if (state.Proposal is { } waiting)
        {
            throw new WreException($"Another change of the trust root waits for signatures: {waiting.Folder}.", "`wre approvers sign` signs it, `wre approvers withdraw` takes it back");
        }

        if (state.Root is { Number: 0 })
        {
            throw new WreException("The workspace's own trust root is not the one that is pinned, so changing it would change nothing.", $"change {pinned} itself, or unset it");
        }

        var number = (state.Root?.Number ?? 0) + 1;
        var staging = Path.Combine(folder, $".{number}.{Guid.NewGuid():N}.tmp");
        try
        {
            DurableFile.Replace(Path.Combine(staging, ApproversFile), approvers);
            DurableFile.Replace(Path.Combine(staging, RevokedFile), revoked);
            _ = TrustRoot.Read(number, Path.Combine(staging, ApproversFile), Path.Combine(staging, RevokedFile), isPinned: false);
            DurableFile.Replace(Path.Combine(staging, SumsFile), Sums(staging, number));
            DurableFile.Move(staging, Path.Combine(folder, Name(number)));
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }

        return Load();
    }

    /// <summary>The bytes that people sign to put a waiting change into force.</summary>
    public static byte[] SumsOf(TrustProposal proposal) => File.ReadAllBytes(Path.Combine(proposal.Folder, SumsFile));

    /// <summary>Adds a signature to the change that waits.</summary>
    /// <exception cref="WreException">The signature does not count.</exception>
    public TrustState AddSignature(TrustProposal proposal, string signature)
    {
        var root = Load().Root!;
        var check = root.Check(SumsOf(proposal), signature, SignaturePurpose.Root, time.GetUtcNow());
        if (!check.IsGood)
        {
            throw new WreException($"The signature does not count: {check.Reason}", "sign with a key that the present trust root lists for changing it");
        }

        for (var number = 1; number <= MostSignatures; number++)
        {
            var path = Path.Combine(proposal.Folder, $"{SumsFile}.{number.ToString(CultureInfo.InvariantCulture)}.sig");
            if (!File.Exists(path))
            {
                DurableFile.Replace(path, signature);
                return Load();
            }
        }

        throw new WreException($"{proposal.Folder} has {MostSignatures} signatures already.", "`wre approvers withdraw` takes the change back");
    }

    /// <summary>Takes a waiting change back.</summary>
    public static void Withdraw(TrustProposal proposal) => Directory.Delete(proposal.Folder, recursive: true);

    private TrustRoot First() => File.ReadAllText(At(1, SumsFile)) == Sums(Path.Combine(folder, Name(1)), 1)
        ? TrustRoot.Read(1, At(1, ApproversFile), RevokedOf(1), isPinned: false)
        : throw new WreException(
            $"The first trust root in {folder} was changed after it was made: {At(1, SumsFile)} names other files than those beside it.",
            "restore the folder from version control; changes go through `wre approvers`");

    // Who was allowed to sign when the change was made stays so: a key that expired since then makes no old change undone.
    private TrustProposal Link(TrustRoot root, int number)
    {
        var here = Path.Combine(folder, Name(number));
        var now = time.GetUtcNow();
        var problems = new List<string>();
        var sums = File.ReadAllText(At(number, SumsFile));
        if (!File.Exists(At(number, ApproversFile)) || !File.Exists(At(number, RevokedFile)) || sums != Sums(here, number))
        {
            problems.Add($"{At(number, SumsFile)} does not name the files beside it and the root before it; somebody changed one of them");
        }

        var people = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in Signatures(here))
        {
            var check = root.Check(Encoding.UTF8.GetBytes(sums), File.ReadAllText(path), SignaturePurpose.Root, now);
            if (check.IsGood)
            {
                people.UnionWith(check.Principals);
            }
            else if (check is { Fault: SignatureFault.Expired, Key: { } key } && File.Exists(At(number + 1, SumsFile)))
            {
                people.UnionWith(root.Signers.Signers.Where(signer => signer.Key.Equals(key)).SelectMany(signer => signer.Principals));
            }
            else
            {
                problems.Add($"{path}: {check.Reason}");
            }
        }

        return new TrustProposal(number, here, [.. people], root.Quorum(now), people.Count >= root.Quorum(now) && sums == Sums(here, number) ? [] : problems);
    }

    private static IEnumerable<string> Signatures(string here) => Enumerable.Range(1, MostSignatures)
        .Select(number => Path.Combine(here, $"{SumsFile}.{number.ToString(CultureInfo.InvariantCulture)}.sig")).Where(File.Exists);

    private string Sums(string here, int number)
    {
        var text = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)[ApproversFile, RevokedFile])
        {
            if (File.Exists(Path.Combine(here, name)))
            {
                text.Append(CultureInfo.InvariantCulture, $"{Digest(Path.Combine(here, name))}  {name}\n");
            }
        }

        if (number > 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Digest(At(number - 1, SumsFile))}  ../{Name(number - 1)}/{SumsFile}\n");
        }

        return text.ToString();
    }

    // Only an unbroken chain counts; what lies beyond a gap is nobody's successor.
    private List<int> Numbers()
    {
        var numbers = new List<int>();
        for (var number = 1; number <= MostRoots && File.Exists(At(number, SumsFile)); number++)
        {
            numbers.Add(number);
        }

        return numbers;
    }

    private string RevokedOf(int number) => At(number, RevokedFile);

    private string At(int number, string name) => Path.Combine(folder, Name(number), name);

    private static string Name(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}

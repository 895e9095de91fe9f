using System.Text;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Why a version of the store must not be used.</summary>
/// <param name="Drift">What tells this alteration from others: <c>missing</c>, the digest of what is there, or that of the findings about it.</param>
/// <param name="Refusal">For whoever asked.</param>
public sealed record StoreProblem(string Drift, WreException Refusal);

/// <summary>A version of the store that is what its digest says.</summary>
/// <param name="Folder">Its parsed folder.</param>
/// <param name="FileHashes">SHA-256 of each file, in the order of <see cref="SkillFolder.Files"/>.</param>
public sealed record StoredVersion(SkillFolder Folder, IReadOnlyList<string> FileHashes);

/// <summary>
/// The immutable versions: <c>store/&lt;digest&gt;/</c>, each a complete copy of a skill folder. A version is put there
/// through a temporary folder whose digest is verified, every file is flushed, and one rename publishes it.
/// </summary>
public sealed class VersionStore(WorkspaceLayout layout, SkillLimits limits)
{
    /// <summary>Absolute folder of a version, whether it is there or not.</summary>
    public string Folder(string digest) => Path.Combine(layout.StoreFolder, digest);

    /// <summary>True when the version is there.</summary>
    public bool Contains(string digest) => Directory.Exists(Folder(digest));

    /// <summary>All digests in the store.</summary>
    public IReadOnlyList<string> Digests() => Directory.Exists(layout.StoreFolder)
        ? [.. Directory.EnumerateDirectories(layout.StoreFolder).Select(folder => Path.GetFileName(folder)!).Where(name => name.Length == 64).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Copies a folder into the store. Doing it again is harmless.</summary>
    /// <param name="folder">The sound folder.</param>
    /// <param name="digest">The digest it must have.</param>
    /// <exception cref="WreException">The content is another by now, or cannot be written.</exception>
    public void Put(SkillFolder folder, string digest)
    {
        if (Contains(digest))
        {
            // Somebody may have altered it; a promotion of altered content must not go through.
            Open(folder.Name, digest);
            return;
        }

        DurableFile.CreateDirectory(layout.StoreFolder);
        var temporary = Path.Combine(layout.StoreFolder, $".{digest}.{Guid.NewGuid():N}.tmp");
        try
        {
            foreach (var file in folder.Files)
            {
                CopyFile(Path.Combine(folder.Path, file.Path), Path.Combine(temporary, file.Path), limits.FileBytes);
            }

            // What was copied is what counts: the folder may have been edited while we read it.
            var copy = SkillDigest.Compute(temporary, folder.Files);
            if (copy != digest)
            {
                throw new WreException(
                    $"The folder {folder.Path} changed while it was copied: expected {digest[..12]}, copied {copy[..12]}.",
                    "benchmark it again and ask for a new ticket");
            }

            foreach (var inner in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories).Append(temporary))
            {
                DurableFile.FlushDirectory(inner);
            }

            FaultInjection.Reach("store-temporary");
            DurableFile.Move(temporary, Folder(digest));
        }
        catch (IOException) when (Contains(digest))
        {
            // Another process put the same content there first; content under a digest is the same by definition.
        }
        catch (IOException error)
        {
            throw new WreException($"Cannot write the version store: {error.Message}", "check free disk space; nothing was changed", innerException: error);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    /// <summary>Reads a version.</summary>
    /// <param name="skill">The skill it belongs to.</param>
    /// <param name="digest">Which one.</param>
    /// <exception cref="WreException">It is missing, or its content is not what its digest says.</exception>
    public SkillFolder Open(string skill, string digest) => TryOpen(skill, digest, out var version) is { } problem ? throw problem.Refusal : version!.Folder;

    /// <summary>Reads a version, or says what became of it.</summary>
    /// <param name="skill">The skill it belongs to.</param>
    /// <param name="digest">Which one.</param>
    /// <param name="version">The version; null when there is a problem.</param>
    /// <returns>What is wrong; null when its content is what its digest says.</returns>
    public StoreProblem? TryOpen(string skill, string digest, out StoredVersion? version)
    {
        const string hint = "`wre doctor --repair` puts it back from a folder that still holds it; else restore `store/` from git or a backup";
        version = null;
        if (!Contains(digest))
        {
            return new StoreProblem("missing", new WreException($"Version {digest[..12]} of {skill} is not in the version store.", hint));
        }

        SkillFolder read;
        string actual;
        IReadOnlyList<string> hashes;
        try
        {
            read = SkillFolder.ReadSound(Folder(digest), limits, skill);
            (actual, hashes) = SkillDigest.ComputeWithFiles(read);
        }
        catch (WreException refusal)
        {
            var words = string.Join('\n', (string[])[refusal.Message, .. refusal.Problems]);
            return new StoreProblem(SkillDigest.Of(Encoding.UTF8.GetBytes(words)), new WreException(refusal.Message, hint, refusal.Problems, refusal));
        }

        if (actual == digest)
        {
            version = new StoredVersion(read, hashes);
            return null;
        }

        return new StoreProblem(actual, new WreException(
            $"Version {digest[..12]} of {skill} was changed in the version store: its content is {actual[..12]}.",
            $"{hint}; an altered version is never served"));
    }

    /// <summary>Puts an altered version aside under a name that is no digest's, for whoever wants to see what was done to it. The caller holds the commit lock.</summary>
    /// <param name="digest">Which one.</param>
    /// <param name="moment">Becomes part of the name.</param>
    /// <returns>Absolute folder that holds it now; null when there was none.</returns>
    public string? SetAside(string digest, DateTimeOffset moment)
    {
        if (!Path.Exists(Folder(digest)))
        {
            return null;
        }

        var aside = $"{Folder(digest)}.altered-{Timestamp.ToFileName(moment)}";
        for (var number = 2; Path.Exists(aside); number++)
        {
            aside = $"{Folder(digest)}.altered-{Timestamp.ToFileName(moment)}-{number}";
        }

        DurableFile.Move(Folder(digest), aside);
        return aside;
    }

    /// <summary>Removes a version. The caller holds the commit lock and knows that nothing refers to it.</summary>
    public void Remove(string digest)
    {
        // Under a name that is nobody's first, so that a killed removal leaves no half a version.
        var doomed = Path.Combine(layout.StoreFolder, $".{digest}.{Guid.NewGuid():N}.tmp");
        DurableFile.Move(Folder(digest), doomed);
        Directory.Delete(doomed, recursive: true);
    }

    /// <summary>Removes what a killed process left half copied. The caller holds the commit lock, so nobody is copying.</summary>
    internal void RemoveLeftovers()
    {
        if (!Directory.Exists(layout.StoreFolder))
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(layout.StoreFolder, ".*.tmp").ToList())
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Copies one file durably, keeping only its content and whether it is executable.</summary>
    internal static void CopyFile(string from, string to, long limit)
    {
        DurableFile.CreateDirectory(Path.GetDirectoryName(to)!);
        var bytes = UntrustedFile.ReadAllBytes(from, limit) ?? throw new WreException($"{from} has grown beyond {limit:N0} bytes.", "keep the skill folder still while it is promoted");
        DurableFile.WriteNew(to, bytes);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(from) & UnixFileMode.UserExecute) != 0)
        {
            File.SetUnixFileMode(to, File.GetUnixFileMode(to) | UnixFileMode.UserExecute);
        }
    }
}

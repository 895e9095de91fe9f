using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Skills;

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
    public SkillFolder Open(string skill, string digest)
    {
        if (!Contains(digest))
        {
            throw new WreException($"Version {digest[..12]} of {skill} is not in the version store.", "restore `store/` from git or a backup; `wre doctor` lists what is missing");
        }

        var folder = SkillFolder.ReadSound(Folder(digest), limits, skill);
        var actual = SkillDigest.Compute(folder);
        return actual == digest
            ? folder
            : throw new WreException(
                $"Version {digest[..12]} of {skill} was changed in the version store: its content is {actual[..12]}.",
                "restore `store/` from git or a backup; an altered version is never served");
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

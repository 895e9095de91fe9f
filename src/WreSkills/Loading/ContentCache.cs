using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>A version whose digest was verified.</summary>
/// <param name="Folder">Its parsed folder.</param>
/// <param name="Files">Its files with their hashes.</param>
internal sealed record VerifiedContent(SkillFolder Folder, IReadOnlyList<ServedFile> Files);

/// <summary>
/// Versions of the store that this process has verified. As long as every file and folder of one is certain to be the one that was hashed, it is not
/// hashed again; anything else is, and an alteration refuses it at the very next load.
/// </summary>
internal sealed class ContentCache(VersionStore store)
{
    private const int Most = 256;
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly BoundedCache<(string Skill, string Digest), Entry> _entries = new(Most, MostBytes);

    /// <summary>Reads a version, or says what became of it.</summary>
    public StoreProblem? TryOpen(string skill, string digest, out VerifiedContent? content)
    {
        if (_entries.TryGet((skill, digest), out var known) && known.IsSame(store.Folder(digest)))
        {
            content = known.Content;
            return null;
        }

        content = null;
        var now = FileIdentity.Now;
        if (store.TryOpen(skill, digest, out var version) is { } problem)
        {
            return problem;
        }

        // The text was read before the files were hashed, and must be what was hashed.
        var folder = version!.Folder;
        content = new VerifiedContent(folder, [.. folder.Files.Zip(version.FileHashes, (file, sha256) => new ServedFile(file.Path, file.Length, sha256))]);
        if (folder.SkillBytes is { } bytes && SkillDigest.Of(bytes.Span) is var text && content.Files.First(file => file.Path == folder.SkillFile).Sha256 != text)
        {
            content = null;
            return new StoreProblem(text, new WreException($"Version {digest[..12]} of {skill} was changed while it was read.", "load it again; `wre doctor` shows whether the version store is sound"));
        }

        if (Entry.Of(content, store.Folder(digest), now) is { } entry)
        {
            const int parsed = 4;
            _entries.Put((skill, digest), entry, (folder.SkillBytes?.Length ?? 0) * (long)parsed);
        }

        return null;
    }

    private sealed record Entry(VerifiedContent Content, IReadOnlyList<(string Path, FileIdentity Identity)> Identities)
    {
        // Null when something is so young that a change could hide behind its times.
        public static Entry? Of(VerifiedContent content, string root, DateTimeOffset asOf)
        {
            var paths = new SortedSet<string>(StringComparer.Ordinal) { "" };
            foreach (var file in content.Files)
            {
                for (var path = file.Path; path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
                {
                    paths.Add(path);
                }
            }

            var identities = new List<(string, FileIdentity)>(paths.Count);
            foreach (var path in paths)
            {
                if (FileIdentity.Of(Path.Combine(root, path)) is not { } identity || !identity.IsSettled(asOf))
                {
                    return null;
                }

                identities.Add((path, identity));
            }

            return new Entry(content, identities);
        }

        public bool IsSame(string root)
        {
            foreach (var (path, identity) in Identities)
            {
                if (FileIdentity.Of(Path.Combine(root, path)) != identity)
                {
                    return false;
                }
            }

            return true;
        }
    }
}

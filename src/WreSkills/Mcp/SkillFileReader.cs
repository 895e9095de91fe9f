using System.Buffers;
using System.Text;
using System.Text.Unicode;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Mcp;

/// <summary>A file of a version as it is passed on.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Version">Label of the version; null for a prototype.</param>
/// <param name="Digest">Digest of the version.</param>
/// <param name="Path">Path of the file in it.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Serves">Whether the version still serves anybody.</param>
internal sealed record VersionFile(string Skill, string? Version, string Digest, string Path, ReadOnlyMemory<byte> Bytes, bool Serves)
{
    /// <summary>The content as text; null when it is none: not UTF-8, or with control characters of binary files.</summary>
    public string? Text => Utf8.IsValid(Bytes.Span) && !Bytes.Span.Contains((byte)0) ? Encoding.UTF8.GetString(Bytes.Span) : null;
}

/// <summary>Reads files of exactly one version: the one that serves a key, or the one with a digest, whether or not it still serves.</summary>
internal static class SkillFileReader
{
    /// <summary>Largest file that is passed on, in bytes: 1 MB (1,000,000), like the largest <c>SKILL.md</c>.</summary>
    public const long MostBytes = 1_000_000;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads a file of the version that serves a request.</summary>
    /// <returns>The file; null when no version serves it.</returns>
    public static VersionFile? OfRequest(Workspace workspace, LoadRequest request, string path) =>
        workspace.Reader.ReadFile(request, path) is { } content
            ? Bounded(new VersionFile(content.Source.Skill, content.Source.Version, content.Source.Digest, content.File.Path, content.Bytes, true))
            : null;

    /// <summary>Reads a file of the version with a digest. A version that was rolled back since is still read: whoever works by its text works by its files.</summary>
    /// <exception cref="WreException">The skill has no such version, or the version no such file, or a pinned trust root does not know it.</exception>
    public static VersionFile OfDigest(Workspace workspace, string skill, string digest, string path)
    {
        if (digest.Length != 64 || digest.AsSpan().ContainsAnyExcept(s_hex))
        {
            throw new WreException("That is no digest.", "pass the digest that load_skill gave, 64 hexadecimal digits");
        }

        var entry = workspace.Registry.Load().Require(skill);
        if (entry.LabelOf(digest) is not { } label)
        {
            return OfPrototype(workspace, skill, entry, digest, path);
        }

        var version = entry.Versions[label];
        if (workspace.Approvals.Refuse(skill, entry, new ServingArm("pinned", version.State, label, digest, version.StateSerial)) is { } reason)
        {
            throw new WreException($"{skill} {label} is not handed out: {reason}.", "load the skill again");
        }

        var folder = workspace.Store.Open(skill, digest);
        return Bounded(new VersionFile(skill, label, digest, path, Read(folder, path), version.State != PromotionState.Held && entry.Retired is null));
    }

    private static VersionFile OfPrototype(Workspace workspace, string skill, SkillEntry entry, string digest, string path)
    {
        if (entry.Prototype?.Digest == digest && workspace.Loader.OpenPrototype(skill) is { } draft && draft.Digest == digest)
        {
            return Bounded(new VersionFile(skill, null, digest, path, Read(draft.Folder, path), true));
        }

        throw new WreException($"{skill} has no version {digest[..12]} any more.", "load the skill again; a prototype changes when its author edits it");
    }

    // The path is looked up among the names of the version's files and never walked, so nothing outside of it can be named.
    private static byte[] Read(SkillFolder folder, string path)
    {
        var file = folder.Files.FirstOrDefault(file => file.Path == path)
            ?? throw new WreException($"{folder.Name} has no file '{path}'.", "name one of the files below, as it stands there", [.. folder.Files.Select(file => file.Path)]);
        if (file.Length > MostBytes)
        {
            throw TooLarge(path, file.Length);
        }

        return UntrustedFile.ReadAllBytes(System.IO.Path.Combine(folder.Path, file.Path), MostBytes) ?? throw TooLarge(path, file.Length);
    }

    private static VersionFile Bounded(VersionFile file) => file.Bytes.Length <= MostBytes ? file : throw TooLarge(file.Path, file.Bytes.Length);

    private static WreException TooLarge(string path, long length) => new($"{path} has {length:N0} bytes; at most {MostBytes:N0} are passed on.", "a script that needs it finds it in the skill's folder");
}

using System.Security.Cryptography;
using System.Text;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>
/// The identity of a skill's content: SHA-256 over the lines <c>sha256␣␣path</c> of its files sorted by path (in-toto
/// dirHash1). Anyone can recompute it with find, sort and sha256sum; <c>versions/</c> and <c>.git/</c> are not part of it.
/// </summary>
public static class SkillDigest
{
    /// <summary>Computes the digest of a folder that was read.</summary>
    /// <returns>64 lower-case hex digits.</returns>
    /// <exception cref="WreException">A file cannot be read.</exception>
    public static string Compute(SkillFolder folder) => Compute(folder.Path, folder.Files);

    /// <summary>The digest of a folder as it is once its file is called <c>SKILL.md</c>, as clients want it.</summary>
    public static string ComputeRenamed(SkillFolder folder) => folder.SkillFile == SkillFolder.SkillFileName
        ? Compute(folder)
        : Compute(folder.Path, folder.Files.Select(file => (file.Path, Shown: file.Path == folder.SkillFile ? SkillFolder.SkillFileName : file.Path))
            .OrderBy(file => file.Shown, Comparer<string>.Create(static (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)))));

    /// <summary>Computes the digest of a folder that was read, and tells the SHA-256 of each of its files.</summary>
    /// <returns>64 lower-case hex digits, and as many for each file in the order of <see cref="SkillFolder.Files"/>.</returns>
    /// <exception cref="WreException">A file cannot be read.</exception>
    public static (string Digest, IReadOnlyList<string> Files) ComputeWithFiles(SkillFolder folder)
    {
        var files = new List<string>(folder.Files.Count);
        return (Compute(folder.Path, folder.Files.Select(file => (file.Path, file.Path)), files), files);
    }

    /// <summary>SHA-256 of a file's bytes, 64 lower-case hex digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal static string Compute(string root, IReadOnlyList<SkillFile> files) => Compute(root, files.Select(file => (file.Path, file.Path)));

    private static string Compute(string root, IEnumerable<(string Path, string Shown)> files, List<string>? each = null)
    {
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var sha256 = OfFile(Path.Combine(root, file.Path));
            each?.Add(sha256);
            total.AppendData(Encoding.UTF8.GetBytes($"{sha256}  {file.Shown}\n"));
        }

        return Convert.ToHexStringLower(total.GetHashAndReset());
    }

    private static string OfFile(string path)
    {
        try
        {
            using var handle = UntrustedFile.Open(path);
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 1);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WreException($"Cannot read {path}: {error.Message}", "the file must be readable for the digest", innerException: error);
        }
    }
}

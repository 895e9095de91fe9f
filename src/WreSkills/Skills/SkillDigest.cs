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

    internal static string Compute(string root, IReadOnlyList<SkillFile> files)
    {
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var line = $"{OfFile(Path.Combine(root, file.Path))}  {file.Path}\n";
            total.AppendData(Encoding.UTF8.GetBytes(line));
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

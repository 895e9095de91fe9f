using System.Text;

using WreSkills.Storage;

namespace WreSkills.Trust;

/// <summary>Who a key belongs to for one purpose and time, or why to nobody.</summary>
public sealed record SignerMatch
{
    /// <summary>The lines that match, in the file's order.</summary>
    public IReadOnlyList<AllowedSigner> Signers { get; init; } = [];

    /// <summary>Their names and patterns without exclusions, each once, in the file's order.</summary>
    public IReadOnlyList<string> Principals => [.. Signers.SelectMany(signer => signer.Principals).Distinct(StringComparer.Ordinal)];

    /// <summary>Why no line matches; null when one does. Of several lines with the key, the one that comes nearest tells.</summary>
    public SignatureFault? Fault { get; init; }

    /// <summary>The same as a sentence that says what to do.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// OpenSSH's list of allowed signers (ssh-keygen(1), ALLOWED SIGNERS): <c>NAME[,NAME…] [OPTIONS] TYPE BASE64 [COMMENT]</c>, with the options
/// <c>namespaces="…"</c>, <c>valid-after="…"</c>, <c>valid-before="…"</c> and <c>cert-authority</c>.
/// </summary>
/// <remarks>
/// A line that cannot be read lets nothing count and is a problem, as in OpenSSH. Two things differ: times without <c>Z</c> are UTC here and
/// local time in OpenSSH, because one list has to mean the same on every machine (write the <c>Z</c>); lines with <c>cert-authority</c>
/// let nothing count, because certificates are not supported.
/// </remarks>
public sealed class AllowedSigners
{
    private const int MaxBytes = 1024 * 1024;

    private AllowedSigners(string file, IReadOnlyList<AllowedSigner> signers, IReadOnlyList<SignerProblem> problems)
    {
        File = file;
        Signers = signers;
        Problems = problems;
    }

    /// <summary>The file's name, for messages.</summary>
    public string File { get; }

    /// <summary>The lines that could be read, in order.</summary>
    public IReadOnlyList<AllowedSigner> Signers { get; }

    /// <summary>The lines that let nothing count, in order.</summary>
    public IReadOnlyList<SignerProblem> Problems { get; }

    /// <summary>Reads a file of at most 1 MiB; links are not followed.</summary>
    /// <exception cref="WreException">There is no such file, or it is too large or not UTF-8.</exception>
    public static AllowedSigners Load(string path) => Parse(SignerFile.ReadText(path, MaxBytes, "list of allowed signers"), path);

    /// <summary>Reads a list.</summary>
    /// <param name="text">The list.</param>
    /// <param name="file">Its name in messages.</param>
    public static AllowedSigners Parse(string text, string file)
    {
        var signers = new List<AllowedSigner>();
        var problems = new List<SignerProblem>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var (signer, problem) = AllowedSignerLine.Read(line, number);
            if (signer is not null)
            {
                signers.Add(signer);
            }

            if (problem is not null)
            {
                problems.Add(new SignerProblem(file, number, problem));
            }
        }

        return new AllowedSigners(file, signers, problems);
    }

    /// <summary>Finds who a key belongs to.</summary>
    /// <param name="key">The key.</param>
    /// <param name="signatureNamespace">The purpose.</param>
    /// <param name="at">The time; fractions of a second do not count.</param>
    public SignerMatch Find(SshPublicKey key, string signatureNamespace, DateTimeOffset at)
    {
        var ofKey = Signers.Where(signer => signer.Key.Equals(key)).Select(signer => (Signer: signer, Fault: signer.FaultFor(signatureNamespace, at))).ToList();
        if (ofKey.Where(line => line.Fault is null).Select(line => line.Signer).ToList() is { Count: > 0 } good)
        {
            return new SignerMatch { Signers = good };
        }

        if (ofKey.Count == 0)
        {
            return new SignerMatch
            {
                Fault = SignatureFault.UnknownKey,
                Reason = $"No line of {File} has the key {key.Fingerprint} ({key.Type}). "
                    + $"Whoever keeps that list can add: NAME namespaces=\"{signatureNamespace}\" {key}",
            };
        }

        var (nearest, fault) = ofKey.MaxBy(line => line.Fault);
        return new SignerMatch { Fault = fault, Reason = Explain(nearest, fault, signatureNamespace, at) };
    }

    private string Explain(AllowedSigner signer, SignatureFault? fault, string signatureNamespace, DateTimeOffset at)
    {
        var line = $"The key {signer.Key.Fingerprint} of {SshText.Shown(signer.PrincipalList)} ({File}, line {signer.Line})";
        return fault switch
        {
            SignatureFault.CertificateAuthority => $"{line} is listed as an authority for certificates, which are not supported. List the people's own keys.",
            SignatureFault.NamespaceNotAllowed => $"{line} may sign for '{SshText.Shown(signer.Namespaces)}' only, not for '{signatureNamespace}'. "
                + "Whoever keeps that list can add the namespace.",
            SignatureFault.NotYetValid => $"{line} counts from {Timestamp.ToIso(signer.ValidAfter ?? at)} on; the signature is judged at {Timestamp.ToIso(at)}. "
                + "Sign with a key that counted then.",
            _ => $"{line} counted until {Timestamp.ToIso(signer.ValidBefore ?? at)}; the signature is judged at {Timestamp.ToIso(at)}. "
                + "Sign with a key that still counts, or have the line renewed.",
        };
    }
}

/// <summary>Reads the small text files of this stage.</summary>
internal static class SignerFile
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] ReadBytes(string path, int limit, string what)
    {
        try
        {
            return UntrustedFile.ReadAllBytes(path, limit) ?? throw new WreException($"The {what} {path} has more than {limit:N0} bytes.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WreException($"The {what} {path} cannot be read: {error.Message}", innerException: error);
        }
    }

    public static string ReadText(string path, int limit, string what) => Decode(ReadBytes(path, limit, what), path, what);

    public static string Decode(ReadOnlySpan<byte> bytes, string path, string what)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new WreException($"The {what} {path} is not UTF-8 text.", innerException: error);
        }
    }
}

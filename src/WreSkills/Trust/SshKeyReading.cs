using System.Text;

using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WreSkills.Trust;

/// <summary>What came of reading a public key.</summary>
/// <param name="Key">The key; null when there is a problem.</param>
/// <param name="Problem">What is wrong, as a sentence.</param>
/// <param name="Refused">The key is well known and too weak: it never verifies anything, so a list of revoked keys may hold it.</param>
internal sealed record SshKeyReading(SshPublicKey? Key, string? Problem, bool Refused = false)
{
    private const int MinRsaBits = 2048;

    // A modulus of OpenSSH's largest size (2 KiB) and a long application fit; a line of megabytes does not.
    private const int MaxBlobBytes = 8 * 1024;

    public static SshKeyReading OfLine(ReadOnlySpan<char> line)
    {
        var end = line.IndexOfAny(' ', '\t');
        if (end < 0)
        {
            return Wrong("This is not a public key: a line of a .pub file has a type, such as ssh-ed25519, and the key in base64.");
        }

        var type = line[..end];
        var rest = line[end..].TrimStart(" \t");
        var base64 = rest.IndexOfAny(' ', '\t') is var space and >= 0 ? rest[..space] : rest;
        if (base64.Length > MaxBlobBytes * 2 || !SshBase64.TryDecode(base64, out var blob) || blob.Length == 0)
        {
            return Wrong($"After '{Shorten(type)}' no key in base64 follows.");
        }

        var reading = OfBlob(blob);
        return reading.Key is { } key && !type.SequenceEqual(key.Type) ? Wrong($"The line says '{Shorten(type)}', the key in it is of type {key.Type}.") : reading;
    }

    public static SshKeyReading OfBlob(ReadOnlySpan<byte> blob)
    {
        var reader = new SshReader(blob);
        if (blob.Length > MaxBlobBytes || !reader.TryName(out var name))
        {
            return Wrong("The key's binary form is damaged.");
        }

        var type = Encoding.Latin1.GetString(name);
        return type switch
        {
            "ssh-ed25519" => Ed25519Key(type, reader, securityKey: false),
            "sk-ssh-ed25519@openssh.com" => Ed25519Key(type, reader, securityKey: true),
            "ecdsa-sha2-nistp256" => EcdsaKey(type, NistCurve.P256, reader, securityKey: false),
            "ecdsa-sha2-nistp384" => EcdsaKey(type, NistCurve.P384, reader, securityKey: false),
            "ecdsa-sha2-nistp521" => EcdsaKey(type, NistCurve.P521, reader, securityKey: false),
            "sk-ecdsa-sha2-nistp256@openssh.com" => EcdsaKey(type, NistCurve.P256, reader, securityKey: true),
            "ssh-rsa" => RsaKey(type, reader),
            "ssh-dss" => new(null, "DSA keys are too weak and refused; make a new key with 'ssh-keygen -t ed25519'.", Refused: true),
            _ when type.Contains("-cert-v0", StringComparison.Ordinal) =>
                Wrong($"'{Shorten(type)}' is a certificate, which is not supported; give the plain public key, the .pub file without -cert in its name."),
            _ => Wrong($"'{Shorten(type)}' is not a supported key type; supported are ssh-ed25519, ecdsa-sha2-nistp256/384/521, ssh-rsa and the sk- types of security keys."),
        };
    }

    private static SshKeyReading Ed25519Key(string type, SshReader reader, bool securityKey)
    {
        ReadOnlySpan<byte> application = default;
        if (!reader.TryString(out var bytes) || (securityKey && !reader.TryName(out application)) || !reader.AtEnd || bytes.Length != Ed25519.PublicKeySize)
        {
            return Damaged(type);
        }

        if (Ed25519.ValidatePublicKeyFullExport(bytes) is not { } point)
        {
            return Wrong($"The {type} key is not a point that a key generator makes.");
        }

        var blob = new SshWriter().String(Encoding.Latin1.GetBytes(type)).String(bytes);
        return Good(type, securityKey ? blob.String(application) : blob, new Ed25519Numbers(point, securityKey ? application.ToArray() : null));
    }

    private static SshKeyReading EcdsaKey(string type, NistCurve curve, SshReader reader, bool securityKey)
    {
        ReadOnlySpan<byte> application = default;
        if (!reader.TryName(out var name) || !reader.TryString(out var point) || (securityKey && !reader.TryName(out application)) || !reader.AtEnd)
        {
            return Damaged(type);
        }

        if (Encoding.Latin1.GetString(name) is var named && named != curve.Name)
        {
            return Wrong($"The {type} key names the curve '{Shorten(named)}' instead of {curve.Name}.");
        }

        // SSH allows the uncompressed form only: 4, x, y.
        if (point.Length != 1 + (2 * curve.FieldBytes) || point[0] != 4)
        {
            return Damaged(type);
        }

        var x = point[1..(1 + curve.FieldBytes)];
        var y = point[(1 + curve.FieldBytes)..];
        if (!curve.Has(x, y))
        {
            return Wrong($"The {type} key is not a point on its curve.");
        }

        var numbers = new EcdsaNumbers(curve, x.ToArray(), y.ToArray(), securityKey ? application.ToArray() : null);
        var blob = new SshWriter().String(Encoding.Latin1.GetBytes(type)).String(name).String(point);
        return Good(type, securityKey ? blob.String(application) : blob, numbers);
    }

    private static SshKeyReading RsaKey(string type, SshReader reader)
    {
        if (!reader.TryNumber(out var exponent) || !reader.TryNumber(out var modulus) || !reader.AtEnd || modulus.IsEmpty || exponent.IsEmpty)
        {
            return Damaged(type);
        }

        var bits = (modulus.Length * 8) - byte.LeadingZeroCount(modulus[0]);
        if (bits < MinRsaBits)
        {
            return new(null, $"The RSA key has {bits} bits; {MinRsaBits:N0} are the least. Make a new key with 'ssh-keygen -t ed25519'.", Refused: true);
        }

        if (exponent.Length > 8 || (exponent[^1] & 1) == 0 || (modulus[^1] & 1) == 0 || exponent is [1])
        {
            return Wrong("The RSA key's numbers are not ones that a key generator makes.");
        }

        return Good(type, new SshWriter().String(Encoding.Latin1.GetBytes(type)).Number(exponent).Number(modulus), new RsaNumbers(modulus.ToArray(), exponent.ToArray()));
    }

    private static SshKeyReading Good(string type, SshWriter blob, SshKeyNumbers numbers) => new(new SshPublicKey(type, blob.ToArray(), numbers), null);

    private static SshKeyReading Damaged(string type) => Wrong($"The {type} key is damaged or incomplete.");

    private static SshKeyReading Wrong(string problem) => new(null, problem);

    private static string Shorten(ReadOnlySpan<char> text) => SshText.Shown(text);
}

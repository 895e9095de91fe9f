using System.Numerics;
using System.Security.Cryptography;

namespace WreSkills.SshCases;

/// <summary>A software key that signs as ssh-keygen and security keys do.</summary>
internal abstract class SshCaseKey
{
    public const string Application = "ssh:wre";

    public required string Type { get; init; }

    public required byte[] Blob { get; init; }

    public bool IsSecurityKey => Type.StartsWith("sk-", StringComparison.Ordinal);

    public string Line => $"{Type} {Convert.ToBase64String(Blob)}";

    /// <summary>The innermost value over the bytes: 64 bytes, two numbers, or the RSA signature.</summary>
    public abstract byte[] Value(byte[] signed);

    /// <summary>The signature part of a file; what a security key adds is added.</summary>
    public byte[] Sign(byte[] signed, Random random, byte[]? application = null)
    {
        if (!IsSecurityKey)
        {
            return Bytes.Join(Bytes.String(SignatureType), Bytes.String(Value(signed)));
        }

        byte[] state = [(byte)random.Next(256), .. Bytes.UInt32((uint)random.Next())];
        var value = Value(Bytes.Join(SHA256.HashData(application ?? Bytes.Text(Application)), state, SHA256.HashData(signed)));
        return Bytes.Join(Bytes.String(Type), Bytes.String(value), state);
    }

    public virtual string SignatureType => Type;

    /// <summary>What is signed in the end (PROTOCOL.sshsig).</summary>
    public static byte[] Signed(byte[] message, string signatureNamespace, string hash)
    {
        var digest = hash == "sha256" ? SHA256.HashData(message) : SHA512.HashData(message);
        return Bytes.Join("SSHSIG"u8.ToArray(), Bytes.String(signatureNamespace), Bytes.String([]), Bytes.String(hash), Bytes.String(digest));
    }
}

/// <summary>Ed25519 on the slow arithmetic of <see cref="Edwards"/>, which also signs with keys that no generator makes.</summary>
internal sealed class Ed25519CaseKey : SshCaseKey
{
    public required BigInteger Secret { get; init; }

    public required byte[] Public { get; init; }

    public required int Salt { get; init; }

    public static Ed25519CaseKey Create(bool securityKey, Random random)
    {
        var secret = Edwards.RandomScalar(random);
        return WithPoint(securityKey, secret, (secret * Edwards.Base).Encode(), random);
    }

    /// <summary>A key whose public point need not fit its secret.</summary>
    public static Ed25519CaseKey WithPoint(bool securityKey, BigInteger secret, byte[] point, Random random)
    {
        var type = securityKey ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519";
        return new()
        {
            Type = type,
            Secret = secret,
            Public = point,
            Salt = random.Next(),
            Blob = Bytes.Join(Bytes.String(type), Bytes.String(point), securityKey ? Bytes.String(Application) : []),
        };
    }

    public override byte[] Value(byte[] signed) => Value(signed, default, _ => true);

    /// <summary>Adds a point to the first half, and goes on until the challenge suits.</summary>
    public byte[] Value(byte[] signed, EdwardsPoint? torsion, Func<BigInteger, bool> suits)
    {
        for (var attempt = 0; ; attempt++)
        {
            var nonce = new BigInteger(SHA512.HashData(Bytes.Join(Bytes.UInt32((uint)Salt), Bytes.UInt32((uint)attempt), signed)), isUnsigned: true) % Edwards.Order;
            var point = nonce * Edwards.Base;
            var first = (torsion is { } added ? point + added : point).Encode();
            var challenge = new BigInteger(SHA512.HashData(Bytes.Join(first, Public, signed)), isUnsigned: true) % Edwards.Order;
            if (suits(challenge))
            {
                return Bytes.Join(first, Edwards.Encode((nonce + (challenge * Secret)) % Edwards.Order));
            }
        }
    }
}

internal sealed class EcdsaCaseKey : SshCaseKey
{
    public required ECDsa Key { get; init; }

    public required HashAlgorithmName Hash { get; init; }

    public required int Size { get; init; }

    public static EcdsaCaseKey Create(int bits, bool securityKey)
    {
        var (curve, hash) = bits switch
        {
            256 => (ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
            384 => (ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
            _ => (ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        };
        var key = ECDsa.Create(curve);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var type = securityKey ? "sk-ecdsa-sha2-nistp256@openssh.com" : $"ecdsa-sha2-nistp{bits}";
        return new()
        {
            Type = type,
            Key = key,
            Hash = hash,
            Size = (bits + 7) / 8,
            Blob = Bytes.Join(Bytes.String(type), Bytes.String($"nistp{bits}"), Bytes.String([4, .. point.X!, .. point.Y!]), securityKey ? Bytes.String(Application) : []),
        };
    }

    public override byte[] Value(byte[] signed) => Numbers(Key.SignData(signed, Hash));

    public byte[] Numbers(byte[] pair) => Bytes.Join(Bytes.Number(pair[..Size]), Bytes.Number(pair[Size..]));
}

internal sealed class RsaCaseKey : SshCaseKey
{
    public required RSA Key { get; init; }

    public required byte[] Modulus { get; init; }

    public required byte[] Exponent { get; init; }

    /// <summary>The algorithm; ssh-keygen uses rsa-sha2-512.</summary>
    public string Algorithm { get; init; } = "rsa-sha2-512";

    public override string SignatureType => Algorithm;

    public static RsaCaseKey Create(int bits)
    {
        var key = RSA.Create(bits);
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            Type = "ssh-rsa",
            Key = key,
            Modulus = numbers.Modulus!,
            Exponent = numbers.Exponent!,
            Blob = Bytes.Join(Bytes.String("ssh-rsa"), Bytes.Number(numbers.Exponent!), Bytes.Number(numbers.Modulus!)),
        };
    }

    public RsaCaseKey With(string algorithm) => new() { Type = Type, Blob = Blob, Key = Key, Modulus = Modulus, Exponent = Exponent, Algorithm = algorithm };

    public override byte[] Value(byte[] signed) => Key.SignData(
        signed, Algorithm switch { "rsa-sha2-256" => HashAlgorithmName.SHA256, "rsa-sha2-512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA1 }, RSASignaturePadding.Pkcs1);
}

using System.Security.Cryptography;

using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WreSkills.Trust;

/// <summary>What a public key consists of, checked to be a key of its kind.</summary>
internal abstract record SshKeyNumbers;

/// <summary>A point of Ed25519 in the group of prime order; the application when the key lives in a security key.</summary>
internal sealed record Ed25519Numbers(Ed25519.PublicPoint Point, byte[]? Application) : SshKeyNumbers;

/// <summary>A point on a NIST curve; the application when the key lives in a security key.</summary>
internal sealed record EcdsaNumbers(NistCurve Curve, byte[] X, byte[] Y, byte[]? Application) : SshKeyNumbers
{
    /// <summary>Hands the point to the system's cryptography, which refuses one that is not on the curve.</summary>
    /// <exception cref="CryptographicException">It is not on the curve.</exception>
    public ECDsa Open() => ECDsa.Create(new ECParameters { Curve = Curve.Curve, Q = new ECPoint { X = X, Y = Y } });
}

/// <summary>Modulus and exponent, both without leading zeros.</summary>
internal sealed record RsaNumbers(byte[] Modulus, byte[] Exponent) : SshKeyNumbers;

/// <summary>A curve as SSH names it, and the hash that belongs to it (RFC 5656, section 6.2.1).</summary>
internal sealed record NistCurve(string Name, ECCurve Curve, int FieldBytes, HashAlgorithmName Hash)
{
    public static readonly NistCurve P256 = new("nistp256", ECCurve.NamedCurves.nistP256, 32, HashAlgorithmName.SHA256);
    public static readonly NistCurve P384 = new("nistp384", ECCurve.NamedCurves.nistP384, 48, HashAlgorithmName.SHA384);
    public static readonly NistCurve P521 = new("nistp521", ECCurve.NamedCurves.nistP521, 66, HashAlgorithmName.SHA512);
}

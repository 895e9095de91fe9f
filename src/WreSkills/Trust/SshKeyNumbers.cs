using System.Globalization;
using System.Numerics;
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
    private readonly Lock _gate = new();
    private ECDsa? _opened;

    /// <summary>
    /// Asks the system's cryptography. Handing it the key takes longer than a verification (P-384: 0.9 ms against 0.6 ms), so that is done
    /// at the first signature and kept as long as the key.
    /// </summary>
    /// <exception cref="CryptographicException">It does not take the key.</exception>
    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        lock (_gate)
        {
            _opened ??= ECDsa.Create(new ECParameters { Curve = Curve.Curve, Q = new ECPoint { X = X, Y = Y } });
            return _opened.VerifyData(signed, signature, Curve.Hash);
        }
    }
}

/// <summary>Modulus and exponent, both without leading zeros.</summary>
internal sealed record RsaNumbers(byte[] Modulus, byte[] Exponent) : SshKeyNumbers;

/// <summary>A curve y² = x³ - 3x + b as SSH names it, and the hash that belongs to it (RFC 5656, section 6.2.1; SEC 2, section 2).</summary>
internal sealed record NistCurve(string Name, ECCurve Curve, BigInteger Prime, BigInteger B, HashAlgorithmName Hash)
{
    public static readonly NistCurve P256 = new(
        "nistp256",
        ECCurve.NamedCurves.nistP256,
        Two(256) - Two(224) + Two(192) + Two(96) - 1,
        Hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
        HashAlgorithmName.SHA256);

    public static readonly NistCurve P384 = new(
        "nistp384",
        ECCurve.NamedCurves.nistP384,
        Two(384) - Two(128) - Two(96) + Two(32) - 1,
        Hex("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"),
        HashAlgorithmName.SHA384);

    public static readonly NistCurve P521 = new(
        "nistp521",
        ECCurve.NamedCurves.nistP521,
        Two(521) - 1,
        Hex("51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"),
        HashAlgorithmName.SHA512);

    /// <summary>The length of a coordinate.</summary>
    public int FieldBytes { get; } = (int)(Prime.GetBitLength() + 7) / 8;

    /// <summary>Whether a point, given by its coordinates, lies on the curve. All three curves have cofactor 1: then it lies in the right group too.</summary>
    public bool Has(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var (left, right) = (new BigInteger(y, isUnsigned: true, isBigEndian: true), new BigInteger(x, isUnsigned: true, isBigEndian: true));
        return left < Prime && right < Prime && (((left * left) - (right * ((right * right) - 3)) - B) % Prime).IsZero;
    }

    private static BigInteger Two(int exponent) => BigInteger.One << exponent;

    private static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

using System.Security.Cryptography;

using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WreSkills.Trust;

/// <summary>Does the number in a signature belong to these bytes and this key?</summary>
internal static class SshSignatureMath
{
    public static bool Verify(SshKeyNumbers key, SshSignatureValue value, ReadOnlySpan<byte> signed)
    {
        try
        {
            return key switch
            {
                Ed25519Numbers numbers => Ed25519Fits(numbers.Point, value.Bytes, numbers.Application is { } application ? Authenticated(application, value, signed) : signed),
                EcdsaNumbers numbers => EcdsaFits(numbers, value.Bytes, numbers.Application is { } application ? Authenticated(application, value, signed) : signed),
                RsaNumbers numbers => RsaFits(numbers, value, signed),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            // The system's cryptography refuses numbers that cannot belong to any signature.
            return false;
        }
    }

    // What a security key signs: SHA256(application) ‖ flags ‖ counter ‖ SHA256(message).
    private static byte[] Authenticated(byte[] application, SshSignatureValue value, ReadOnlySpan<byte> signed) =>
        new SshWriter().Raw(SHA256.HashData(application)).Raw([value.Flags]).UInt32(value.Counter).Raw(SHA256.HashData(signed)).ToArray();

    // The library multiplies by the cofactor and so takes first halves outside the group of prime order, which ssh-keygen refuses.
    // That both points lie in the group makes the cofactor irrelevant: there is one notion of a good signature then.
    private static bool Ed25519Fits(Ed25519.PublicPoint key, byte[] signature, ReadOnlySpan<byte> signed) =>
        signature.Length == Ed25519.SignatureSize && Ed25519.ValidatePublicKeyFull(signature.AsSpan(0, Ed25519.PublicKeySize)) && Ed25519.Verify(signature, key, signed);

    private static bool EcdsaFits(EcdsaNumbers key, byte[] signature, ReadOnlySpan<byte> signed)
    {
        var size = key.Curve.FieldBytes;
        var reader = new SshReader(signature);
        if (!reader.TryNumber(out var r) || !reader.TryNumber(out var s) || !reader.AtEnd || r.Length > size || s.Length > size)
        {
            return false;
        }

        var fixedSize = new byte[2 * size];
        r.CopyTo(fixedSize.AsSpan(size - r.Length));
        s.CopyTo(fixedSize.AsSpan((2 * size) - s.Length));
        return key.Verify(signed, fixedSize);
    }

    private static bool RsaFits(RsaNumbers key, SshSignatureValue value, ReadOnlySpan<byte> signed)
    {
        // A signature may come without its leading zeros.
        var size = key.Modulus.Length;
        if (value.Bytes.Length > size)
        {
            return false;
        }

        var padded = new byte[size];
        value.Bytes.CopyTo(padded, size - value.Bytes.Length);
        using var rsa = RSA.Create(new RSAParameters { Modulus = key.Modulus, Exponent = key.Exponent });
        var hash = value.Algorithm == "rsa-sha2-256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
        return rsa.VerifyData(signed, padded, hash, RSASignaturePadding.Pkcs1);
    }
}

using System.Numerics;
using System.Security.Cryptography;

namespace WreSkills.SshCases;

/// <summary>The part that spoils numbers: what only one kind of key has.</summary>
internal sealed partial class SshCaseGenerator
{
    private const string OneForm = "an Ed25519 signature has one form";
    private const string PrimeOrder = "an Ed25519 key lies in the group of prime order";
    private const string OwnName = "a key carries its type's own name";

    private static readonly BigInteger s_p256Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private SshCase SpoilEd25519(GoodSignature good, Ed25519CaseKey key)
    {
        var value = Bytes.Split(good.Parts.Signature, 2)[1];
        var scalar = new BigInteger(value.AsSpan(32), isUnsigned: true);
        byte[] With(BigInteger other) => [.. value[..32], .. Edwards.Encode(other)];
        switch (_random.Next(key.IsSecurityKey ? 12 : 9))
        {
            case 0:
                return good.WithValue("S plus the order", With(scalar + Edwards.Order), OneForm);
            case 1:
                return good.WithValue("S plus a multiple of the order", With(scalar + ((2 + _random.Next(13)) * Edwards.Order)), OneForm);
            case 2:
                return good.WithValue("S negated", With(Edwards.Order - scalar));
            case 3:
                return good.WithValue("one byte less", value[..^1]);
            case 4:
                return good.WithValue("one byte more", [.. value, 0]);
            case 5:
                return good.WithValue("first half of small order", [.. (_random.Next(8) * Edwards.Torsion).Encode(), .. value[32..]]);
            case 6:
                return good.WithValue("first half with torsion", key.Value(Authenticated(good), (1 + _random.Next(7)) * Edwards.Torsion, _ => true));
            case 7:
                // The challenge is a multiple of 8, so the torsion of the key cancels and the plain equation holds.
                var mixed = Ed25519CaseKey.WithPoint(key.IsSecurityKey, key.Secret, ((key.Secret * Edwards.Base) + ((1 + _random.Next(7)) * Edwards.Torsion)).Encode(), _random);
                var signed = Sign(mixed, "sha512", good.Message);
                return signed.WithValue("key with torsion", mixed.Value(Authenticated(signed), null, challenge => (challenge % 8).IsZero), PrimeOrder);
            case 8:
                // Of the neutral point every multiple is neutral, so S·B = R is all that is asked.
                var neutral = Ed25519CaseKey.WithPoint(key.IsSecurityKey, 0, EdwardsPoint.Zero.Encode(), _random);
                return Sign(neutral, "sha512", good.Message).AsIs("key of small order", PrimeOrder);
            default:
                return SpoilSecurityKey(good, key);
        }
    }

    private SshCase SpoilEcdsa(GoodSignature good, EcdsaCaseKey key)
    {
        var numbers = Bytes.Split(Bytes.Split(good.Parts.Signature, 2)[1]);
        var (r, s) = (numbers[0], numbers[1]);
        byte[] Big(BigInteger value) => value.ToByteArray(isUnsigned: true, isBigEndian: true);
        var order = s_p256Order;
        var isP256 = key.Size == 32;
        return _random.Next(key.IsSecurityKey ? 14 : 10) switch
        {
            0 => good.WithValue("zeros before r", Bytes.Join(Bytes.String([.. new byte[1 + _random.Next(80)], .. r]), Bytes.String(s))),
            1 => good.WithValue("zeros before s", Bytes.Join(Bytes.String(r), Bytes.String([.. new byte[1 + _random.Next(80)], .. s]))),
            2 => good.WithValue("r or s negative", Bytes.Join(Bytes.String([.. r.SkipWhile(digit => digit == 0)]), Bytes.String([.. s.SkipWhile(digit => digit == 0)]))),
            3 => good.WithValue("r is zero", Bytes.Join(Bytes.String([]), Bytes.String(s))),
            4 => good.WithValue("s is zero", Bytes.Join(Bytes.String(r), Bytes.String([0]))),
            5 => good.WithValue("bytes after r and s", Bytes.Join(Bytes.String(r), Bytes.String(s), [0])),
            6 => good.WithValue("s replaced by its negative", Bytes.Join(Bytes.String(r), Bytes.Number(Big(isP256 ? order - new BigInteger(s, isUnsigned: true, isBigEndian: true) : 1)))),
            7 => good.WithValue("r plus the order", Bytes.Join(Bytes.Number(Big(order + new BigInteger(r, isUnsigned: true, isBigEndian: true))), Bytes.String(s))),
            8 => good.WithValue("r far too long", Bytes.Join(Bytes.String([1, .. new byte[_random.Next(1, 3000)], .. r]), Bytes.String(s))),
            9 => good.WithValue("hashed with another hash", key.Numbers(key.Key.SignData(Authenticated(good), HashAlgorithmName.SHA1))),
            10 => Webauthn(good, key),
            _ => SpoilSecurityKey(good, key),
        };
    }

    private SshCase SpoilRsa(GoodSignature good, RsaCaseKey key)
    {
        var value = Bytes.Split(good.Parts.Signature, 2)[1];
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var number = new BigInteger(value, isUnsigned: true, isBigEndian: true);
        SshCase By(RsaCaseKey signer, string mutation, string? stricter = null) => Sign(signer, "sha512", good.Message).AsIs(mutation, stricter);
        switch (_random.Next(9))
        {
            case 0:
                var (message, short0) = _rsaWithLeadingZero;
                return Sign(key, "sha512", message).WithValue("without its leading zeros", [.. short0.SkipWhile(digit => digit == 0)]);
            case 1:
                return good.WithValue("zero before", [0, .. value]);
            case 2:
                return good.WithValue("plus the modulus", (number + modulus).ToByteArray(isUnsigned: true, isBigEndian: true));
            case 3:
                return good.WithValue("negated", (modulus - number).ToByteArray(isUnsigned: true, isBigEndian: true));
            case 4:
                return good.WithValue("zero", new byte[_random.Next(2) * value.Length]);
            case 5:
                return By(key.With("rsa-sha2-256"), "rsa-sha2-256");
            case 6:
                return By(key.With("ssh-rsa"), "SHA-1");
            case 7:
                return good.WithValue("the other hash than named", key.With("rsa-sha2-256").Value(good.Signed));
            default:
                return By(_shortRsa, "RSA of 1,024 bits", "an RSA key has 2,048 bits");
        }
    }

    private SshCase SpoilSecurityKey(GoodSignature good, SshCaseKey key)
    {
        var signature = good.Parts.Signature;
        switch (_random.Next(3))
        {
            case 0:
                return good.Case("flags or counter changed", good.Parts with { Signature = [.. signature[..^5], .. Bytes.UInt32((uint)_random.Next()), 1] });
            case 1:
                return good.Case("signed for another application", good.Parts with { Signature = key.Sign(good.Signed, _random, Bytes.Text("ssh:other")) });
            default:
                return good.Case("application ends with zero", good.Parts with { Key = Bytes.Join([.. Bytes.Split(good.Parts.Key)[..^1].Select(Bytes.String), Bytes.String([.. Bytes.Text(SshCaseKey.Application), 0])]) });
        }
    }

    // A browser signs a JSON text that holds the challenge (PROTOCOL.u2f, "Signature format").
    private SshCase Webauthn(GoodSignature good, EcdsaCaseKey key)
    {
        var challenge = Convert.ToBase64String(good.Signed).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var client = Bytes.Text($"{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"https://example.com\",\"crossOrigin\":false}}");
        byte[] state = [1, .. Bytes.UInt32((uint)_random.Next())];
        var value = key.Value(Bytes.Join(SHA256.HashData(Bytes.Text(SshCaseKey.Application)), state, SHA256.HashData(client)));
        var signature = Bytes.Join(
            Bytes.String("webauthn-" + key.Type), Bytes.String(value), state, Bytes.String("https://example.com"), Bytes.String(client), Bytes.String([]));
        return good.Case("webauthn", good.Parts with { Signature = signature }, "a browser's signature does not prove what a person was shown");
    }

    private SshCase KeyBlob(GoodSignature good)
    {
        var parts = Bytes.Split(good.Key.Blob);
        SshCase With(string mutation, string? stricter, params byte[][] changed) => good.Case(mutation, good.Parts with { Key = Bytes.Join([.. changed.Select(Bytes.String)]) }, stricter);
        switch (_random.Next(8))
        {
            case 0:
                return With("key's type ends with zero", null, [[.. parts[0], 0], .. parts[1..]]);
            case 1:
                var alias = good.Key switch { Ed25519CaseKey => good.Key.IsSecurityKey ? "ED25519-SK" : "ed25519", RsaCaseKey => "rsa-sha2-512", _ => good.Key.IsSecurityKey ? "ecdsa-sk" : "ECDSA" };
                return With("key's type by another name", OwnName, [Bytes.Text(alias), .. parts[1..]]);
            case 2:
                return good.Case("bytes after the key", good.Parts with { Key = [.. good.Key.Blob, 0] });
            case 3:
                return With("key as certificate", null, [Bytes.Text(good.Key.Type.Replace("@openssh.com", "", StringComparison.Ordinal) + "-cert-v01@openssh.com"), .. parts[1..]]);
            default:
                return good.Key switch
                {
                    EcdsaCaseKey key => EcdsaBlob(key, parts, With),
                    RsaCaseKey => RsaBlob(parts, With),
                    _ => With("key shortened", null, [parts[0], parts[1][..31], .. parts[2..]]),
                };
        }
    }

    private SshCase EcdsaBlob(EcdsaCaseKey key, List<byte[]> parts, Func<string, string?, byte[][], SshCase> with)
    {
        var point = parts[2];
        byte[] compressed = [(byte)(2 + (point[^1] & 1)), .. point[1..(1 + key.Size)]];
        byte[] off = [.. point[..^1], (byte)(point[^1] ^ 1)];
        byte[] hybrid = [(byte)(6 + (point[^1] & 1)), .. point[1..]];
        return _random.Next(7) switch
        {
            0 => with("curve name ends with zero", null, [parts[0], [.. parts[1], 0], .. parts[2..]]),
            1 => with("wrong curve name", null, [parts[0], Bytes.Text(key.Size == 48 ? "nistp256" : "nistp384"), .. parts[2..]]),
            2 => with("point compressed", null, [parts[0], parts[1], compressed, .. parts[3..]]),
            3 => with("point off the curve", null, [parts[0], parts[1], off, .. parts[3..]]),
            4 => with("point hybrid", null, [parts[0], parts[1], hybrid, .. parts[3..]]),
            5 => with("point at infinity", null, [parts[0], parts[1], [0], .. parts[3..]]),
            _ => with("point too long", null, [parts[0], parts[1], [.. point, 0], .. parts[3..]]),
        };
    }

    private SshCase RsaBlob(List<byte[]> parts, Func<string, string?, byte[][], SshCase> with) => _random.Next(5) switch
    {
        0 => with("zeros before the exponent", null, [parts[0], [0, 0, .. parts[1]], parts[2]]),
        1 => with("zeros before the modulus", null, [parts[0], parts[1], [.. new byte[1 + _random.Next(50)], .. parts[2]]]),
        2 => with("modulus negative", null, [parts[0], parts[1], parts[2][1..]]),
        3 => with("exponent zero", null, [parts[0], [], parts[2]]),
        _ => with("exponent 1", null, [parts[0], [1], parts[2]]),
    };

    private static byte[] Authenticated(GoodSignature good)
    {
        if (!good.Key.IsSecurityKey)
        {
            return good.Signed;
        }

        return Bytes.Join(SHA256.HashData(Bytes.Text(SshCaseKey.Application)), good.Parts.Signature[^5..], SHA256.HashData(good.Signed));
    }
}

using System.Globalization;
using System.Numerics;

namespace WreSkills.SshCases;

/// <summary>The curve of Ed25519 (RFC 8032, section 5.1) in plain arithmetic: slow, not for secrets, able to make points that no key generator makes.</summary>
internal static class Edwards
{
    public static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    public static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    public static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    public static readonly EdwardsPoint Base = FromY(Mod(4 * Inverse(5)))!.Value;

    /// <summary>A point of order 8.</summary>
    public static readonly EdwardsPoint Torsion = Enumerable.Range(2, 100).Select(y => FromY(y)).OfType<EdwardsPoint>()
        .Select(point => Order * point).First(point => !(4 * point).Encode().AsSpan().SequenceEqual(EdwardsPoint.Zero.Encode()));

    public static BigInteger Mod(BigInteger value) => ((value % Prime) + Prime) % Prime;

    public static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), Prime - 2, Prime);

    public static BigInteger RandomScalar(Random random)
    {
        var bytes = new byte[48];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true) % Order;
    }

    public static byte[] Encode(BigInteger value)
    {
        var bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    /// <summary>The point with this y and an even x, if there is one.</summary>
    public static EdwardsPoint? FromY(BigInteger y)
    {
        var square = Mod(((y * y) - 1) * Inverse((D * y * y) + 1));
        var x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (Mod(x * x) != square)
        {
            x = Mod(x * BigInteger.ModPow(2, (Prime - 1) / 4, Prime));
        }

        return Mod(x * x) != square ? null : EdwardsPoint.Affine(x.IsEven ? x : Mod(-x), y);
    }
}

/// <summary>A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z.</summary>
internal readonly record struct EdwardsPoint(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
{
    public static readonly EdwardsPoint Zero = new(0, 1, 1, 0);

    public static EdwardsPoint Affine(BigInteger x, BigInteger y) => new(x, y, 1, Edwards.Mod(x * y));

    public static EdwardsPoint operator +(EdwardsPoint left, EdwardsPoint right)
    {
        var a = Edwards.Mod((left.Y - left.X) * (right.Y - right.X));
        var b = Edwards.Mod((left.Y + left.X) * (right.Y + right.X));
        var c = Edwards.Mod(2 * left.T * right.T * Edwards.D);
        var d = Edwards.Mod(2 * left.Z * right.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new EdwardsPoint(Edwards.Mod(e * f), Edwards.Mod(g * h), Edwards.Mod(f * g), Edwards.Mod(e * h));
    }

    public static EdwardsPoint operator *(BigInteger scalar, EdwardsPoint point)
    {
        var sum = Zero;
        for (var (rest, power) = (scalar, point); rest > 0; (rest, power) = (rest >> 1, power + power))
        {
            sum = rest.IsEven ? sum : sum + power;
        }

        return sum;
    }

    public byte[] Encode()
    {
        var inverse = Edwards.Inverse(Z);
        var bytes = Edwards.Encode(Edwards.Mod(Y * inverse));
        bytes[31] |= Edwards.Mod(X * inverse).IsEven ? (byte)0 : (byte)0x80;
        return bytes;
    }
}

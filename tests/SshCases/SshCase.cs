namespace WreSkills.SshCases;

/// <summary>One question to <c>ssh-keygen -Y verify</c> and to the library: does this signature count?</summary>
internal sealed record SshCase
{
    /// <summary>The time at which keys have to be valid, in every case.</summary>
    public static readonly DateTimeOffset At = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public required string KeyType { get; init; }

    /// <summary>What was done to a good signature.</summary>
    public required string Mutation { get; init; }

    /// <summary>Why the library refuses what ssh-keygen may accept; null where they have to agree.</summary>
    public string? Stricter { get; init; }

    public required string Armored { get; init; }

    public required byte[] Message { get; init; }

    public required string Namespace { get; init; }

    public required string Signers { get; init; }

    public required string Principal { get; init; }

    public string? Revoked { get; init; }

    public override string ToString() =>
        $"{KeyType}, {Mutation}\nnamespace {Namespace}, principal {Principal}\nmessage {Convert.ToBase64String(Message)}\n{Armored}\n{Signers}\nrevoked: {Revoked}";
}

/// <summary>The parts of a signature file, so that each can be spoilt by itself.</summary>
internal sealed record SshParts(byte[] Key, byte[] Namespace, byte[] Hash, byte[] Signature)
{
    public uint Version { get; init; } = 1;

    public byte[] Reserved { get; init; } = [];

    public byte[] Blob() => Bytes.Join("SSHSIG"u8.ToArray(), Bytes.UInt32(Version), Bytes.String(Key), Bytes.String(Namespace), Bytes.String(Reserved), Bytes.String(Hash), Bytes.String(Signature));

    public static string Armor(byte[] blob, int width = 70)
    {
        var base64 = Convert.ToBase64String(blob);
        return "-----BEGIN SSH SIGNATURE-----\n" + string.Concat(base64.Chunk(width).Select(line => new string(line) + "\n")) + "-----END SSH SIGNATURE-----\n";
    }
}

/// <summary>SSH's binary encoding, written apart from the library's, so that one error cannot hide in both.</summary>
internal static class Bytes
{
    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static byte[] UInt32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    public static byte[] String(byte[] value) => Join(UInt32((uint)value.Length), value);

    public static byte[] String(string value) => String(Text(value));

    /// <summary>A number without needless zeros, with the zero that keeps it from being negative.</summary>
    public static byte[] Number(byte[] value)
    {
        var digits = value.SkipWhile(digit => digit == 0).ToArray();
        return String(digits.Length > 0 && digits[0] >= 0x80 ? [0, .. digits] : digits);
    }

    /// <summary>The strings of which an encoding consists, or its first ones; what follows is dropped.</summary>
    public static List<byte[]> Split(byte[] encoded, int count = int.MaxValue)
    {
        var parts = new List<byte[]>();
        for (var at = 0; at + 4 <= encoded.Length && parts.Count < count;)
        {
            var length = (encoded[at] << 24) | (encoded[at + 1] << 16) | (encoded[at + 2] << 8) | encoded[at + 3];
            parts.Add(encoded[(at + 4)..(at + 4 + length)]);
            at += 4 + length;
        }

        return parts;
    }
}

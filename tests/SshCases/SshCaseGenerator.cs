namespace WreSkills.SshCases;

/// <summary>
/// Makes signatures, most of them spoilt. The seed decides what is done to which signature; ECDSA's own randomness and the keys of ECDSA and RSA
/// are new each time, so a failure prints the whole case.
/// </summary>
internal sealed partial class SshCaseGenerator
{
    private const string Namespace = "wre-skills-promotion@v1";

    private readonly Random _random;
    private readonly Dictionary<string, SshCaseKey[]> _keys;
    private readonly RsaCaseKey _shortRsa = RsaCaseKey.Create(1024);
    private readonly (byte[] Message, byte[] Signature) _rsaWithLeadingZero;

    public SshCaseGenerator(int seed)
    {
        _random = new Random(seed);
        _keys = new()
        {
            ["ssh-ed25519"] = [Ed25519CaseKey.Create(false, _random), Ed25519CaseKey.Create(false, _random)],
            ["ecdsa-sha2-nistp256"] = [EcdsaCaseKey.Create(256, false), EcdsaCaseKey.Create(256, false)],
            ["ecdsa-sha2-nistp384"] = [EcdsaCaseKey.Create(384, false), EcdsaCaseKey.Create(384, false)],
            ["ecdsa-sha2-nistp521"] = [EcdsaCaseKey.Create(521, false), EcdsaCaseKey.Create(521, false)],
            ["ssh-rsa"] = [RsaCaseKey.Create(2048), RsaCaseKey.Create(3072)],
            ["sk-ssh-ed25519@openssh.com"] = [Ed25519CaseKey.Create(true, _random), Ed25519CaseKey.Create(true, _random)],
            ["sk-ecdsa-sha2-nistp256@openssh.com"] = [EcdsaCaseKey.Create(256, true), EcdsaCaseKey.Create(256, true)],
        };
        _rsaWithLeadingZero = FindLeadingZero();
    }

    public IReadOnlyCollection<string> KeyTypes => _keys.Keys;

    public SshCaseKey Key(string type) => _keys[type][0];

    public IEnumerable<SshCase> Generate(int count)
    {
        for (var number = 0; number < count; number++)
        {
            yield return Next(_keys.ElementAt(number % _keys.Count).Value);
        }
    }

    private SshCase Next(SshCaseKey[] keys)
    {
        var good = Good(keys[0]);
        return _random.Next(10) switch
        {
            0 => good.AsIs("nothing"),
            1 => WithSigners(good, keys[1]),
            2 => Armour(good),
            3 => BitsAndLengths(good),
            4 => Parts(good, keys[1]),
            5 => KeyBlob(good),
            6 or 7 => keys[0] switch
            {
                Ed25519CaseKey key => SpoilEd25519(good, key),
                EcdsaCaseKey key => SpoilEcdsa(good, key),
                RsaCaseKey key => SpoilRsa(good, key),
                _ => good.AsIs("nothing"),
            },
            8 => Algorithm(good),
            _ => Swap(good, keys[1]),
        };
    }

    private GoodSignature Good(SshCaseKey key, string? hash = null, byte[]? message = null)
    {
        message ??= new byte[_random.Next(3) == 0 ? 0 : _random.Next(2000)];
        _random.NextBytes(message);
        return Sign(key, hash ?? (_random.Next(2) == 0 ? "sha256" : "sha512"), message);
    }

    private GoodSignature Sign(SshCaseKey key, string hash, byte[] message)
    {
        var signed = SshCaseKey.Signed(message, Namespace, hash);
        return new GoodSignature(key, message, Namespace, signed, new SshParts(key.Blob, Bytes.Text(Namespace), Bytes.Text(hash), key.Sign(signed, _random)));
    }

    private SshCase BitsAndLengths(GoodSignature good)
    {
        var blob = good.Parts.Blob();
        switch (_random.Next(4))
        {
            case 0:
                return good.Case("truncated", SshParts.Armor(blob[.._random.Next(blob.Length)]));
            case 1:
                return good.Case("bytes after the end", SshParts.Armor([.. blob, .. new byte[1 + _random.Next(4)]]));
            default:
                for (var flips = 1 + _random.Next(3); flips > 0; flips--)
                {
                    blob[_random.Next(blob.Length)] ^= (byte)(1 << _random.Next(8));
                }

                return good.Case("bits flipped", SshParts.Armor(blob));
        }
    }

    private SshCase Armour(GoodSignature good)
    {
        var text = SshParts.Armor(good.Parts.Blob());
        var lines = text.TrimEnd('\n').Split('\n');
        var body = string.Concat(lines[1..^1]);
        var at = _random.Next(body.Length);
        const string tail = "nothing but white space may follow the last line";
        return _random.Next(16) switch
        {
            0 => good.Case("armour: CRLF", text.Replace("\n", "\r\n", StringComparison.Ordinal)),
            1 => good.Case("armour: space before", " " + text),
            2 => good.Case("armour: no newline at the end", text.TrimEnd('\n')),
            3 => good.Case("armour: no header", text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]),
            4 => good.Case("armour: no footer", text[..text.IndexOf("-----END", StringComparison.Ordinal)]),
            5 => good.Case("armour: other width", SshParts.Armor(good.Parts.Blob(), 1 + _random.Next(200))),
            6 => good.Case("armour: white space within", Wrap(body.Insert(at, " \t\v\f\r\n"[_random.Next(6)].ToString()))),
            7 => good.Case("armour: stranger within", Wrap(body.Insert(at, "-_.*é\u0001\0"[_random.Next(7)].ToString()))),
            8 => good.Case("armour: too little padding", Wrap(body.TrimEnd('='))),
            9 => good.Case("armour: too much padding", Wrap(body + "=")),
            10 => good.Case("armour: bits left over", Wrap(LeftOver(body))),
            11 => good.Case("armour: text after it", text + "and so on\n", tail),
            12 => good.Case("armour: a second signature", text + text, tail),
            13 => good.Case("armour: END on the line of the text", text.Replace("\n-----END", "-----END", StringComparison.Ordinal)),
            14 => good.Case("armour: small letters", text.Replace("BEGIN", "begin", StringComparison.Ordinal)),
            _ => good.Case("armour: letter changed", Wrap(body.Remove(at, 1).Insert(at, "ABCabc129/+="[_random.Next(12)].ToString()))),
        };
    }

    private static string Wrap(string body) => $"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n";

    // The last letter before the padding has bits that decode to nothing.
    private static string LeftOver(string body)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var letters = body.TrimEnd('=');
        return letters.Length == body.Length ? body : letters[..^1] + alphabet[alphabet.IndexOf(letters[^1], StringComparison.Ordinal) ^ 1] + body[letters.Length..];
    }

    private SshCase Parts(GoodSignature good, SshCaseKey other)
    {
        var parts = good.Parts;
        return _random.Next(13) switch
        {
            0 => good.Case("version 0", parts with { Version = 0 }),
            1 => good.Case("version 2", parts with { Version = 2 }),
            2 => good.Case("reserved part filled", parts with { Reserved = [1, 2, 3] }),
            3 => good.Case("namespace ends with zero", parts with { Namespace = [.. parts.Namespace, 0] }),
            4 => good.Case("namespace ends with two zeros", parts with { Namespace = [.. parts.Namespace, 0, 0] }),
            5 => good.Case("another namespace inside", parts with { Namespace = Bytes.Text("git") }),
            6 => good.Case("another namespace asked for", parts) with { Namespace = "git" },
            7 => good.Case("another message", parts) with { Message = [.. good.Message, 0] },
            8 => good.Case("hash name ends with zero", parts with { Hash = [.. parts.Hash, 0] }),
            9 => good.Case("other hash name", parts with { Hash = Bytes.Text(good.Parts.Hash.AsSpan().SequenceEqual("sha256"u8) ? "sha512" : "sha256") }),
            10 => good.Case("hash name unknown", parts with { Hash = Bytes.Text(new[] { "", "sha1", "sha384", "SHA512", "sha512,", "sha512 ", "md5" }[_random.Next(7)]) }),
            11 => good.Case("bytes after the inner part", parts with { Signature = [.. parts.Signature, 0] }),
            _ => good.Case("key of another signer, whose key is not allowed", Sign(other, "sha512", good.Message).Parts),
        };
    }

    private SshCase Swap(GoodSignature good, SshCaseKey other)
    {
        var stranger = _keys.ElementAt(_random.Next(_keys.Count)).Value[_random.Next(2)];
        return _random.Next(4) switch
        {
            0 => good.Case("key replaced by the other of its type", good.Parts with { Key = other.Blob }),
            1 => good.Case("key replaced by one of any type", good.Parts with { Key = stranger.Blob }),
            2 => good.Case("signature replaced by the other key's", good.Parts with { Signature = other.Sign(good.Signed, _random) }),
            _ => good.Case("signature replaced by any key's", good.Parts with { Signature = stranger.Sign(good.Signed, _random) }),
        };
    }

    private SshCase Algorithm(GoodSignature good)
    {
        var inner = Bytes.Split(good.Parts.Signature, 2);
        var rest = good.Parts.Signature[(4 + inner[0].Length)..];
        SshCase Named(string what, byte[] name) => good.Case($"algorithm {what}", good.Parts with { Signature = Bytes.Join(Bytes.String(name), rest) });
        var names = _keys.Keys.Concat(["rsa-sha2-256", "rsa-sha2-512", "ssh-dss", "", "ssh-ed25519-cert-v01@openssh.com", "RSA", "ED25519"]).ToArray();
        return _random.Next(3) switch
        {
            0 => Named("ends with zero", [.. inner[0], 0]),
            1 => Named("in capitals", Bytes.Text(System.Text.Encoding.ASCII.GetString(inner[0]).ToUpperInvariant())),
            _ => Named("exchanged", Bytes.Text(names[_random.Next(names.Length)])),
        };
    }

    private (byte[] Message, byte[] Signature) FindLeadingZero()
    {
        var key = _keys["ssh-rsa"][0];
        for (var attempt = 0u; ; attempt++)
        {
            var message = Bytes.UInt32(attempt);
            var value = key.Value(SshCaseKey.Signed(message, Namespace, "sha512"));
            if (value[0] == 0)
            {
                return (message, value);
            }
        }
    }
}

/// <summary>A good signature with what it was made of.</summary>
internal sealed record GoodSignature(SshCaseKey Key, byte[] Message, string Namespace, byte[] Signed, SshParts Parts)
{
    public SshCase AsIs(string mutation, string? stricter = null) => Case(mutation, Parts, stricter);

    public SshCase Case(string mutation, SshParts parts, string? stricter = null) => Case(mutation, SshParts.Armor(parts.Blob()), stricter);

    public SshCase Case(string mutation, string armored, string? stricter = null) => new()
    {
        KeyType = Key.Type,
        Mutation = mutation,
        Stricter = stricter,
        Armored = armored,
        Message = Message,
        Namespace = Namespace,
        Principal = "alice@example.com",
        Signers = $"alice@example.com {Key.Line}\n",
    };

    public SshCase WithValue(string mutation, byte[] value, string? stricter = null)
    {
        var inner = Bytes.Split(Parts.Signature, 2);
        var state = Parts.Signature[(8 + inner[0].Length + inner[1].Length)..];
        return Case(mutation, Parts with { Signature = Bytes.Join(Bytes.String(inner[0]), Bytes.String(value), state) }, stricter);
    }
}

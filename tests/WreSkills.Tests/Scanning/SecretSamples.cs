using System.Text;

using WreSkills.Scanning;

namespace WreSkills.Tests.Scanning;

/// <summary>
/// Makes secrets from the rules' own forms: texts that a rule describes, with random characters. None stands in the repository,
/// so that no other scanner takes the tests for a leak.
/// </summary>
internal static class SecretSamples
{
    private const string Word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private const string Visible = "!#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>A secret of a rule.</summary>
    public static string Of(SecretRule rule, Random random) => rule.Form == SecretForm.Read ? ByHand(rule, random) : Checked(rule, new Generator(rule.Pattern, random).Make());

    /// <summary>A line in which the secret stands as it does in the world.</summary>
    public static string InContext(SecretRule rule, string secret, Random random)
    {
        if (rule.Form == SecretForm.Read)
        {
            return secret;
        }

        if (rule.Form == SecretForm.Assigned)
        {
            var name = rule.Keywords[0];
            return name[0] == ':' ? $"//registry.npmjs.org/{name}={secret}" : random.Next(5) switch
            {
                0 => $"{name.ToUpperInvariant().Replace('-', '_')}_KEY={secret}",
                1 => $"\"{name}_token\": \"{secret}\",",
                2 => $"{name}.secret = '{secret}'",
                3 => $"export {name.ToUpperInvariant().Replace('-', '_')}=\"{secret}\"",
                _ => $"  {name}: {secret}",
            };
        }

        return random.Next(6) switch
        {
            0 => $"TOKEN={secret}",
            1 => $"{{\"value\": \"{secret}\"}}",
            2 => $"curl -H \"X-Auth: {secret}\" https://api.service.io/v1",
            3 => $"Use `{secret}` for the staging system.",
            4 => $"value: {secret}",
            _ => $"client = Client('{secret}')",
        };
    }

    public static string Random(Random random, string alphabet, int length) => string.Create(length, (random, alphabet), static (span, state) =>
    {
        foreach (ref var character in span)
        {
            character = state.alphabet[state.random.Next(state.alphabet.Length)];
        }
    });

    private static string Checked(SecretRule rule, string token) => SecretChecksum.Fits(rule, token) is null ? token : token[..^6] + SecretChecksum.Of(token.AsSpan()[(token.IndexOf('_', StringComparison.Ordinal) + 1)..^6]);

    private static string ByHand(SecretRule rule, Random random)
    {
        string Base64(int length) => Random(random, Word[..62] + "+/", length);
        string Url(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var password = "q" + Random(random, Word[..62], 9) + "#7K";
        return rule.Name switch
        {
            "private-key" => $"-----BEGIN {(random.Next(2) == 0 ? "RSA " : "OPENSSH ")}PRIVATE KEY-----\n{string.Join('\n', Enumerable.Range(0, 12).Select(_ => Base64(64)))}\n-----END RSA PRIVATE KEY-----",
            "url-password" => $"DATABASE={(random.Next(2) == 0 ? "postgres" : "mongodb+srv")}://app:{Random(random, Word[..62], 16)}@db-{random.Next(9)}.internal.corp:5432/shop",
            "basic-auth" => $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"deploy:{password}"))}",
            "jwt" => $"token: {Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")}.{Url($"{{\"sub\":\"{random.Next(1000, 9999)}\",\"role\":\"service\",\"iat\":17{random.Next(10000000, 99999999)}}}")}.{Random(random, Word[..62], 43)}",
            "curl-user" => $"curl -u admin:{Random(random, Word[..62], 14)}7 https://ci.corp/api",
            "netrc" => $"machine git.corp login robot password {Random(random, Word[..62], 15)}3",
            "docker-auth" => $"{{\"auths\":{{\"registry.corp\":{{\"auth\": \"{Convert.ToBase64String(Encoding.ASCII.GetBytes($"robot:{password}"))}\"}}}}}}",
            "generic-key" => random.Next(3) switch
            {
                0 => $"service_api_key = \"{Random(random, Word[..62], 36)}4\"",
                1 => $"ACME_SECRET_TOKEN={Random(random, Word[..62], 40)}5",
                _ => $"\"client_secret\": \"{Random(random, Word[..62], 32)}6\"",
            },
            _ => random.Next(2) == 0 ? $"password: \"{password}\"" : $"DB_PASSWORD='{password}'",
        };
    }

    /// <summary>Makes a random text that an expression of the tables matches; knows what those use and nothing more.</summary>
    private sealed class Generator(string pattern, Random random)
    {
        private int _at;

        public string Make()
        {
            var text = Alternatives();
            return _at == pattern.Length ? text : throw new FormatException($"'{pattern}' has something unknown at {_at}");
        }

        private string Alternatives()
        {
            var choices = new List<string> { Sequence() };
            while (_at < pattern.Length && pattern[_at] == '|')
            {
                _at++;
                choices.Add(Sequence());
            }

            return choices[random.Next(choices.Count)];
        }

        private string Sequence()
        {
            var text = new StringBuilder();
            while (_at < pattern.Length && pattern[_at] is not ('|' or ')'))
            {
                var start = _at;
                var first = Atom();
                var (least, most) = Quantity();
                var end = _at;
                var count = random.Next(least, most + 1);
                for (var index = 0; index < count; index++)
                {
                    // Each repetition is made anew.
                    _at = start;
                    text.Append(index == 0 ? first : Atom());
                }

                _at = end;
            }

            return text.ToString();
        }

        private string Atom()
        {
            switch (pattern[_at])
            {
                case '(':
                    _at += pattern[_at + 1] == '?' ? 3 : 1;
                    var inner = Alternatives();
                    _at++;
                    return inner;
                case '[':
                    return Set();
                case '\\':
                    _at += 2;
                    return pattern[_at - 1] == 's' ? "\n" : pattern[_at - 1].ToString();
                default:
                    return pattern[_at++].ToString();
            }
        }

        private string Set()
        {
            var characters = new StringBuilder();
            var negated = pattern[++_at] == '^';
            _at += negated ? 1 : 0;
            while (pattern[_at] != ']')
            {
                var from = pattern[_at] == '\\' ? pattern[++_at] : pattern[_at];
                if (pattern[_at + 1] == '-' && pattern[_at + 2] != ']')
                {
                    for (var character = from; character <= pattern[_at + 2]; character++)
                    {
                        characters.Append(character);
                    }

                    _at += 3;
                }
                else
                {
                    characters.Append(from == 's' && pattern[_at - 1] == '\\' ? '\n' : from);
                    _at++;
                }
            }

            _at++;
            var set = negated ? Visible.Where(character => !characters.ToString().Contains(character)).ToArray() : [.. characters.ToString()];
            return set[random.Next(set.Length)].ToString();
        }

        private (int Least, int Most) Quantity()
        {
            if (_at >= pattern.Length)
            {
                return (1, 1);
            }

            switch (pattern[_at])
            {
                case '?':
                    _at++;
                    return (0, 1);
                case '*':
                    _at++;
                    return (0, 40);
                case '{':
                    var close = pattern.IndexOf('}', _at);
                    var bounds = pattern[(_at + 1)..close].Split(',');
                    _at = close + 1;
                    var least = int.Parse(bounds[0], System.Globalization.CultureInfo.InvariantCulture);
                    return (least, bounds.Length == 1 ? least : Math.Min(int.Parse(bounds[1], System.Globalization.CultureInfo.InvariantCulture), least + 60));
                default:
                    return (1, 1);
            }
        }
    }
}

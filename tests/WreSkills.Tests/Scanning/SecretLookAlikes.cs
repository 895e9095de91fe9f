using System.Globalization;

using WreSkills.Scanning;

namespace WreSkills.Tests.Scanning;

/// <summary>Lines that look like secrets and are none: placeholders, references, hashes, identifiers, public keys, half tokens.</summary>
internal static class SecretLookAlikes
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Hex = "0123456789abcdef";

    private static readonly Func<Random, string>[] s_kinds =
    [
        random => $"session_token_id: {Guid(random)}",
        random => $"\"api_key_id\": \"{Guid(random)}\"",
        random => $"token_commit = \"{Some(random, Hex, 40)}\"",
        random => $"secret_sha256: {Some(random, Hex, 64)}",
        random => $"\"integrity\": \"sha512-{Some(random, Letters, 86)}==\"",
        random => $"pip: tokenizers==0.20.1 --hash=sha256:{Some(random, Hex, 64)}",
        random => $"![](data:image/png;base64,iVBORw0KGgo{Some(random, Letters, 120)})",
        random => $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{Some(random, Letters, 43)} ada@laptop",
        random => $"-----BEGIN CERTIFICATE-----\n{Some(random, Letters, 64)}\n{Some(random, Letters, 64)}\n-----END CERTIFICATE-----",
        random => $"-----BEGIN PUBLIC KEY-----\n{Some(random, Letters, 64)}\n-----END PUBLIC KEY-----",
        _ => "Keys begin with `-----BEGIN RSA PRIVATE KEY-----` and end with `-----END RSA PRIVATE KEY-----`.",
        _ => "-----BEGIN PRIVATE KEY-----\n<your private key here>\n-----END PRIVATE KEY-----",
        _ => "DATABASE_URL=postgres://user:password@localhost:5432/app",
        _ => "redis://default:${REDIS_PASSWORD}@cache:6379",
        _ => "https://user:pass@example.com/private",
        _ => "mongodb://<username>:<password>@cluster0.mongodb.net",
        _ => "https://github.com/acme/tool.git and git@github.com:acme/tool.git",
        _ => "password = os.environ['DB_PASSWORD']",
        _ => "const apiKey = process.env.OPENAI_API_KEY;",
        _ => "api_key: ${API_KEY}",
        _ => "token: {{ secrets.DEPLOY_TOKEN }}",
        _ => "client_secret=<your-client-secret>",
        _ => "SECRET_KEY = 'changeme-in-production'",
        _ => "password: \"password123\"",
        _ => "aws_secret_access_key = YOUR_AWS_SECRET_ACCESS_KEY_GOES_HERE_NOW_OK",
        random => $"max_tokens: {random.Next(100, 9999)}",
        random => $"token_count={random.Next(1000000)} secret_length={random.Next(99)}",
        _ => "getAccessToken(credentialProvider, secretManagerClient)",
        _ => "secret_name: projects/shop/secrets/payment-gateway-v2",
        _ => "password_reset_url = 'https://login.example.com/reset'",
        _ => "private_key_path: ~/.config/tool/key.pem",
        _ => "auth_token_header_name: X-Api-Token-V2",
        _ => "credential_helper = osxkeychain",
        _ => "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased')",
        random => $"build-{random.Next(1000)}-{Some(random, Hex, 12)}",
        random => $"color: #{Some(random, Hex, 6)}; --token-shadow: 0 1px 2px #{Some(random, Hex, 8)}",
        random => $"trace_id={Some(random, Hex, 32)} span_id={Some(random, Hex, 16)}",
        random => $"etag: \"{Some(random, Hex, 32)}\"",
        random => $"const chunk = require('./chunk.{Some(random, Hex, 20)}.js')",
        random => $"docker pull registry.example.com/app@sha256:{Some(random, Hex, 64)}",
        random => $"ghp_{Some(random, Letters, 20)}",
        random => $"sk-{Some(random, Letters, 12)}",
        random => $"AKIA{Some(random, "ABCDEFGH234567", 8)}",
        _ => "sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        _ => "Tokens look like `ghp_****************************` or `xoxb-…`.",
        _ => string.Concat("AKIA", "IOSFODNN7", "EXAMPLE"),
        random => $"order EAN {random.NextInt64(1000000000000, 9999999999999)}, phone +49 30 {random.Next(1000000, 9999999)}",
        random => $"version = \"{random.Next(9)}.{random.Next(20)}.{random.Next(30)}-beta.{random.Next(9)}+{Some(random, Hex, 7)}\"",
        _ => "curl -u \"$USER:$TOKEN\" https://ci.example.com",
        _ => "Authorization: Bearer <token>",
        _ => "Authorization: Basic dXNlcjpwYXNz",
        _ => "machine api.example.com login $USER password $PASS",
        _ => "passwordPolicy: { minLength: 12, requireDigit: true }",
        _ => "\"token_type\": \"Bearer\", \"expires_in\": 3600",
        random => $"arn:aws:iam::{random.NextInt64(100000000000, 999999999999)}:role/deploy-token-rotator",
        random => $"/assets/secret-garden-{random.Next(100)}x{random.Next(100)}@2x.png",
        random => $"commit {Some(random, Hex, 40)} Rotate the api_key of staging",
    ];

    /// <summary>Look-alikes of every kind, several times with other characters, and a placeholder of every token rule.</summary>
    public static IReadOnlyList<string> All(int seed)
    {
        var random = new Random(seed);
        var lines = Enumerable.Range(0, 5).SelectMany(_ => s_kinds.Select(kind => kind(random))).ToList();
        foreach (var rule in SecretRules.All.Where(rule => rule is { Form: SecretForm.Token, Before: 0 }))
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"token: {rule.Keywords[0]}{new string('x', 24)}"));
        }

        return lines;
    }

    private static string Some(Random random, string alphabet, int length) => SecretSamples.Random(random, alphabet, length);

    private static string Guid(Random random) => $"{Some(random, Hex, 8)}-{Some(random, Hex, 4)}-4{Some(random, Hex, 3)}-a{Some(random, Hex, 3)}-{Some(random, Hex, 12)}";
}

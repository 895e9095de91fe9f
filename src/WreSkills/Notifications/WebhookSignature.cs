using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WreSkills.Notifications;

/// <summary>
/// Signatures of webhooks as in the Standard Webhooks specification: HMAC-SHA-256 over <c>id.timestamp.body</c> with a secret that is
/// written <c>whsec_</c> and base64.
/// </summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 16;

    /// <summary>The key of a secret.</summary>
    /// <returns>Null when it is no secret: not base64, or fewer than 16 bytes.</returns>
    public static byte[]? Key(string secret)
    {
        var text = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length >= LeastBytes ? key[..length] : null;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="key">The secret's key.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="timestamp">The value of <c>webhook-timestamp</c>, Unix seconds.</param>
    /// <param name="body">The bytes of the body.</param>
    public static string Sign(byte[] key, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }
}

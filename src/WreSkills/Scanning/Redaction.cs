using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.Scanning;

/// <summary>
/// Takes secrets out of what is about to be written (policy 2.1: no credential leaks in logs or metrics), and marks their
/// places so that nobody mistakes a mark for evidence. Text without a keyword of any rule costs one pass.
/// </summary>
public static class Redaction
{
    /// <summary>What stands in place of a value; a reason may follow the word, as in <c>[redacted: api key]</c>.</summary>
    public const string Marker = "[redacted]";

    private const int MostOnStack = 1024;
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What finds an execution, a version or a message again must stay what it is.
    private static readonly HashSet<string> s_identifiers =
    [
        "id", "execution_id", "event_id", "run_id", "case_id", "operation", "kind", "skill", "skill_name", "version", "digest", "skill_digest", "sha256", "state", "from_state", "to_state",
        "timestamp", "created_at", "started_at", "source", "label", "approval_ticket", "reason_code",
    ];

    /// <summary>Whether a text stands for a value that was taken out.</summary>
    public static bool IsMarker(ReadOnlySpan<char> text) => text.StartsWith("[redacted", StringComparison.OrdinalIgnoreCase) && text.EndsWith("]", StringComparison.Ordinal) && !text[..^1].Contains(']');

    /// <summary>Whether something was taken out of a text.</summary>
    public static bool HasMarker(ReadOnlySpan<char> text) => text.IndexOf("[redacted", StringComparison.OrdinalIgnoreCase) is >= 0 and var at && text[at..].Contains(']');

    /// <summary>A text without its secrets: each is replaced by <c>[redacted: rule]</c>. Redacting again changes nothing.</summary>
    public static string Text(string text) => Replace(text, SecretDetector.Find(text));

    /// <summary>Takes the secrets out of the texts of a JSON object; names, numbers, ids and the structure stay.</summary>
    /// <returns>The object itself when there is nothing to take out, else a copy.</returns>
    public static JsonObject Json(JsonObject json) => MayHold(json.ToJsonString(s_line)) ? (JsonObject)Redact(json.DeepClone(), null)! : json;

    /// <summary>A JSON text, such as a line of a log or a whole file, without its secrets.</summary>
    public static string JsonText(string json, JsonSerializerOptions format) => MayHold(json) && JsonNode.Parse(json) is { } node ? Redact(node, null)!.ToJsonString(format) : json;

    /// <summary>A JSON text in UTF-8 without its secrets.</summary>
    /// <returns>The bytes themselves when there is nothing to take out.</returns>
    public static ReadOnlySpan<byte> JsonText(ReadOnlySpan<byte> json, JsonSerializerOptions format)
    {
        var rented = json.Length > MostOnStack ? ArrayPool<char>.Shared.Rent(json.Length) : null;
        try
        {
            var characters = rented ?? stackalloc char[MostOnStack];
            characters = characters[..Encoding.UTF8.GetChars(json, characters)];
            return MayHold(characters) ? Encoding.UTF8.GetBytes(Redact(JsonNode.Parse(json)!, null)!.ToJsonString(format)) : json;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    // The whole text has names before values, so that an assignment shows; what is found there decides only whether it is worth
    // while to look at every text by itself. Where something is escaped, the words that secrets go with decide: without the
    // escapes they show, while texts and names run into one another.
    private static bool MayHold(ReadOnlySpan<char> json)
    {
        if (!json.Contains('\\'))
        {
            return SecretDetector.Find(json).Count > 0;
        }

        var rented = ArrayPool<char>.Shared.Rent(json.Length);
        try
        {
            return SecretDetector.MayHold(rented.AsSpan(0, Unescape(json, rented)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    // An escaped quote or line end would hide the word or the secret.
    private static int Unescape(ReadOnlySpan<char> json, Span<char> text)
    {
        var length = 0;
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] != '\\' || at + 1 >= json.Length)
            {
                text[length++] = json[at];
                continue;
            }

            at++;
            if (json[at] == 'u' && at + 4 < json.Length && ushort.TryParse(json.Slice(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                text[length++] = (char)code;
                at += 4;
            }
            else
            {
                text[length++] = json[at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other };
            }
        }

        return length;
    }

    private static JsonNode? Redact(JsonNode? node, string? name)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (member, value) in members.ToList())
                {
                    if (Redact(value, member) is { } changed && !ReferenceEquals(changed, value))
                    {
                        members[member] = changed;
                    }
                }

                return node;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    if (Redact(items[index], name) is { } changed && !ReferenceEquals(changed, items[index]))
                    {
                        items[index] = changed;
                    }
                }

                return node;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && !(name is not null && s_identifiers.Contains(name)):
                var text = value.GetValue<string>();
                var redacted = Member(name, text);
                return ReferenceEquals(redacted, text) ? node : JsonValue.Create(redacted);
            default:
                return node;
        }
    }

    // A value whose name says what it is: {"api_key": "…"}.
    private static string Member(string? name, string text)
    {
        var redacted = Text(text);
        if (name is null || text.Length == 0 || !SecretDetector.MayHold(name))
        {
            return redacted;
        }

        var assigned = $"{name}=\"{redacted}\"";
        var shift = name.Length + 2;
        var matches = SecretDetector.Find(assigned).Where(match => match.Start >= shift && match.End <= shift + redacted.Length).Select(match => match with { Start = match.Start - shift }).ToList();
        return matches.Count == 0 ? redacted : Replace(redacted, matches);
    }

    private static string Replace(string text, IReadOnlyList<SecretMatch> matches)
    {
        if (matches.Count == 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var match in matches)
        {
            result.Append(text, at, match.Start - at).Append("[redacted: ").Append(match.Rule.Name).Append(']');
            at = match.End;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }
}

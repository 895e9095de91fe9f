using System.Text;
using System.Text.Json;

namespace WreSkills.Metrics;

/// <summary>Fields whose texts repeat from line to line.</summary>
internal enum TextField
{
    Version,
    Digest,
    State,
    Source,
    Agent,
    Model,
    Missed,
}

/// <summary>
/// The texts that repeat from line to line (version, digest, state, agent, names of patterns), each kept once while it is among
/// the latest of its field. Not for sharing between threads.
/// </summary>
internal sealed class MetricTexts
{
    private const int Fields = (int)TextField.Missed + 1;
    private const int Kept = 4;
    private readonly (byte[]? Utf8, string Text)[] _texts = new (byte[]?, string)[Fields * Kept];
    private readonly int[] _next = new int[Fields];

    /// <summary>The text of a token or of a piece of JSON, by the bytes it stands in.</summary>
    /// <param name="field">The field; only its own texts are compared.</param>
    /// <param name="utf8">The bytes.</param>
    /// <param name="make">Makes the text when it is a new one.</param>
    public string Get(TextField field, ReadOnlySpan<byte> utf8, Func<ReadOnlySpan<byte>, string> make)
    {
        var first = (int)field * Kept;
        for (var at = first; at < first + Kept; at++)
        {
            if (_texts[at].Utf8 is { } known && utf8.SequenceEqual(known))
            {
                return _texts[at].Text;
            }
        }

        var text = make(utf8);
        ref var next = ref _next[(int)field];
        _texts[first + next] = (utf8.ToArray(), text);
        next = (next + 1) % Kept;
        return text;
    }

    /// <summary>The text of a string token.</summary>
    public string Get(TextField field, ref Utf8JsonReader reader) => reader.ValueIsEscaped ? reader.GetString()! : Get(field, reader.ValueSpan, static utf8 => Encoding.UTF8.GetString(utf8));
}

using System.Text;
using System.Text.Json;
using System.Text.Unicode;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// A line of a fidelity, outcomes or performance file, as it was read; absent values are null. An instance is used again for
/// line after line, because there are millions of them.
/// </summary>
internal sealed class MetricLine
{
    private const double LongestMs = 366.0 * 86_400_000;
    private bool _identified;

    public ExecutionKey Key { get; private set; }

    public string ExecutionId => Key.ToString();

    public DateTimeOffset? Moment { get; private set; }

    public string? Version { get; private set; }

    public string? Digest { get; private set; }

    public string? State { get; private set; }

    public long? StateSerial { get; private set; }

    public string? Source { get; private set; }

    public string? Agent { get; private set; }

    public string? Model { get; private set; }

    public double? Fidelity { get; private set; }

    public int? Followed { get; private set; }

    public int? Missed { get; private set; }

    public string? MissedNames { get; private set; }

    public bool? CriticalMissed { get; private set; }

    public double? Outcome { get; private set; }

    public CaseLabel? Label { get; private set; }

    public bool? FalsePositive { get; private set; }

    public bool? FalseNegative { get; private set; }

    public bool? Critical { get; private set; }

    public bool? CriticalFalseNegative { get; private set; }

    public double? TimeMs { get; private set; }

    public double? MemoryMb { get; private set; }

    public long? Tokens { get; private set; }

    public bool? Exception { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <param name="utf8">The line without its line feed.</param>
    /// <param name="kind">Which file it stands in.</param>
    /// <param name="reason">Why it is malformed.</param>
    public static MetricLine? Read(ReadOnlySpan<byte> utf8, MetricKind kind, out string? reason)
    {
        var line = new MetricLine();
        reason = line.Parse(utf8, kind, new MetricTexts());
        return reason is null ? line : null;
    }

    /// <summary>Reads a line into this instance, whatever it held before.</summary>
    /// <returns>Why the line is malformed, or null.</returns>
    public string? Parse(ReadOnlySpan<byte> utf8, MetricKind kind, MetricTexts texts)
    {
        Clear();
        if (!Utf8.IsValid(utf8))
        {
            return "not valid UTF-8";
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 32 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "not a JSON object";
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty(ref reader, utf8, texts);
            }

            if (reader.Read())
            {
                return "more than one JSON value on the line";
            }
        }
        catch (JsonException error)
        {
            return "not valid JSON: " + error.Message.Split(" LineNumber:")[0];
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            return "a value has the wrong type: " + error.Message;
        }

        Derive(kind);
        return Check(kind);
    }

    private void Clear()
    {
        (Key, _identified) = (default, false);
        Moment = null;
        (Version, Digest, State, StateSerial) = (null, null, null, null);
        (Source, Agent, Model) = (null, null, null);
        (Fidelity, Followed, Missed, MissedNames, CriticalMissed) = (null, null, null, null, null);
        (Outcome, Label, FalsePositive, FalseNegative, Critical, CriticalFalseNegative) = (null, null, null, null, null, null);
        (TimeMs, MemoryMb, Tokens, Exception) = (null, null, null, null);
    }

    private void ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, MetricTexts texts)
    {
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        reader.Read();
        switch (name.Length)
        {
            case 12 when name.SequenceEqual("execution_id"u8): ReadId(ref reader); break;
            case 9 when name.SequenceEqual("timestamp"u8): Moment = ReadMoment(ref reader); break;
            case 7 when name.SequenceEqual("version"u8): Version ??= Text(ref reader, "version", texts, TextField.Version); break;
            case 13 when name.SequenceEqual("skill_version"u8): Version ??= Text(ref reader, "skill_version", texts, TextField.Version); break;
            case 6 when name.SequenceEqual("digest"u8): Digest = Text(ref reader, "digest", texts, TextField.Digest); break;
            case 5 when name.SequenceEqual("state"u8): State ??= Text(ref reader, "state", texts, TextField.State); break;
            case 15 when name.SequenceEqual("promotion_state"u8): State ??= Text(ref reader, "promotion_state", texts, TextField.State); break;
            case 12 when name.SequenceEqual("state_serial"u8): StateSerial = Whole(ref reader, "state_serial"); break;
            case 6 when name.SequenceEqual("source"u8): Source = Text(ref reader, "source", texts, TextField.Source); break;
            case 5 when name.SequenceEqual("agent"u8): Agent = Text(ref reader, "agent", texts, TextField.Agent); break;
            case 5 when name.SequenceEqual("model"u8): Model = Text(ref reader, "model", texts, TextField.Model); break;
            case 16 when name.SequenceEqual("pattern_fidelity"u8): ReadFidelity(ref reader, utf8, texts); break;
            case 17 when name.SequenceEqual("patterns_followed"u8): Followed = Count(ref reader, utf8, "patterns_followed", null, out _) ?? Followed; break;
            case 15 when name.SequenceEqual("patterns_missed"u8):
                Missed = Count(ref reader, utf8, "patterns_missed", texts, out var names) ?? Missed;
                MissedNames = names ?? MissedNames;
                break;
            case 15 when name.SequenceEqual("critical_missed"u8): CriticalMissed = Flag(ref reader, "critical_missed"); break;
            case 15 when name.SequenceEqual("outcome_quality"u8): Outcome = Number(ref reader, "outcome_quality") ?? Outcome; break;
            case 7 when name.SequenceEqual("correct"u8): Outcome ??= Flag(ref reader, "correct") switch { true => 1, false => 0, null => null }; break;
            case 5 when name.SequenceEqual("label"u8): ReadLabel(ref reader); break;
            case 14 when name.SequenceEqual("false_positive"u8): FalsePositive = Flag(ref reader, "false_positive"); break;
            case 14 when name.SequenceEqual("false_negative"u8): FalseNegative = Flag(ref reader, "false_negative"); break;
            case 8 when name.SequenceEqual("critical"u8): Critical = Flag(ref reader, "critical"); break;
            case 23 when name.SequenceEqual("critical_false_negative"u8): CriticalFalseNegative = Flag(ref reader, "critical_false_negative"); break;
            case 17 when name.SequenceEqual("execution_time_ms"u8): TimeMs = Number(ref reader, "execution_time_ms"); break;
            case 15 when name.SequenceEqual("memory_usage_mb"u8): MemoryMb = Number(ref reader, "memory_usage_mb"); break;
            case 6 when name.SequenceEqual("tokens"u8): Tokens ??= Whole(ref reader, "tokens"); break;
            case 11 when name.SequenceEqual("tokens_used"u8) || name.SequenceEqual("token_count"u8): Tokens ??= Whole(ref reader, "tokens"); break;
            case 9 when name.SequenceEqual("exception"u8): Exception = ReadException(ref reader) ?? Exception; break;
            case 18 when name.SequenceEqual("exception_occurred"u8): Exception = ReadException(ref reader) ?? Exception; break;
            default: reader.Skip(); break;
        }
    }

    private void ReadId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && ExecutionKey.TryUuid(reader.ValueSpan, out var key))
        {
            (Key, _identified) = (key, true);
            return;
        }

        if (Text(ref reader, "execution_id", null, default) is { Length: > 0 } id)
        {
            (Key, _identified) = (ExecutionKey.Of(id), true);
        }
    }

    private void ReadLabel(ref Utf8JsonReader reader) =>
        Label = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("negative"u8) ? CaseLabel.Negative
            : reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("positive"u8) ? CaseLabel.Positive
            : BenchmarkCaseReader.Label(Text(ref reader, "label", null, default));

    // A number, or the scorer's object with the number and the patterns inside.
    private void ReadFidelity(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, MetricTexts texts)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Fidelity = Number(ref reader, "pattern_fidelity");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var inner = reader.GetString()!;
            reader.Read();
            switch (inner)
            {
                case "pattern_fidelity" or "score" or "fidelity" or "overall": Fidelity ??= Number(ref reader, inner); break;
                case "patterns_followed":
                    var followed = Count(ref reader, utf8, inner, null, out _);
                    Followed ??= followed;
                    break;
                case "patterns_missed":
                    var count = Count(ref reader, utf8, inner, texts, out var names);
                    Missed ??= count;
                    MissedNames ??= names;
                    break;
                default: reader.Skip(); break;
            }
        }
    }

    private void Derive(MetricKind kind)
    {
        if (kind == MetricKind.Outcomes && Outcome is { } outcome && Label is { } label)
        {
            FalsePositive ??= label == CaseLabel.Negative && outcome < 0.5;
            FalseNegative ??= label == CaseLabel.Positive && outcome < 0.5;
            CriticalFalseNegative ??= FalseNegative == true && Critical == true;
        }

        if (kind == MetricKind.Fidelity && Fidelity is null && Followed is { } followed && Missed is { } missed && followed + missed > 0)
        {
            Fidelity = (double)followed / (followed + missed);
        }
    }

    private string? Check(MetricKind kind)
    {
        if (!_identified)
        {
            return "has no execution_id";
        }

        if (Fidelity is < 0 or > 1 || Outcome is < 0 or > 1)
        {
            return "pattern_fidelity and outcome_quality must lie between 0 and 1";
        }

        if (TimeMs is < 0 || Tokens is < 0 || MemoryMb is < 0)
        {
            return "time, memory and tokens cannot be negative";
        }

        if (TimeMs is > LongestMs)
        {
            return "execution_time_ms is longer than a year";
        }

        return kind == MetricKind.Fidelity && Fidelity is null ? "has no pattern_fidelity" : null;
    }

    private static DateTimeOffset? ReadMoment(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && Timestamp.TryParseIso(reader.ValueSpan, out var usual))
        {
            return usual;
        }

        var ok = reader.TokenType switch
        {
            JsonTokenType.Null => (true, default(DateTimeOffset?)),
            JsonTokenType.Number => (Timestamp.TryFromUnixSeconds(reader.GetDouble(), out var moment), moment),
            JsonTokenType.String => (Timestamp.TryParse(reader.GetString(), out var moment), moment),
            _ => (false, null),
        };
        return ok.Item1 ? ok.Item2 : throw new FormatException("timestamp must be ISO 8601 or Unix seconds");
    }

    private static bool? ReadException(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!.Length > 0,
        JsonTokenType.Number => reader.GetDouble() != 0,
        _ => Flag(ref reader, "exception"),
    };

    private static string? Text(ref Utf8JsonReader reader, string name, MetricTexts? texts, TextField field) => reader.TokenType switch
    {
        JsonTokenType.String => texts is null ? reader.GetString() : texts.Get(field, ref reader),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be a text"),
    };

    private static double? Number(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble() is var value && double.IsFinite(value) ? value : throw new FormatException($"{name} is out of range"),
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be a number"),
    };

    // Beyond 2⁵³ a JSON number is not what was written any more, and sums of such numbers overflow.
    private static long? Whole(ref Utf8JsonReader reader, string name) =>
        Number(ref reader, name) is not { } number ? null : Math.Abs(number) <= 1L << 53 ? (long)number : throw new FormatException($"{name} is out of range");

    private static bool? Flag(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be true or false"),
    };

    // A count, or a list of names; the names are wanted where texts are given.
    private static int? Count(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string name, MetricTexts? texts, out string? names)
    {
        names = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Number(ref reader, name) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;
        }

        var (start, count, named) = ((int)reader.TokenStartIndex, 0, false);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            named |= reader.TokenType == JsonTokenType.String;
            reader.Skip();
            count++;
        }

        names = named && texts is not null ? texts.Get(TextField.Missed, utf8[start..(int)reader.BytesConsumed], Names) : null;
        return count;
    }

    private static string Names(ReadOnlySpan<byte> array)
    {
        var reader = new Utf8JsonReader(array);
        var list = new List<string>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                list.Add(reader.GetString()!.ReplaceLineEndings(" "));
            }

            reader.Skip();
        }

        return string.Join('\n', list);
    }
}

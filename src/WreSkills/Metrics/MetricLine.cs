using System.Text.Json;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>A line of a fidelity, outcomes or performance file, as it was read; absent values are null.</summary>
internal sealed class MetricLine
{
    public string ExecutionId { get; private set; } = "";

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
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 32 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                reason = "not a JSON object";
                return null;
            }

            line.ReadProperties(ref reader);
            if (reader.Read())
            {
                reason = "more than one JSON value on the line";
                return null;
            }
        }
        catch (JsonException error)
        {
            reason = "not valid JSON: " + error.Message.Split(" LineNumber:")[0];
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            reason = "a value has the wrong type: " + error.Message;
            return null;
        }

        line.Derive(kind);
        reason = line.Check(kind);
        return reason is null ? line : null;
    }

    private void ReadProperties(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            ReadProperty(ref reader, name);
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "execution_id": ExecutionId = Text(ref reader, name) ?? ""; break;
            case "timestamp": Moment = ReadMoment(ref reader); break;
            case "version" or "skill_version": Version ??= Text(ref reader, name); break;
            case "digest": Digest = Text(ref reader, name); break;
            case "state" or "promotion_state": State ??= Text(ref reader, name); break;
            case "state_serial": StateSerial = (long?)Number(ref reader, name); break;
            case "source": Source = Text(ref reader, name); break;
            case "agent": Agent = Text(ref reader, name); break;
            case "model": Model = Text(ref reader, name); break;
            case "pattern_fidelity": ReadFidelity(ref reader, name); break;
            case "patterns_followed": Followed = Count(ref reader, name, out _) ?? Followed; break;
            case "patterns_missed":
                Missed = Count(ref reader, name, out var names) ?? Missed;
                MissedNames = names ?? MissedNames;
                break;
            case "critical_missed": CriticalMissed = Flag(ref reader, name); break;
            case "outcome_quality": Outcome = Number(ref reader, name) ?? Outcome; break;
            case "correct": Outcome ??= Flag(ref reader, name) switch { true => 1, false => 0, null => null }; break;
            case "label": Label = BenchmarkCaseReader.Label(Text(ref reader, name)); break;
            case "false_positive": FalsePositive = Flag(ref reader, name); break;
            case "false_negative": FalseNegative = Flag(ref reader, name); break;
            case "critical": Critical = Flag(ref reader, name); break;
            case "critical_false_negative": CriticalFalseNegative = Flag(ref reader, name); break;
            case "execution_time_ms": TimeMs = Number(ref reader, name); break;
            case "memory_usage_mb": MemoryMb = Number(ref reader, name); break;
            case "tokens" or "tokens_used" or "token_count": Tokens ??= (long?)Number(ref reader, name); break;
            case "exception" or "exception_occurred": Exception = ReadException(ref reader) ?? Exception; break;
            default: reader.Skip(); break;
        }
    }

    // A number, or the scorer's object with the number and the patterns inside.
    private void ReadFidelity(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Fidelity = Number(ref reader, name);
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
                    var followed = Count(ref reader, inner, out _);
                    Followed ??= followed;
                    break;
                case "patterns_missed":
                    var count = Count(ref reader, inner, out var names);
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
        if (ExecutionId.Length == 0)
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

        return kind == MetricKind.Fidelity && Fidelity is null ? "has no pattern_fidelity" : null;
    }

    private static DateTimeOffset? ReadMoment(ref Utf8JsonReader reader)
    {
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

    private static string? Text(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be a text"),
    };

    private static double? Number(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble() is var value && double.IsFinite(value) ? value : throw new FormatException($"{name} is out of range"),
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be a number"),
    };

    private static bool? Flag(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{name} must be true or false"),
    };

    // A count, or a list of names.
    private static int? Count(ref Utf8JsonReader reader, string name, out string? names)
    {
        names = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Number(ref reader, name) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;
        }

        var list = new List<string>();
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                list.Add(reader.GetString()!.ReplaceLineEndings(" "));
            }

            reader.Skip();
            count++;
        }

        names = list.Count == 0 ? null : string.Join('\n', list);
        return count;
    }
}

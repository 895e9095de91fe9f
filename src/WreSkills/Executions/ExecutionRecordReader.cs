using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Executions;

/// <summary>Reads an execution record from JSON; everything wrong with it is listed at once.</summary>
public static class ExecutionRecordReader
{
    /// <summary>Longest id in characters.</summary>
    public const int MaxIdLength = 200;

    /// <summary>Reads a record.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="name">Where it comes from, for messages.</param>
    /// <param name="fallbackSkill">The skill when the record names none; null when it must.</param>
    /// <param name="newId">Makes an id when the record has none.</param>
    /// <exception cref="WreException">It is not a record; every finding is listed.</exception>
    public static ExecutionRecord Read(string json, string name, string? fallbackSkill, Func<string> newId)
    {
        JsonObject item;
        try
        {
            item = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 64 }) as JsonObject
                ?? throw new WreException($"{name}: an execution record must be a JSON object.", "see docs/reference/json.md for the fields");
            // JsonObject builds its dictionary late; a repeated key shows only then.
            _ = item.Count;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new WreException($"{name}: not valid JSON: {error.Message}", "one JSON object a line; see docs/reference/json.md", innerException: error);
        }

        var fields = new Fields(item);
        var skill = fields.Text("skill") ?? fields.Text("skill_name") ?? fallbackSkill;
        if (skill is null)
        {
            fields.Problem("skill", "is missing; it is the one required field");
        }
        else if (SkillName.Problem(skill) is { } problem)
        {
            fields.Problem("skill", problem);
        }

        var id = fields.Text("execution_id") ?? newId();
        if (id.Length is 0 or > MaxIdLength || id.Any(char.IsControl))
        {
            fields.Problem("execution_id", $"must have 1 to {MaxIdLength} printable characters");
        }

        item["execution_id"] = id;
        item["skill"] = skill;
        var record = new ExecutionRecord
        {
            ExecutionId = id,
            Skill = skill ?? "",
            Version = fields.Text("version"),
            Digest = fields.Text("digest"),
            State = State(fields),
            StateSerial = (long?)fields.Number("state_serial", 0, long.MaxValue),
            Timestamp = fields.Moment("timestamp"),
            Agent = fields.Text("agent"),
            Model = fields.Text("model"),
            Key = fields.Text("key"),
            Source = fields.Choice("source", "live", "benchmark", "imported", "mcp", "hook"),
            Breadcrumbs = fields.List("breadcrumbs"),
            Decision = fields.Any("decision"),
            ExpectedDecision = fields.Any("expected_decision"),
            Label = Label(fields),
            OutcomeQuality = Quality(fields),
            Critical = fields.Flag("critical"),
            Confidence = fields.Number("confidence", 0, 1),
            ExecutionTimeMs = fields.Number("execution_time_ms", 0, 1e12),
            Exception = Exception(item, fields),
            ExceptionType = fields.Text("exception_type"),
            MemoryUsageMb = fields.Number("memory_usage_mb", 0, 1e9),
            Tokens = (long?)fields.Number("tokens", 0, 1e15),
            PatternFidelity = fields.Number("pattern_fidelity", 0, 1),
            Json = item,
        };
        return fields.Problems.Count == 0
            ? record with { OutcomeQuality = record.OutcomeQuality ?? OutcomeOf(record) }
            : throw new WreException($"{name} is not a valid execution record.", "mend the fields named; the record was not stored", fields.Problems);
    }

    /// <summary>True when two decisions are the same, ignoring case and surrounding space.</summary>
    public static bool SameDecision(string left, string right) => left.Trim().Equals(right.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a decision was the expected one, 0 or 1; null when that cannot be told.</summary>
    public static double? OutcomeOf(ExecutionRecord record) => (record.Decision, record.ExpectedDecision) switch
    {
        ({ } decision, { } expected) => SameDecision(decision, expected) ? 1 : 0,
        // A run that crashed before it decided has missed what it should have decided.
        (null, { }) when record.Exception == true => 0,
        _ => null,
    };

    // Both are read even when one would do, so that a mistake in the other is not passed over.
    private static double? Quality(Fields fields)
    {
        var (quality, correct) = (fields.Number("outcome_quality", 0, 1), fields.Flag("correct"));
        return quality ?? correct switch { true => 1, false => 0, null => null };
    }

    private static string? State(Fields fields) => fields.Choice("state", "prototype", "staged", "production");

    private static CaseLabel? Label(Fields fields) => fields.Choice("label", "positive", "negative") switch
    {
        "positive" => CaseLabel.Positive,
        "negative" => CaseLabel.Negative,
        _ => null,
    };

    // Some reporters write a flag, others the exception's text.
    private static bool? Exception(JsonObject item, Fields fields)
    {
        if (item["exception"] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            return value.GetValue<string>().Length > 0;
        }

        return fields.Flag("exception") ?? (fields.Text("exception_type") is { Length: > 0 } ? true : null);
    }

    private sealed class Fields(JsonObject item)
    {
        private readonly List<string> _problems = [];

        public IReadOnlyList<string> Problems => _problems;

        public void Problem(string name, string message) => _problems.Add($"{name}: {message}");

        public string? Text(string name) => Value(name, "a text", JsonValueKind.String)?.GetValue<string>();

        public string? Any(string name) => item[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            { } other => other.ToJsonString(),
        };

        public bool? Flag(string name) => Value(name, "true or false", JsonValueKind.True, JsonValueKind.False)?.GetValue<bool>();

        public double? Number(string name, double minimum, double maximum)
        {
            if (Value(name, "a number", JsonValueKind.Number) is not { } value)
            {
                return null;
            }

            var number = value.GetValue<double>();
            if (number >= minimum && number <= maximum)
            {
                return number;
            }

            Problem(name, $"is {value.ToJsonString()}; it must lie between {minimum} and {maximum}");
            return null;
        }

        public string? Choice(string name, params ReadOnlySpan<string> choices)
        {
            if (Text(name) is not { } text)
            {
                return null;
            }

            if (choices.Contains(text))
            {
                return text;
            }

            Problem(name, $"is '{text}'; it must be one of {string.Join(", ", choices!)}");
            return null;
        }

        public DateTimeOffset? Moment(string name)
        {
            if (Value(name, "a time (ISO 8601 or Unix seconds)", JsonValueKind.String, JsonValueKind.Number) is not { } value)
            {
                return null;
            }

            var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            if (Timestamp.TryParse(text, out var moment))
            {
                return moment;
            }

            Problem(name, $"is '{text}'; it must be ISO 8601 or Unix seconds");
            return null;
        }

        public IReadOnlyList<JsonElement>? List(string name)
        {
            switch (item[name])
            {
                case null:
                    return null;
                case JsonArray list:
                    using (var document = JsonDocument.Parse(list.ToJsonString()))
                    {
                        return [.. document.RootElement.Clone().EnumerateArray()];
                    }

                default:
                    Problem(name, "must be a list");
                    return null;
            }
        }

        private JsonValue? Value(string name, string what, params ReadOnlySpan<JsonValueKind> kinds)
        {
            switch (item[name])
            {
                case null:
                    return null;
                case JsonValue value when kinds.Contains(value.GetValueKind()):
                    return value;
                default:
                    Problem(name, $"must be {what}");
                    return null;
            }
        }
    }
}

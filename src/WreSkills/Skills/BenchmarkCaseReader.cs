using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Reads <c>evals/evals.json</c>: the Agent Skills format, and trigger sets <c>[{query, should_trigger}]</c>.</summary>
internal static class BenchmarkCaseReader
{
    public const string FileName = "evals/evals.json";
    private const int MostCases = 10_000;
    private const int MostPatterns = 20_000;

    public static IReadOnlyList<BenchmarkCase> Read(byte[] bytes, string skill, SkillSettings settings, FindingList findings)
    {
        if (SkillDocument.Decode(bytes, FileName, findings) is not { } text)
        {
            return [];
        }

        try
        {
            var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
            var lines = JsonLineMap.Read(utf8);
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 64 });
            return new Reading(skill, settings, lines, findings).Cases(document.RootElement);
        }
        catch (JsonException error)
        {
            findings.Error("evals.json", FileName, "not valid JSON: " + error.Message, (int)(error.LineNumber ?? 0) + 1);
            return [];
        }
    }

    /// <summary>Reads one case's structured label: <c>positive</c> or <c>negative</c>.</summary>
    public static CaseLabel? Label(string? text) => text?.ToLowerInvariant() switch
    {
        "positive" => CaseLabel.Positive,
        "negative" => CaseLabel.Negative,
        _ => null,
    };

    private sealed class Reading(string skill, SkillSettings settings, JsonLineMap lines, FindingList findings)
    {
        private readonly List<BenchmarkCase> _cases = [];
        private readonly HashSet<string> _ids = [];
        private int _patterns;

        public IReadOnlyList<BenchmarkCase> Cases(JsonElement root)
        {
            var (list, path) = root.ValueKind switch
            {
                JsonValueKind.Array => (root, ""),
                JsonValueKind.Object when root.TryGetProperty("evals", out var evals) => (evals, "/evals"),
                _ => (default, ""),
            };
            if (list.ValueKind != JsonValueKind.Array)
            {
                findings.Error("evals.shape", FileName, "must be an object with a list 'evals', or a list of cases", 1);
                return [];
            }

            if (root.ValueKind == JsonValueKind.Object && Text(root, "skill_name") is { } name && SkillName.WithoutState(name) != skill)
            {
                findings.Warn("evals.skill-name", FileName, $"skill_name is '{name}', but the skill is '{skill}'", lines.Line("/skill_name"));
            }

            var index = 0;
            foreach (var item in list.EnumerateArray())
            {
                var line = lines.Line($"{path}/{index}");
                if (index++ == MostCases)
                {
                    findings.Error("evals.many", FileName, $"more than {MostCases:N0} cases", line);
                    break;
                }

                Add(item, index, line);
            }

            return _cases;
        }

        private void Add(JsonElement item, int number, int line)
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                findings.Error("evals.case", FileName, "a case must be an object", line);
                return;
            }

            var id = Id(item) ?? $"case-{number}";
            if (!_ids.Add(id))
            {
                findings.Error("evals.id", FileName, $"two cases have the id '{id}'", line);
                return;
            }

            var wre = item.TryGetProperty("wre", out var part) && part.ValueKind == JsonValueKind.Object ? part : default;
            var files = Texts(item, "files");
            foreach (var file in files.Where(file => Path.IsPathRooted(file) || file.Split('/', '\\').Contains("..")))
            {
                findings.Error("evals.escape", FileName, $"case '{id}' names the file '{file}' outside the skill folder", line);
            }

            var expected = Text(wre, "expected_decision") ?? TriggerDecision(item);
            var label = Label(Text(wre, "label")) ?? LabelOf(expected);
            if (Text(wre, "label") is { } labelText && Label(labelText) is null)
            {
                findings.Error("evals.label", FileName, $"case '{id}' has the label '{labelText}'; it must be positive or negative", line);
            }

            IReadOnlyList<string> assertions = [.. Statements(item, "assertions"), .. Statements(item, "expectations")];
            _cases.Add(new BenchmarkCase
            {
                Id = id,
                Prompt = Text(item, "prompt") ?? Text(item, "query") ?? Text(item, "question") ?? "",
                ExpectedOutput = Text(item, "expected_output") ?? Text(item, "expected_behavior") ?? "",
                Assertions = assertions,
                Files = files,
                Input = Element(wre, "input"),
                ExpectedDecision = expected,
                Label = label,
                Critical = Critical(wre, id, line),
                Patterns = Patterns(item, wre, assertions, id, line),
                Tools = CaseToolReader.Read(wre, problem => findings.Error("evals.tools", FileName, $"case '{id}': {problem}", line)),
                Trials = Trials(wre, id, line),
                Split = Text(wre, "split"),
            });
        }

        private CaseLabel? LabelOf(string? expected) =>
            expected is null || settings.NegativeDecisions.Count == 0
                ? null
                : settings.NegativeDecisions.Contains(expected, StringComparer.OrdinalIgnoreCase) ? CaseLabel.Negative : CaseLabel.Positive;

        private IReadOnlyList<ExpectedPattern> Patterns(JsonElement item, JsonElement wre, IReadOnlyList<string> assertions, string id, int line)
        {
            var patterns = new List<ExpectedPattern>();
            var own = new FindingList();
            foreach (var pattern in Element(wre, "patterns") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
            {
                if (_patterns++ >= MostPatterns)
                {
                    findings.Error("pattern.many", FileName, $"case '{id}': more than {MostPatterns:N0} expected patterns in all cases", line);
                    break;
                }

                ExpectedPatternReader.ReadItem(YamlNode.FromJson(pattern, line), FileName, patterns, own);
            }

            // The list form says which skill should be used; statements in words are questions for a judge where the case wants that.
            if (Text(item, "expected_skill") is { Length: > 0 } expectedSkill)
            {
                ExpectedPatternReader.ReadItem(Mapping("step", Mapping("skill", new YamlScalar(expectedSkill, true, line))), FileName, patterns, own);
            }

            foreach (var statement in Element(wre, "judge_assertions")?.ValueKind == JsonValueKind.True ? assertions : [])
            {
                ExpectedPatternReader.ReadItem(Mapping("judge", new YamlScalar($"Is this so: {statement}", true, line)), FileName, patterns, own);
            }

            foreach (var finding in own.All)
            {
                findings.Add(finding with { Message = $"case '{id}': {finding.Message}" });
            }

            return patterns;
        }

        private static YamlMapping Mapping(string key, YamlNode value) => new([KeyValuePair.Create(key, value)], value.Line);

        // A statement is a text, or an object that holds one.
        private static IEnumerable<string> Statements(JsonElement item, string name) => Element(item, name) is not { ValueKind: JsonValueKind.Array } list ? [] :
            list.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()
                : one.ValueKind != JsonValueKind.Object ? null
                : Text(one, "text") ?? Text(one, "assertion") ?? Text(one, "expectation") ?? Text(one, "description")).OfType<string>().Where(text => text.Length > 0);

        // Anything but a plain true or false must not pass for "not critical".
        private bool Critical(JsonElement wre, string id, int line)
        {
            var kind = Element(wre, "critical")?.ValueKind;
            if (kind is not (null or JsonValueKind.True or JsonValueKind.False))
            {
                findings.Error("evals.critical", FileName, $"case '{id}': critical must be true or false", line);
            }

            return kind == JsonValueKind.True;
        }

        private int Trials(JsonElement wre, string id, int line)
        {
            if (Element(wre, "trials") is not { } element)
            {
                return 1;
            }

            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var trials) && trials is >= 1 and <= 1000)
            {
                return trials;
            }

            findings.Error("evals.trials", FileName, $"case '{id}': trials must be a whole number from 1 to 1000", line);
            return 1;
        }

        private static string? TriggerDecision(JsonElement item) => Element(item, "should_trigger")?.ValueKind switch
        {
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };

        private static string? Id(JsonElement item) => Element(item, "id") switch
        {
            { ValueKind: JsonValueKind.String } text when text.GetString()!.Length > 0 => text.GetString(),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

        private static JsonElement? Element(JsonElement parent, string name) =>
            parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Clone() : null;

        private static string? Text(JsonElement parent, string name) => Element(parent, name) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.True } => "true",
            { ValueKind: JsonValueKind.False } => "false",
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

        private static IReadOnlyList<string> Texts(JsonElement parent, string name) => Element(parent, name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
    }
}

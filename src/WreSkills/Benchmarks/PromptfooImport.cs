using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WreSkills.Benchmarks;

/// <summary>Reads promptfoo configurations: every prompt with every test is a case; assertions become patterns of the answer.</summary>
internal static partial class PromptfooImport
{
    private static readonly string[] s_configuration = ["description", "prompts", "tests", "defaultTest", "providers", "$schema"];
    private static readonly string[] s_test = ["description", "vars", "assert", "metadata"];

    public static ImportedCases Read(JsonNode root, string stem)
    {
        var (cases, notMapped) = (new List<JsonObject>(), new List<string>());
        foreach (var (key, _) in root as JsonObject ?? [])
        {
            if (!s_configuration.Contains(key) || key == "providers")
            {
                notMapped.Add($"{key}{(key == "providers" ? ": agents stand in wre.yaml" : "")}");
            }
        }

        var prompts = Prompts(root["prompts"], notMapped);
        var defaults = root["defaultTest"] as JsonObject;
        if (root["tests"] is not JsonArray tests)
        {
            notMapped.Add(root["tests"] is null ? "tests: there are none" : "tests: a reference to another file");
            return new ImportedCases(cases, notMapped);
        }

        var ids = new HashSet<string>();
        foreach (var (item, index) in tests.Select((item, index) => (item, index)))
        {
            var place = $"test {index + 1}";
            if (item is not JsonObject test)
            {
                notMapped.Add($"{place}: a reference to another file");
                continue;
            }

            foreach (var (key, _) in test)
            {
                if (!s_test.Contains(key))
                {
                    notMapped.Add($"{place}: {key}");
                }
            }

            var variables = Merge(defaults?["vars"] as JsonObject, test["vars"] as JsonObject);
            var name = test["description"]?.ToString() is { Length: > 0 } description ? Slug(description) : $"{Slug(stem)}-{index + 1}";
            for (var prompt = 0; prompt < prompts.Count; prompt++)
            {
                var id = prompts.Count > 1 ? $"{name}-{prompt + 1}" : name;
                id = ids.Add(id) ? id : $"{id}-{index + 1}";
                ids.Add(id);
                cases.Add(Case(id, place, prompts[prompt], variables, [.. Assertions(defaults), .. Assertions(test)], notMapped));
            }
        }

        return new ImportedCases(cases, [.. notMapped.Distinct()]);
    }

    private static JsonObject Case(string id, string place, string prompt, JsonObject variables, IReadOnlyList<JsonObject> assertions, List<string> notMapped)
    {
        var used = new HashSet<string>();
        var text = Placeholder().Replace(prompt, match =>
        {
            var name = match.Groups["name"].Value;
            used.Add(name);
            return variables[name]?.ToString() ?? match.Value;
        });
        var wre = new JsonObject();
        var rest = new JsonObject(variables.Where(variable => !used.Contains(variable.Key)).Select(variable => KeyValuePair.Create(variable.Key, variable.Value?.DeepClone())));
        if (rest.Count > 0)
        {
            wre["input"] = rest;
        }

        var patterns = new JsonArray();
        foreach (var assertion in assertions)
        {
            if (assertion["type"]?.ToString() == "equals" && assertion["weight"] is null && wre["expected_decision"] is null)
            {
                wre["expected_decision"] = Fill(assertion["value"], variables);
            }
            else if (Pattern(assertion, variables, out var problem) is { } pattern)
            {
                patterns.Add((JsonNode)pattern);
            }
            else
            {
                notMapped.Add($"{place}: assertion {assertion["type"]}{(problem is null ? "" : $" ({problem})")}");
            }

            foreach (var (key, _) in assertion)
            {
                if (key is not ("type" or "value" or "weight" or "threshold" or "metric"))
                {
                    notMapped.Add($"{place}: {key} of assertion {assertion["type"]}");
                }
            }
        }

        if (patterns.Count > 0)
        {
            wre["patterns"] = patterns;
        }

        var mapped = new JsonObject { ["id"] = id, ["prompt"] = text };
        if (wre.Count > 0)
        {
            mapped["wre"] = wre;
        }

        return mapped;
    }

    private static JsonObject? Pattern(JsonObject assertion, JsonObject variables, out string? problem)
    {
        problem = null;
        var type = assertion["type"]?.ToString() ?? "";
        var negative = type.StartsWith("not-", StringComparison.Ordinal);
        var value = assertion["value"];
        var text = Fill(value, variables);
        JsonObject Fact(string regex) => new() { ["fact"] = new JsonObject { ["name"] = "decision", ["regex"] = regex } };
        JsonNode[] Several(bool ignoreCase) => [.. (value as JsonArray ?? []).Select(one => (JsonNode)Fact((ignoreCase ? "(?i)" : "") + Regex.Escape(Fill(one, variables))))];
        var pattern = (negative ? type[4..] : type) switch
        {
            "equals" => Fact($"^{Regex.Escape(text)}$"),
            "contains" => Fact(Regex.Escape(text)),
            "icontains" => Fact("(?i)" + Regex.Escape(text)),
            "starts-with" => Fact("^" + Regex.Escape(text)),
            "regex" => Fact(text),
            "contains-any" or "icontains-any" when value is JsonArray { Count: > 1 } => new JsonObject { ["any_of"] = new JsonArray(Several(type.Contains("icontains", StringComparison.Ordinal))) },
            "llm-rubric" or "g-eval" or "model-graded-closedqa" => new JsonObject { ["judge"] = $"Is this so: {text}" },
            "latency" when assertion["threshold"] is { } most => new JsonObject { ["budget"] = new JsonObject { ["time_ms"] = most.DeepClone() } },
            _ => null,
        };
        if (pattern is null || (negative && pattern["fact"] is null))
        {
            return null;
        }

        if (pattern["fact"]?["regex"]?.ToString() is { } regex && Skills.PatternRegex.Problem(regex) is { } broken)
        {
            problem = broken;
            return null;
        }

        pattern = negative ? new JsonObject { ["forbid"] = pattern } : pattern;
        if (assertion["weight"] is { } weight && double.TryParse(weight.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            pattern["weight"] = number;
        }

        if (assertion["metric"]?.ToString() is { Length: > 0 } name)
        {
            pattern["name"] = name;
        }

        return pattern;
    }

    private static List<string> Prompts(JsonNode? node, List<string> notMapped)
    {
        var prompts = new List<string>();
        foreach (var item in node as JsonArray ?? (node is null ? [] : [node.DeepClone()]))
        {
            var text = item switch { JsonObject named => (named["raw"] ?? named["prompt"])?.ToString(), null => null, var plain => plain.ToString() };
            if (text is null || text.StartsWith("file://", StringComparison.Ordinal) || text.EndsWith(".txt", StringComparison.Ordinal) || text.EndsWith(".json", StringComparison.Ordinal))
            {
                notMapped.Add($"prompts: {text ?? "one without text"}; prompts in files are not read");
            }
            else
            {
                prompts.Add(text);
            }
        }

        return prompts.Count > 0 ? prompts : ["{{prompt}}"];
    }

    private static IEnumerable<JsonObject> Assertions(JsonObject? test)
    {
        foreach (var assertion in (test?["assert"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (assertion["type"]?.ToString() == "assert-set" && assertion["threshold"] is null)
            {
                foreach (var inner in (assertion["assert"] as JsonArray ?? []).OfType<JsonObject>())
                {
                    yield return inner;
                }
            }
            else if (assertion["type"]?.ToString() is "contains-all" or "icontains-all" && assertion["value"] is JsonArray values)
            {
                foreach (var value in values)
                {
                    yield return new JsonObject { ["type"] = assertion["type"]!.ToString().Replace("-all", "", StringComparison.Ordinal), ["value"] = value?.DeepClone() };
                }
            }
            else
            {
                yield return assertion;
            }
        }
    }

    private static JsonObject Merge(JsonObject? first, JsonObject? second)
    {
        var merged = first?.DeepClone().AsObject() ?? [];
        foreach (var (key, value) in second ?? [])
        {
            merged[key] = value?.DeepClone();
        }

        return merged;
    }

    private static string Fill(JsonNode? value, JsonObject variables) => Placeholder().Replace(value?.ToString() ?? "", match => variables[match.Groups["name"].Value]?.ToString() ?? match.Value);

    private static string Slug(string text)
    {
        var slug = NotPlain().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return slug.Length is 0 ? "case" : slug.Length > 80 ? slug[..80] : slug;
    }

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex NotPlain();
}

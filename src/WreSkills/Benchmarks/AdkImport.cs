using System.Text.Json.Nodes;

namespace WreSkills.Benchmarks;

/// <summary>Reads the EvalSets of the Agent Development Kit: each case is a conversation with the tools that it should use.</summary>
internal static class AdkImport
{
    public static ImportedCases Read(JsonNode root)
    {
        var (cases, notMapped) = (new List<JsonObject>(), new List<string>());
        foreach (var (item, index) in (root["eval_cases"] as JsonArray ?? []).Select((item, index) => (item as JsonObject, index)))
        {
            var id = item?["eval_id"]?.ToString() ?? item?["name"]?.ToString() ?? $"case-{index + 1}";
            if (item?["conversation"] is not JsonArray { Count: > 0 } turns || turns[0] is not JsonObject turn)
            {
                notMapped.Add($"{id}: has no conversation");
                continue;
            }

            if (turns.Count > 1)
            {
                notMapped.Add($"{id}: turns 2 to {turns.Count}; a case asks once");
            }

            cases.Add(Case(id, item, turn, notMapped));
            Other(id, item, ["eval_id", "name", "conversation", "session_input", "creation_timestamp"], notMapped);
        }

        Other("the set", root as JsonObject, ["eval_set_id", "name", "description", "eval_cases", "creation_timestamp"], notMapped);
        return new ImportedCases(cases, notMapped);
    }

    private static JsonObject Case(string id, JsonObject item, JsonObject turn, List<string> notMapped)
    {
        var patterns = new JsonArray();
        var steps = new JsonArray();
        foreach (var use in turn["intermediate_data"]?["tool_uses"] as JsonArray ?? [])
        {
            if (use?["name"]?.ToString() is { Length: > 0 } name)
            {
                var step = new JsonObject { ["tool"] = new JsonObject { ["literal"] = name } };
                if (use["args"] is JsonObject arguments)
                {
                    step["arguments"] = arguments.DeepClone();
                    step["match"] = "exact";
                }

                steps.Add((JsonNode)step);
            }
        }

        // The kit's own measure compares the calls one by one, in order, and with all their arguments.
        if (steps.Count > 0)
        {
            patterns.Add((JsonNode)new JsonObject { ["sequence"] = new JsonObject { ["order"] = "exact", ["steps"] = steps } });
        }

        var wre = new JsonObject();
        if (item["session_input"]?["state"] is JsonObject { Count: > 0 } state)
        {
            wre["input"] = new JsonObject { ["state"] = state.DeepClone() };
        }

        if (patterns.Count > 0)
        {
            wre["patterns"] = patterns;
        }

        var mapped = new JsonObject { ["id"] = id, ["prompt"] = Text(turn["user_content"]), ["expected_output"] = Text(turn["final_response"]) };
        if (wre.Count > 0)
        {
            mapped["wre"] = wre;
        }

        foreach (var part in (turn["user_content"]?["parts"] as JsonArray ?? []).Where(part => part?["text"] is null))
        {
            notMapped.Add($"{id}: a part of the user's message that is no text ({string.Join(", ", (part as JsonObject)?.Select(field => field.Key) ?? [])})");
        }

        if (turn["intermediate_data"]?["intermediate_responses"] is JsonArray { Count: > 0 })
        {
            notMapped.Add($"{id}: intermediate_responses");
        }

        return mapped;
    }

    private static string Text(JsonNode? content) => string.Join('\n', (content?["parts"] as JsonArray ?? []).Select(part => part?["text"]?.ToString()).OfType<string>());

    private static void Other(string place, JsonObject? item, string[] known, List<string> notMapped)
    {
        foreach (var (key, value) in item ?? [])
        {
            if (!known.Contains(key) && value is not null)
            {
                notMapped.Add($"{place}: {key}");
            }
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Benchmarks;

/// <summary>What another tool's file holds for us.</summary>
/// <param name="Cases">Cases in the Agent Skills format, each with an <c>id</c>.</param>
/// <param name="NotMapped">What has no counterpart here, each named with its place.</param>
public sealed record ImportedCases(IReadOnlyList<JsonObject> Cases, IReadOnlyList<string> NotMapped);

/// <summary>What merging cases into a skill's file did.</summary>
/// <param name="Added">Ids that are new.</param>
/// <param name="Unchanged">Ids that were there already, word for word.</param>
/// <param name="Differing">Ids that were there with another content, which stays.</param>
public sealed record MergedCases(IReadOnlyList<string> Added, IReadOnlyList<string> Unchanged, IReadOnlyList<string> Differing);

/// <summary>Takes benchmark cases over from other tools' files into <c>evals/evals.json</c>.</summary>
public static class CaseImport
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads another tool's file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format"><c>promptfoo</c>, <c>adk</c>, or <c>auto</c> to tell by the content.</param>
    /// <exception cref="WreException">The file cannot be read, or is neither.</exception>
    public static ImportedCases Read(string path, string format)
    {
        if (!File.Exists(path))
        {
            throw new WreException($"There is no file {path}.", "check the path");
        }

        var text = Encoding.UTF8.GetString(UntrustedFile.ReadAllBytes(path, MaxBytes) ?? throw new WreException($"{path} is larger than {MaxBytes:N0} bytes.", "split it"));
        var root = Parse(path, text);
        return format switch
        {
            "promptfoo" => PromptfooImport.Read(root, Stem(path)),
            "adk" => AdkImport.Read(root),
            _ when root["eval_cases"] is not null => AdkImport.Read(root),
            _ when root["tests"] is not null || root["prompts"] is not null => PromptfooImport.Read(root, Stem(path)),
            _ => throw new WreException($"{path} is neither a promptfoo configuration (tests, prompts) nor an ADK EvalSet (eval_cases).", "say which with --from promptfoo or --from adk"),
        };
    }

    /// <summary>Adds cases to a file of cases. What is there stays byte for byte unless something is added; then unknown fields and other cases stay.</summary>
    /// <param name="file">The file, made if it is missing.</param>
    /// <param name="skill">Name of the skill, for a new file.</param>
    /// <param name="cases">The cases.</param>
    /// <exception cref="WreException">The file is not one of cases.</exception>
    public static MergedCases Merge(string file, string skill, IReadOnlyList<JsonObject> cases)
    {
        JsonNode root;
        try
        {
            root = File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))! : new JsonObject { ["skill_name"] = skill, ["evals"] = new JsonArray() };
        }
        catch (JsonException error)
        {
            throw new WreException($"{file} is not valid JSON: {error.Message}", "mend it first; nothing was imported", innerException: error);
        }

        if ((root as JsonArray ?? root["evals"] as JsonArray) is not { } list)
        {
            throw new WreException($"{file} has no list of cases.", "it must be an object with a list 'evals', or a list");
        }

        var known = list.OfType<JsonObject>().Where(item => item["id"] is not null).GroupBy(item => item["id"]!.ToString()).ToDictionary(group => group.Key, group => group.First());
        var (added, unchanged, differing) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var item in cases)
        {
            var id = item["id"]!.ToString();
            if (!known.TryGetValue(id, out var there))
            {
                known[id] = item;
                list.Add(item.DeepClone());
                added.Add(id);
            }
            else
            {
                (JsonNode.DeepEquals(there, item) ? unchanged : differing).Add(id);
            }
        }

        if (added.Count > 0)
        {
            DurableFile.Replace(file, root.ToJsonString(s_readable) + "\n");
        }

        return new MergedCases(added, unchanged, differing);
    }

    private static JsonNode Parse(string path, string text)
    {
        // JSON is YAML, but not the other way round, and large JSON is beyond what the YAML reader takes.
        if (text.AsSpan().TrimStart() is ['{', ..] or ['[', ..])
        {
            try
            {
                return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
            }
            catch (JsonException error)
            {
                throw new WreException($"{path} is not valid JSON: {error.Message}", "mend it first; nothing was imported", innerException: error);
            }
        }

        var problems = new List<YamlProblem>();
        var root = YamlReader.Read(text, 1, problems);
        return problems.Count > 0 || root is null
            ? throw new WreException($"{path} is not YAML that can be read.", "mend the lines named; nothing was imported", [.. problems.Select(problem => problem.ToString())])
            : JsonNode.Parse(Skills.StepPatternReader.Json(root).GetRawText())!;
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);
}

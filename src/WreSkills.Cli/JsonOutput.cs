using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.Cli;

/// <summary>Writes the JSON answers: indented, readable text, one object.</summary>
internal static class JsonOutput
{
    /// <summary>Indented, with characters as they are.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>On one line, with characters as they are.</summary>
    public static JsonSerializerOptions Line { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, JsonNode json) => output.WriteLine(json.ToJsonString(Readable));

    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> write) => new([.. items.Select(write)]);

    public static JsonArray Texts(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);
}

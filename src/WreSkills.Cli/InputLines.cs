using System.Text.Json;

namespace WreSkills.Cli;

/// <summary>Reads JSON values from a file or stdin: one a line, or one value (a list counts item by item) spread over several lines.</summary>
internal static class InputLines
{
    public static IReadOnlyList<(string Text, string Name)> Read(string file, TextReader stdin)
    {
        var name = file == "-" ? "stdin" : file;
        if (file != "-" && !File.Exists(file))
        {
            throw new WreException($"There is no file {file}.", "pass a file, or - to read stdin");
        }

        var text = file == "-" ? stdin.ReadToEnd() : File.ReadAllText(file);
        if (WholeDocument(text) is { } values)
        {
            return [.. values.Select((value, index) => (value, values.Count == 1 ? name : $"{name}[{index}]"))];
        }

        return [.. text.ReplaceLineEndings("\n").Split('\n').Select((line, index) => (line, $"{name}:{index + 1}")).Where(line => !string.IsNullOrWhiteSpace(line.line))];
    }

    private static IReadOnlyList<string>? WholeDocument(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(item => item.GetRawText())]
                : [document.RootElement.GetRawText()];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text.Json;

using WreSkills.Scanning;

namespace WreSkills.Review;

/// <summary>An edit as a model proposes it, with its reason.</summary>
/// <param name="Summary">What changes and why, with nothing in it that nobody sees.</param>
/// <param name="Patterns">The weak patterns that it is to mend.</param>
/// <param name="Edits">The edits.</param>
public sealed record ProposedVariation(string Summary, IReadOnlyList<string> Patterns, IReadOnlyList<InstructionEdit> Edits);

/// <summary>Reads what a model answered; what is not as asked for is said, never guessed at; pure.</summary>
public static class VariationAnswer
{
    private const int MostCharacters = 100_000;
    private const int MostEdits = 50;
    private const int MostSummary = 400;

    /// <summary>Reads an answer.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="weak">Names of the weak patterns; others are left out.</param>
    /// <param name="most">Variations that were asked for; those beyond are left out.</param>
    /// <param name="problem">Why it is no answer; null when it is one.</param>
    public static IReadOnlyList<ProposedVariation> Read(string text, IReadOnlyCollection<string> weak, int most, out string? problem)
    {
        if (text.Length > MostCharacters)
        {
            problem = $"the answer has more than {MostCharacters:N0} characters";
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(Unfenced(text), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("variations", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                problem = "the answer has no list `variations`";
                return [];
            }

            problem = null;
            var variations = new List<ProposedVariation>();
            foreach (var item in list.EnumerateArray().Take(most))
            {
                variations.Add(new ProposedVariation(Text(item, "summary"), Names(item, weak), Edits(item)));
            }

            return variations;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problem = error is JsonException ? $"the answer is not JSON ({Beginning(text)})" : $"the answer is not of the form that was asked for: {error.Message}";
            return [];
        }
    }

    private static IReadOnlyList<InstructionEdit> Edits(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("edits", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostEdits)
        {
            throw new InvalidOperationException($"a variation has no list `edits` of at most {MostEdits}");
        }

        return [.. list.EnumerateArray().Select(edit => new InstructionEdit(Required(edit, "file"), Required(edit, "old"), Required(edit, "new")))];
    }

    private static string Required(JsonElement edit, string name) => edit.ValueKind == JsonValueKind.Object && edit.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new InvalidOperationException($"an edit has no text `{name}`");

    private static IReadOnlyList<string> Names(JsonElement item, IReadOnlyCollection<string> weak)
    {
        List<string> named = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("patterns", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).Where(weak.Contains).Distinct()]
            : [];
        return named.Count > 0 ? named : [.. weak];
    }

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? ScanText.Visible(string.Join(' ', value.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), MostSummary)
            : "";

    // Some models put JSON into a code block whatever they are told.
    private static string Unfenced(string text)
    {
        text = text.Trim();
        return text.StartsWith("```", StringComparison.Ordinal) && text.EndsWith("```", StringComparison.Ordinal) && text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var line && line < text.Length - 3
            ? text[(line + 1)..^3]
            : text;
    }

    private static string Beginning(string text) => ScanText.Visible(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), 60);
}

using System.Text;
using System.Text.Json;

namespace WreSkills.Review;

/// <summary>What a model's answer may refer to.</summary>
/// <param name="Ids">Ids that exist, such as <c>P1</c>.</param>
/// <param name="Lines">Lines of SKILL.md.</param>
/// <param name="Steps">Executions that were shown, with the number of their breadcrumbs that were.</param>
/// <param name="NeedsBreadcrumbs">Whether every reading must rest on at least one breadcrumb.</param>
internal sealed record AdvisorBounds(IReadOnlySet<string> Ids, int Lines, IReadOnlyDictionary<string, int> Steps, bool NeedsBreadcrumbs);

/// <summary>Reads a model's answer. The model is not trusted: what refers to something that is not there, is too long or hides characters is dropped and counted.</summary>
internal static class AdvisorAnswerReader
{
    /// <summary>Longest answer in characters.</summary>
    public const int MaxAnswer = 100_000;

    private const int MostReadings = 12;
    private const int MostCitations = 10;
    private const int MaxText = 600;
    private const int MaxDepth = 16;

    /// <summary>Reads an answer.</summary>
    /// <returns>The answer, or why there is none.</returns>
    public static AdvisorAnswer Read(string text, AdvisorBounds bounds, string model, string at)
    {
        AdvisorAnswer Failed(string why) => new() { Status = AdvisorAnswer.Failed, Model = model, At = at, Failure = why };
        if (text.Length > MaxAnswer)
        {
            return Failed($"its answer has {text.Length:N0} characters, {MaxAnswer:N0} are the most");
        }

        // Small models think aloud before they answer, or put a fence around it.
        var (begin, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        try
        {
            if (begin >= 0 && end > begin)
            {
                using var document = JsonDocument.Parse(text.AsMemory(begin, end - begin + 1), new JsonDocumentOptions { MaxDepth = MaxDepth });
                if (document.RootElement.TryGetProperty("readings", out var readings) && readings.ValueKind == JsonValueKind.Array)
                {
                    return Read(document.RootElement, readings, bounds, model, at);
                }
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        return Failed("its answer is not the JSON object that was asked for");
    }

    private static AdvisorAnswer Read(JsonElement root, JsonElement items, AdvisorBounds bounds, string model, string at)
    {
        var (readings, reasons, dropped) = (new List<AdvisorReading>(), new List<string>(), 0);
        foreach (var item in items.EnumerateArray())
        {
            var problem = readings.Count == MostReadings ? $"more than {MostReadings} readings" : null;
            if (problem is null && Read(item, bounds, out problem) is { } reading)
            {
                readings.Add(reading);
                continue;
            }

            dropped++;
            if (!reasons.Contains(problem!))
            {
                reasons.Add(problem!);
            }
        }

        return new AdvisorAnswer
        {
            Status = AdvisorAnswer.Answered,
            Model = model,
            At = at,
            Readings = readings,
            Dropped = dropped,
            DroppedBecause = reasons,
            Fundamental = root.TryGetProperty("fundamental", out var named) && named.ValueKind == JsonValueKind.Array
                ? [.. named.EnumerateArray().Select(Text).OfType<string>().Where(bounds.Ids.Contains).Distinct().Take(MostReadings)]
                : [],
        };
    }

    private static AdvisorReading? Read(JsonElement item, AdvisorBounds bounds, out string? problem)
    {
        problem = null;
        if (item.ValueKind != JsonValueKind.Object)
        {
            problem = "not an object";
            return null;
        }

        var (about, text, suggestion) = (Text(item, "about"), Text(item, "text"), Text(item, "suggestion"));
        var line = item.TryGetProperty("line", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
        problem = about is null || !bounds.Ids.Contains(about) ? "an id that does not exist"
            : line < 1 || line > bounds.Lines ? "a line that SKILL.md does not have"
            : string.IsNullOrWhiteSpace(text) ? "no text"
            : text.Length > MaxText || suggestion?.Length > MaxText ? $"more than {MaxText} characters"
            : text.EnumerateRunes().Any(ReportText.IsForbidden) || suggestion?.EnumerateRunes().Any(ReportText.IsForbidden) == true ? "control or hidden characters"
            : null;
        if (problem is not null)
        {
            return null;
        }

        var citations = Citations(item, bounds, out problem);
        if (problem is null && bounds.NeedsBreadcrumbs && citations.Count == 0)
        {
            problem = "no breadcrumb that it rests on";
        }

        return problem is not null ? null : new AdvisorReading { About = about!, Line = line, Text = text!.Trim(), Suggestion = string.IsNullOrWhiteSpace(suggestion) ? null : suggestion.Trim(), Breadcrumbs = citations };
    }

    private static List<BreadcrumbCitation> Citations(JsonElement item, AdvisorBounds bounds, out string? problem)
    {
        problem = null;
        var citations = new List<BreadcrumbCitation>();
        if (!item.TryGetProperty("breadcrumbs", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return citations;
        }

        foreach (var citation in list.EnumerateArray())
        {
            var execution = citation.ValueKind == JsonValueKind.Object ? Text(citation, "execution_id") : null;
            var step = execution is not null && citation.TryGetProperty("step", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
            if (execution is null || !bounds.Steps.TryGetValue(execution, out var steps))
            {
                problem = "an execution that was not shown";
            }
            else if (step < 1 || step > steps)
            {
                problem = "a step that the execution does not have";
            }
            else if (citations.Count < MostCitations)
            {
                citations.Add(new BreadcrumbCitation(execution, step));
            }
        }

        return citations;
    }

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? Text(value) : null;

    // A lone half of a surrogate pair is no text.
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

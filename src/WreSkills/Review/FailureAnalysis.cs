using System.Text;

namespace WreSkills.Review;

/// <summary>The failure analysis of a rollback (policy 3.2): what the data says, and beside it the hypotheses of a model where one was asked.</summary>
public sealed record FailureAnalysis
{
    /// <summary>Id of the rollback.</summary>
    public required string Operation { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>The version that was rolled back.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of its content.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was written, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Markdown: what happened.</summary>
    public required string Head { get; init; }

    /// <summary>Markdown: what the data says.</summary>
    public required string Body { get; init; }

    /// <summary>Markdown: what comes next.</summary>
    public required string Tail { get; init; }

    /// <summary>Ids of executions whose steps may be shown to a model.</summary>
    public IReadOnlyList<string> Executions { get; init => field = value ?? []; } = [];

    /// <summary>The model's part.</summary>
    public AdvisorAnswer Model { get; init => field = value ?? new(); } = new();

    /// <summary>The whole report as Markdown.</summary>
    internal string Markdown()
    {
        var text = new StringBuilder(Head).Append(ReportText.Prose(Model.Sentence)).Append("\n\n").Append(Body);
        AdvisorSections.Write(text, Model, "Hypotheses");
        return text.Append(Tail).ToString();
    }
}

/// <summary>The model's part of a report as Markdown; every text of it is escaped.</summary>
internal static class AdvisorSections
{
    /// <summary>Writes it; nothing when there are no readings.</summary>
    public static void Write(StringBuilder text, AdvisorAnswer answer, string title)
    {
        if (answer.Readings.Count == 0)
        {
            return;
        }

        text.Append($"## {title} ({ReportText.Prose("source: " + answer.Source)})\n\n");
        foreach (var reading in answer.Readings)
        {
            text.Append($"- {ReportText.Prose(reading.About)}, SKILL.md line {reading.Line}: {ReportText.Prose(reading.Text)}\n");
            if (reading.Suggestion is { } suggestion)
            {
                text.Append($"  - Suggestion: {ReportText.Prose(suggestion)}\n");
            }

            if (reading.Breadcrumbs.Count > 0)
            {
                text.Append($"  - Rests on {string.Join(", ", reading.Breadcrumbs.Select(citation => $"step {citation.Step} of {ReportText.Code(citation.ExecutionId)}"))}\n");
            }
        }

        text.Append('\n');
    }
}

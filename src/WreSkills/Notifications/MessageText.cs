using System.Text;
using System.Text.Json.Nodes;

namespace WreSkills.Notifications;

/// <summary>A message for people: what happened, the figure and its window, and the exact commands to look, approve or undo.</summary>
public static class MessageText
{
    private const int MostSlackText = 2900;
    private static readonly (string Field, string Label)[] s_facts =
        [("reason", "Reason"), ("trigger_metric", "Figure"), ("window", "Window"), ("serves_now", "Serves now"), ("due_at", "Due"), ("open_until", "Open until")];

    private static readonly (string Field, string Label)[] s_commands = [("report", "Read"), ("review", "Review"), ("undo", "Undo"), ("next", "Next")];

    /// <summary>One line that names the skill.</summary>
    public static string Title(OutboxMessage message)
    {
        var text = Text(message, "text") ?? Text(message, "message") ?? message.Kind.Replace('_', ' ');
        return message.Skill.Length == 0 || text.Contains(message.Skill, StringComparison.Ordinal) ? text : $"{message.Skill}: {text}";
    }

    /// <summary>Plain text of a few lines.</summary>
    public static string Plain(OutboxMessage message)
    {
        var text = new StringBuilder(Title(message));
        foreach (var (label, value) in Facts(message).Concat(Commands(message)))
        {
            text.Append('\n').Append(label).Append(": ").Append(value);
        }

        return text.ToString();
    }

    /// <summary>What Slack and those compatible with it take.</summary>
    public static JsonObject Slack(OutboxMessage message)
    {
        var blocks = new JsonArray { (JsonNode)Section($"*{Escape(message.Kind.Replace('_', ' '))}*  {Escape(Title(message))}") };
        var facts = string.Join("\n", Facts(message).Select(fact => $"*{fact.Label}*: {Escape(fact.Value)}"));
        if (facts.Length > 0)
        {
            blocks.Add((JsonNode)Section(facts));
        }

        foreach (var (label, command) in Commands(message))
        {
            blocks.Add((JsonNode)Section($"{label}:\n```{Escape(command).Replace("```", "'''", StringComparison.Ordinal)}```"));
        }

        blocks.Add((JsonNode)new JsonObject { ["type"] = "context", ["elements"] = new JsonArray { (JsonNode)Markdown($"{message.CreatedAt}  {Escape(message.Id)}") } });
        return new JsonObject { ["text"] = Escape(Title(message)), ["blocks"] = blocks };
    }

    private static IEnumerable<(string Label, string Value)> Facts(OutboxMessage message) => Fields(message, s_facts);

    private static IEnumerable<(string Label, string Value)> Commands(OutboxMessage message) => Fields(message, s_commands);

    private static IEnumerable<(string Label, string Value)> Fields(OutboxMessage message, (string Field, string Label)[] fields) =>
        fields.Select(field => (field.Label, Value: Text(message, field.Field))).Where(field => !string.IsNullOrEmpty(field.Value)).Select(field => (field.Label, field.Value!));

    private static JsonObject Section(string text) => new() { ["type"] = "section", ["text"] = Markdown(text.Length > MostSlackText ? text[..MostSlackText] + "…" : text) };

    private static JsonObject Markdown(string text) => new() { ["type"] = "mrkdwn", ["text"] = text };

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string? Text(OutboxMessage message, string field) => message.Body[field] is JsonValue value ? value.ToString() : null;
}

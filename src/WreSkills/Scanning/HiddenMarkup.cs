using System.Text.RegularExpressions;

using static WreSkills.Scanning.ScanSeverity;
using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>Looks for text that the page does not show but the model reads.</summary>
internal static partial class HiddenMarkup
{
    private const int MostPart = 4000;
    private const int MostParts = 2000;

    public static readonly ScanRule Comment = Rule("006", Block, MaliciousSkills, "Instructions in a comment", "A comment is not shown, but the model reads it: there are orders for the agent that no reviewer of the page sees.", "Write what the agent is to do where everybody reads it.");
    public static readonly ScanRule Invisible = Rule("007", Block, MaliciousSkills, "Text made invisible by style", "Nobody sees the text, but the model reads it.", "Show the text or delete it.");
    public static readonly ScanRule Aside = Rule("016", Warn, MaliciousSkills, "Comment that speaks to the agent", "A comment is not shown, but the model reads it.", "Write it where everybody reads it.");
    public static readonly ScanRule FarAway = Rule("017", Warn, MaliciousSkills, "Text far out of sight", "Behind very many blanks or empty lines nobody looks.", "Move the text to where it is seen.");

    public static IReadOnlyList<ScanRule> All { get; } = [Comment, Invisible, Aside, FarAway];

    public static void Run(ScannedFile file, FindingSink sink)
    {
        if (file.Kind == TextKind.Markdown || file.Path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".htm", StringComparison.OrdinalIgnoreCase))
        {
            Parts(file, "<!--", "-->", sink);
            Parts(file, "[//]: # (", ")", sink);
            Parts(file, "[comment]: <> (", ")", sink);
            Styles(file, sink);
        }

        if (file.Kind == TextKind.Markdown)
        {
            Far(file, sink);
        }
    }

    private static void Parts(ScannedFile file, string opening, string closing, FindingSink sink)
    {
        var text = file.Text;
        var at = 0;
        for (var parts = 0; parts < MostParts && (at = text.IndexOf(opening, at, StringComparison.Ordinal)) >= 0; parts++)
        {
            var start = at + opening.Length;
            var rest = text.AsSpan(start, Math.Min(MostPart, text.Length - start));
            var end = rest.IndexOf(closing, StringComparison.Ordinal);
            var part = end < 0 ? rest : rest[..end];
            if (!file.IsFenced(at) && !file.IsInlineCode(at))
            {
                Judge(file, at, part.ToString(), Comment, Aside, sink);
            }

            at = start + part.Length;
        }
    }

    private static void Judge(ScannedFile file, int at, string part, ScanRule strong, ScanRule? weak, FindingSink sink)
    {
        var plain = ProseText.Of(part).Text.Replace('\n', ' ');
        if (Orders().IsMatch(plain) && sink.Wants(strong))
        {
            sink.Add(strong, file, at, ScanText.Visible(part));
        }
        else if (weak is not null && Addresses().IsMatch(plain) && sink.Wants(weak))
        {
            sink.Add(weak, file, at, ScanText.Visible(part));
        }
    }

    private static void Styles(ScannedFile file, FindingSink sink)
    {
        foreach (var match in HidingStyle().EnumerateMatches(file.Text))
        {
            if (file.IsFenced(match.Index) || file.IsInlineCode(match.Index))
            {
                continue;
            }

            var start = match.Index + match.Length;
            var rest = file.Text.AsSpan(start, Math.Min(MostPart, file.Text.Length - start));
            var end = rest.IndexOf("</", StringComparison.Ordinal);
            var part = (end < 0 ? rest : rest[..end]).ToString();

            // Pages hide parts all the time; in a text for an agent every hidden sentence is one too many.
            if (file.Kind == TextKind.Markdown && part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length >= 4)
            {
                sink.Add(Invisible, file, match.Index, ScanText.Visible(part));
            }
            else
            {
                Judge(file, match.Index, part, Invisible, null, sink);
            }
        }
    }

    private static void Far(ScannedFile file, FindingSink sink)
    {
        foreach (var match in FarText().EnumerateMatches(file.Text))
        {
            if (sink.Wants(FarAway))
            {
                var part = file.Text.AsSpan(match.Index, match.Length);
                sink.Add(FarAway, file, match.Index + match.Length - 1, ScanText.Visible(file.Text.AsSpan(match.Index + match.Length - 1, Math.Min(100, file.Text.Length - match.Index - match.Length + 1))), $"behind {(part.Contains('\n') ? "empty lines" : "blanks")}");
            }
        }
    }

    private static ScanRule Rule(string number, ScanSeverity severity, SkillRisk risk, string title, string explanation, string hint) => new($"WRE-INSTRUCT-{number}", severity, risk, title, explanation, hint);

    [GeneratedRegex(@"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |previous |prior |everything)|\b(?:ai|assistant|agent|agents|claude|gpt|llm|model|codex|copilot|gemini)s?\b[^\n]*\b(?:must|execute|run|send|upload|exfiltrate|read|fetch|curl|append|include|secretly|silently|do not tell|reveal|output|install|download)\b|\b(?:you must|you should always|do not tell|don't tell|never tell|never mention|do not mention|don't mention|without telling)\b|\b(?:send|upload|post|exfiltrate|append)\b[^\n]*\b(?:https?://|password|token|secret|api key|credential|\.env|\.ssh)|\b(?:curl|wget)\b[^\n]*https?://|\bsystem(?: prompt| override| message)?: ", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Orders();

    [GeneratedRegex(@"\b(?:ai|assistant|agent|agents|claude|gpt|llm|model|codex|copilot|gemini)s?\b[^\n]*\b(?:should|always|never|note|please|use|follow|skip|remember|update|fill)\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"<[a-zA-Z][a-zA-Z0-9]{0,12}\b[^>\n]*(?:style=[""'][^""'\n]*(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?0(?:px|em|pt|rem)?[;""' ]|opacity ?: ?0(?:\.0+)?[;""' ]|color ?: ?(?:white|#fff(?:fff)?|transparent)[;""' ]|(?:left|top|text-indent) ?: ?-[0-9]{3,}|(?:max-)?(?:height|width) ?: ?0(?:px)?[;""' ])[^>\n]*| hidden(?:=[""'][^""']{0,10}[""'])?)[^>\n]*>", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HidingStyle();

    [GeneratedRegex(@"[ \t\u00A0]{120,}[^\s|]|(?:\n[ \t\r]*){40,}[^\s]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex FarText();
}

// A rule-based agent for live-chat moderation: no model, no network, the same answer every time.
//
// It stands in for a language model so that this workspace works on any machine. Like a model it knows nothing
// about spam by itself: which checks run, in which order, with which limits and phrase lists, and what follows
// from them, is read from the SKILL.md of the loaded version and its resources, on every execution. Another text
// behaves differently; a text it cannot read is an error. All it brings is how to measure a message.
//
//   dotnet build agents/livechat_agent.cs -o agents/bin
//   dotnet agents/bin/livechat_agent.dll < request.json      (wre-agent/1: request on stdin, record on stdout)
#:property TargetFramework=net10.0
#:property PublishAot=false
#:property UseAppHost=false
#:property Nullable=enable
#:property ImplicitUsings=disable
#:property TreatWarningsAsErrors=true
#:property AnalysisLevel=latest-recommended
#:property InvariantGlobalization=true
#:property TieredPGO=false
#:property NoWarn=$(NoWarn);CA1707

// CA1707 dislikes the underscore in the assembly's name, which is the name of this file.

using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

const int MaxRequestBytes = 4 * 1024 * 1024;
try
{
    // One byte more than the limit is enough to know that the request is too long.
    var bytes = new byte[MaxRequestBytes + 1];
    using Stream input = Console.OpenStandardInput();
    int length = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
    if (length > MaxRequestBytes)
    {
        throw new AgentException($"the request is longer than {MaxRequestBytes} bytes");
    }

    using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(0, length));
    JsonElement request = document.RootElement;
    if (request.Text("protocol") != "wre-agent/1")
    {
        throw new AgentException("the request's protocol is not wre-agent/1");
    }

    var skill = new SkillText(request.Text("skill_folder") ?? throw new AgentException("the request names no skill_folder"));
    // The record is complete before its first byte is written: a failure leaves no half of it on stdout.
    var record = new ArrayBufferWriter<byte>();
    using (var writer = new Utf8JsonWriter(record))
    {
        new Moderation(skill, new ChatMessage(request, skill), writer).Run(request.Text("version") ?? "unknown");
    }

    using Stream output = Console.OpenStandardOutput();
    output.Write(record.WrittenSpan);
    return 0;
}
catch (Exception exception)
{
    // A bad request, a bad text, a path that is none, text that is not Unicode (InvalidOperationException); the rest is a bug and needs its stack.
    bool expected = exception is AgentException or JsonException or IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException;
    Console.Error.WriteLine("livechat_agent: " + (expected ? exception.Message : exception.ToString()));
    return 1;
}

/// <summary>Follows the text: read the message, run each check in the order of the text, decide; a breadcrumb for each step.</summary>
internal sealed class Moderation(SkillText skill, ChatMessage message, Utf8JsonWriter writer)
{
    private readonly List<(string Check, string Decision, double Confidence)> hits = [];

    public void Run(string version)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("breadcrumbs");
        Breadcrumb("skill_loaded", new() { ["agent_kind"] = "rule-based, no model", ["skill_version"] = version, ["checks_in_text"] = (double)skill.Checks.Count });
        if (skill.Find("Read the message") is { } read)
        {
            Breadcrumb("message_read", read.Recorded(message.Facts));
        }

        foreach (Section check in skill.Checks)
        {
            Check(check, check.Title["Check:".Length..].Trim());
        }

        Section decide = skill.Find("Decide") ?? throw new AgentException("SKILL.md has no section 'Decide', so there is no decision to reach");
        (string decision, double confidence, string reason) = Decide(decide);
        Breadcrumb("decide", decide.Recorded(new() { ["decision_recorded"] = decision, ["confidence"] = confidence, ["decision_reason"] = reason }));
        writer.WriteEndArray();
        writer.WriteString("decision", decision);
        writer.WriteNumber("confidence", confidence);
        writer.WriteEndObject();
    }

    private void Check(Section check, string name)
    {
        var facts = new Dictionary<string, object>(message.Facts);
        if (check.One("Applies to") is { } scope && scope.Text != "every message" && !scope.InScope(facts))
        {
            // Said openly, so that the log explains why an expected pattern is missing.
            Breadcrumb(name + "_check", new() { [name + "_check_executed"] = false, ["skipped"] = "applies to " + scope.Text });
            return;
        }

        if (check.One("Phrases") is { } phrases)
        {
            List<string> found = skill.Entries(phrases).FindAll(message.Contains);
            facts["phrases_found"] = (double)found.Count;
            facts["phrase_found"] = found.Count > 0 ? found[0] : "none";
        }

        if (check.One("Allowed domains") is { } allowed && check.One("Shorteners") is { } shorteners)
        {
            Link.Count(message.Links, skill.Entries(allowed), skill.Entries(shorteners), facts);
        }

        // Every line is read, also when it is not needed now: a broken one must not hide behind a lucky message.
        (string decision, double confidence) = (check.Required("Decision").Text, check.Required("Confidence").Number());
        bool hit = check.Required("Limit").Holds(facts);
        foreach (Rule limit in check.All("Limit"))
        {
            hit |= limit.Holds(facts);
        }

        Dictionary<string, object> recorded = check.Recorded(facts);
        recorded[name + "_check_executed"] = true;
        recorded[name + "_rule_hit"] = hit;
        Breadcrumb(name + "_check", recorded);
        if (hit)
        {
            hits.Add((name, decision, confidence));
        }
    }

    /// <summary>The first decision of the stated order that any check asked for, else the stated default.</summary>
    private (string Decision, double Confidence, string Reason) Decide(Section decide)
    {
        foreach (string decision in decide.Required("Order").Text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (hits.FindAll(hit => hit.Decision == decision) is { Count: > 0 } asked)
            {
                asked.Sort((a, b) => b.Confidence.CompareTo(a.Confidence));
                return (decision, asked[0].Confidence, string.Join(", ", asked.ConvertAll(hit => hit.Check)));
            }
        }

        return hits.Count == 0 ? (decide.Required("Otherwise").Text, decide.Required("Confidence").Number(), "no check hit")
            : throw decide.Required("Order").Error($"does not contain '{hits[0].Decision}', which a check asks for");
    }

    private void Breadcrumb(string step, Dictionary<string, object> facts)
    {
        writer.WriteStartObject();
        writer.WriteString("step", step);
        foreach ((string name, object value) in facts)
        {
            switch (value)
            {
                case bool flag: writer.WriteBoolean(name, flag); break;
                case double number: writer.WriteNumber(name, Math.Round(number, 3)); break;
                default: writer.WriteString(name, (string)value); break;
            }
        }

        writer.WriteEndObject();
    }
}

/// <summary>The message as numbers and words. The names in <see cref="Facts"/> are those that SKILL.md may use.</summary>
internal sealed class ChatMessage
{
    private readonly Dictionary<string, string> lookalikes = [];
    private readonly List<string> missing = [];
    private readonly List<string> words;

    public ChatMessage(JsonElement request, SkillText skill)
    {
        JsonElement input = request.TryGetProperty("input", out JsonElement value) ? value : default;
        string text = input.Text("message") ?? throw new AgentException("the request has no input.message");
        Section? read = skill.Find("Read the message");
        foreach (string pair in read?.One("Lookalikes") is { } list ? skill.Entries(list) : [])
        {
            string[] parts = pair.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            lookalikes[parts[0]] = parts.Length == 2 ? parts[1] : throw new AgentException($"lookalikes: '{pair}' is not a pair of letters");
        }

        words = Words(text);
        Links = Link.Find(text, read?.One("Domain endings") is { } endings ? skill.Entries(endings) : []);
        Facts["message_has_link"] = Links.Count > 0;
        Facts["message_words"] = (double)words.Count;
        MeasureCharacters(text.Trim());
        MeasureWords();

        JsonElement rate = Context(input, "author_messages_last_minute", JsonValueKind.Number, JsonValueKind.Number);
        Facts["author_messages_last_minute"] = rate.ValueKind == JsonValueKind.Number ? Math.Clamp(rate.GetDouble(), 0, 1e9) : 0.0;
        Facts["author_is_member"] = Context(input, "author_is_member", JsonValueKind.True, JsonValueKind.False).ValueKind == JsonValueKind.True;
        Facts["times_sent_before"] = TimesSentBefore(Context(input, "previous_messages", JsonValueKind.Array, JsonValueKind.Array));
        Facts["context_missing"] = missing.Count == 0 ? "none" : string.Join(", ", missing);
    }

    public Dictionary<string, object> Facts { get; } = [];

    public List<Link> Links { get; }

    /// <summary>Whether the words of the phrase stand in the message one after another; "*" is any one word.</summary>
    public bool Contains(string phrase)
    {
        var wanted = new List<string>();
        foreach (string part in phrase.Split(' '))
        {
            wanted.AddRange(part == "*" ? ["*"] : Words(part));
        }

        for (int start = 0; wanted.Count > 0 && start + wanted.Count <= words.Count; start++)
        {
            int same = 0;
            while (same < wanted.Count && (wanted[same] == "*" || wanted[same] == words[start + same]))
            {
                same++;
            }

            if (same == wanted.Count)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lower-case words without accents, apostrophes and invisible characters, lookalikes replaced: for comparing only.</summary>
    private List<string> Words(string text)
    {
        var found = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in (text + " ").EnumerateRunes())
        {
            string plain = Plain(rune);
            string letter = lookalikes.GetValueOrDefault(plain, plain);
            if (Rune.IsLetterOrDigit(Rune.GetRuneAt(letter, 0)))
            {
                word.Append(letter);
            }
            else if (word.Length > 0 && !Invisible(rune) && letter is not ("'" or "’"))
            {
                found.Add(word.ToString());
                word.Clear();
            }
        }

        return found;
    }

    /// <summary>Lower case; full-width and mathematical letters, which chats use as fancy fonts, as the plain letter they show.</summary>
    private static string Plain(Rune rune) => rune.Value switch
    {
        >= 0xFF01 and <= 0xFF5E => char.ToLowerInvariant((char)(rune.Value - 0xFEE0)).ToString(),
        >= 0x1D400 and <= 0x1D6A3 => ((char)('a' + ((rune.Value - 0x1D400) % 26))).ToString(),
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    private static bool Invisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    /// <summary>An input besides the message; one that is absent or of another kind is noted, not guessed.</summary>
    private JsonElement Context(JsonElement input, string name, JsonValueKind kind, JsonValueKind or)
    {
        if (input.TryGetProperty(name, out JsonElement given) && (given.ValueKind == kind || given.ValueKind == or))
        {
            return given;
        }

        missing.Add(name);
        return default;
    }

    private double TimesSentBefore(JsonElement previousMessages)
    {
        double times = 0;
        string text = string.Join(' ', words);
        if (previousMessages.ValueKind == JsonValueKind.Array && text.Length > 0)
        {
            foreach (JsonElement earlier in previousMessages.EnumerateArray())
            {
                times += earlier.ValueKind == JsonValueKind.String && string.Join(' ', Words(earlier.GetString()!)) == text ? 1 : 0;
            }
        }

        return times;
    }

    private void MeasureCharacters(string text)
    {
        double characters = 0, upper = 0, lower = 0, run = 0, longestRun = 0;
        Rune last = default;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!Invisible(rune))
            {
                characters++;
                upper += Rune.IsUpper(rune) ? 1 : 0;
                lower += Rune.IsLower(rune) ? 1 : 0;
                run = rune == last ? run + 1 : 1;
                longestRun = Math.Max(longestRun, run);
                last = rune;
            }
        }

        Facts["message_characters"] = characters;
        Facts["letters"] = upper + lower;
        Facts["caps_ratio"] = upper / Math.Max(upper + lower, 1);
        Facts["longest_character_run"] = longestRun;
    }

    private void MeasureWords()
    {
        var counts = new Dictionary<string, int>();
        double most = 0;
        foreach (string word in words)
        {
            most = Math.Max(most, counts[word] = counts.GetValueOrDefault(word) + 1);
        }

        Facts["most_frequent_word_count"] = most;
        Facts["most_frequent_word_share"] = most / Math.Max(words.Count, 1);
    }
}

/// <summary>A link as people write them in a chat: with a scheme, bare ("example.com/x") or disguised ("example dot com").</summary>
internal sealed record Link(string Host, bool Disguised)
{
    public static List<Link> Find(string text, List<string> endings)
    {
        var links = new List<Link>();
        foreach (string dot in (string[])["(dot)", "[dot]", "{dot}", "(.)", "[.]", "{.}"])
        {
            text = text.Replace(dot, " dot ", StringComparison.OrdinalIgnoreCase);
        }

        string[] tokens = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < tokens.Length; i++)
        {
            string token = tokens[i].Trim('(', ')', '[', ']', '<', '>', '"', '\'', ',', '.', '!', '?', ';', ':', '*').ToLowerInvariant();
            int scheme = token.IndexOf("://", StringComparison.Ordinal);
            string address = scheme < 0 ? token : token[(scheme + 3)..];
            int slash = address.IndexOfAny(['/', '?', '#', '\\']);
            string host = slash < 0 ? address : address[..slash];
            // "https://known.example@other.example" leads to the part after the "@"; a port is not part of the name.
            host = host[(host.LastIndexOf('@') + 1)..].Split(':')[0];
            string ending = host[(host.LastIndexOf('.') + 1)..];
            bool named = ending.Length is > 1 && ending.Length < host.Length - 1 && !char.IsDigit(ending[0]) && !host.Contains("..", StringComparison.Ordinal);
            if (scheme > 0 || (named && (slash > 0 || host.StartsWith("www.", StringComparison.Ordinal) || endings.Contains(ending))))
            {
                links.Add(new Link(host, scheme > 0 && token[..scheme] is not ("http" or "https")));
            }
            else if (i >= 2 && endings.Contains(ending) && tokens[i - 1].ToLowerInvariant() is "dot" or "." && char.IsLetterOrDigit(tokens[i - 2][^1]))
            {
                links.Add(new Link(tokens[i - 2].ToLowerInvariant() + "." + ending, Disguised: true));
            }
        }

        return links;
    }

    public static void Count(List<Link> links, List<string> allowed, List<string> shorteners, Dictionary<string, object> facts)
    {
        double disguised = 0, shortened = 0, known = 0;
        foreach (Link link in links)
        {
            bool Under(string domain) => link.Host == domain || link.Host.EndsWith("." + domain, StringComparison.Ordinal);
            disguised += link.Disguised ? 1 : 0;
            shortened += !link.Disguised && shorteners.Exists(Under) ? 1 : 0;
            known += !link.Disguised && allowed.Exists(Under) ? 1 : 0;
        }

        facts["links"] = (double)links.Count;
        facts["disguised_links"] = disguised;
        facts["shortened_links"] = shortened;
        facts["allowed_links"] = known;
        facts["unknown_links"] = links.Count - disguised - shortened - known;
    }
}

/// <summary>The body of a SKILL.md as sections with rules: bullet lines "- Key: text". The rest is prose for models.</summary>
internal sealed class SkillText
{
    private readonly string folder;
    private readonly List<Section> sections = [];

    public SkillText(string skillFolder)
    {
        folder = Path.GetFullPath(skillFolder);
        string[] lines = File.ReadAllLines(Path.Combine(folder, "SKILL.md"));
        // The front matter is for the registry, not for the agent.
        int body = lines is ["---", ..] ? Array.IndexOf(lines, "---", 1) + 1 : 0;
        for (int i = body; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf(':');
            if (lines[i].StartsWith('#'))
            {
                sections.Add(new Section(lines[i].TrimStart('#').Trim()));
            }
            else if (sections.Count > 0 && colon > 2 && lines[i].StartsWith("- ", StringComparison.Ordinal))
            {
                sections[^1].Rules.Add(new Rule(lines[i][2..colon], lines[i][(colon + 1)..].Replace("`", "", StringComparison.Ordinal).Trim(), i + 1));
            }
        }
    }

    public List<Section> Checks => sections.FindAll(section => section.Title.StartsWith("Check:", StringComparison.Ordinal));

    public Section? Find(string title) => sections.Find(section => section.Title == title);

    /// <summary>The entries of the resource that a rule names: one on a line, without empty lines and "# comments".</summary>
    public List<string> Entries(Rule rule)
    {
        string path = Path.GetFullPath(rule.Text, folder);
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw rule.Error("is outside the skill folder");
        }

        return new List<string>(File.ReadAllLines(path)).FindAll(line => line.Length > 0 && line[0] != '#');
    }
}

/// <summary>A heading of the text with the rules below it.</summary>
internal sealed record Section(string Title)
{
    public List<Rule> Rules { get; } = [];

    public List<Rule> All(string key) => Rules.FindAll(rule => rule.Key == key);

    public Rule? One(string key) => Rules.Find(rule => rule.Key == key);

    public Rule Required(string key) => One(key) ?? throw new AgentException($"SKILL.md: section '{Title}' has no line '- {key}: …'");

    /// <summary>The facts that the section's "Record" lines ask for.</summary>
    public Dictionary<string, object> Recorded(Dictionary<string, object> facts)
    {
        var recorded = new Dictionary<string, object>();
        foreach (Rule rule in All("Record"))
        {
            foreach (string name in rule.Text.Split(',', StringSplitOptions.TrimEntries))
            {
                recorded[name] = rule.Fact(name, facts);
            }
        }

        return recorded;
    }
}

/// <summary>A line of the text. What it cannot make sense of is an error with the line's number, never a silent no.</summary>
internal sealed record Rule(string Key, string Text, int Line)
{
    /// <summary>"caps_ratio > 0.70 and author_is_member = false": comparisons joined by "and".</summary>
    public bool Holds(Dictionary<string, object> facts)
    {
        bool holds = true;
        foreach (string comparison in Text.Split(" and "))
        {
            string[] parts = comparison.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts is not [var name, var sign, var limit])
            {
                throw Error($"'{comparison}' is not of the form 'fact > number' or 'fact = value'");
            }

            holds &= (Fact(name, facts), sign) switch
            {
                (double number, ">") => number > Number(limit),
                (double number, ">=") => number >= Number(limit),
                (double number, "<") => number < Number(limit),
                (double number, "<=") => number <= Number(limit),
                (double number, "=") => number == Number(limit),
                (bool flag, "=") => limit == (flag ? "true" : "false"),
                (string text, "=") => limit == text,
                _ => throw Error($"'{sign}' cannot compare '{name}'"),
            };
        }

        return holds;
    }

    /// <summary>A condition, or the plain words "messages longer than 40 characters".</summary>
    public bool InScope(Dictionary<string, object> facts) => Text.Split(' ') is ["messages", "longer", "than", var limit, "characters"]
        ? (double)facts["message_characters"] > Number(limit)
        : Holds(facts);

    public object Fact(string name, Dictionary<string, object> facts) =>
        facts.TryGetValue(name, out object? value) ? value : throw Error($"there is no fact '{name}' here");

    public double Number() => Number(Text);

    public AgentException Error(string problem) => new($"SKILL.md line {Line}: '{Key}: {Text}': {problem}");

    private double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : throw Error($"'{text}' is not a number");
}

/// <summary>The request or the text of the skill cannot be used; the message says why.</summary>
internal sealed class AgentException(string message) : Exception(message);

internal static class JsonText
{
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

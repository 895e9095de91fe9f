using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre load</c>: what an agent gets to read.</summary>
internal static class LoadCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_agent = new("--agent") { Description = "The agent that will read it: parts for other agents are left out. Default: all parts.", HelpName = "NAME" };
    private static readonly Option<string?> s_key = new("--key") { Description = "What identifies the request, such as a stream, user or session; the same key always gets the same arm. Default: a fresh one.", HelpName = "KEY" };
    private static readonly Option<string?> s_state = new("--state") { Description = "The version of this state whatever the traffic split says.", HelpName = "STATE" };
    private static readonly Option<string[]> s_labels = new("--label") { Description = "A label of the request, such as low-risk; may be given again.", HelpName = "LABEL" };
    private static readonly Option<string?> s_level = new("--level") { Description = "How much: metadata (name, description, files), body (the instructions below the front matter) or document (the whole SKILL.md, the default).", HelpName = "LEVEL" };
    private static readonly Option<string?> s_file = new("--file") { Description = "Instead: the bytes of this file of the version that serves.", HelpName = "PATH" };
    private static readonly Option<string[]> s_context = new("--context") { Description = "Required context that the request brings, NAME=VALUE; may be given again.", HelpName = "NAME=VALUE" };
    private static readonly Option<bool> s_raw = new("--no-inject") { Description = "Leave away what the skill depends on, whatever state that is in." };

    public static Command Create()
    {
        s_state.AcceptOnlyFromAmong("prototype", "staged", "production");
        s_level.AcceptOnlyFromAmong("metadata", "body", "document");
        return Invocation.With(
            new Command("load", "Load the version that serves a key: version, digest, arm and text. Exit 1 when no version serves it, or when something that it depends on is missing or unhealthy.")
            {
                s_skill, s_agent, s_key, s_labels, s_state, s_level, s_file, s_context, s_raw, GlobalOptions.Format,
            },
            RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var request = Request(invocation.Parsed);
        if (invocation.Parsed.GetValue(s_file) is { } path)
        {
            return invocation.Workspace.Reader.ReadFile(request, path) is { } content ? Write(invocation, content) : Nothing(invocation, request);
        }

        if (await invocation.Workspace.Reader.ReadAsync(request, cancellationToken) is not { } loaded)
        {
            return Nothing(invocation, request);
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, View(loaded));
        }
        else if (loaded.IsRefused)
        {
            invocation.Error.WriteLine($"{Title(loaded)} is not handed out, because of what it depends on:");
            foreach (var refusal in loaded.Refused)
            {
                invocation.Error.WriteLine($"  - {refusal.Kind.Replace('_', ' ')} {Terminal.Safe(refusal.Name)}: {Terminal.Safe(refusal.Reason)}");
                invocation.Error.WriteLine($"    hint: {Terminal.Safe(refusal.Hint)}");
            }
        }
        else
        {
            WriteText(invocation, loaded);
        }

        return loaded.IsRefused ? 1 : 0;
    }

    private static LoadRequest Request(ParseResult parsed) => new()
    {
        Skill = parsed.GetValue(s_skill)!,
        Key = parsed.GetValue(s_key) ?? Guid.NewGuid().ToString(),
        Labels = parsed.GetValue(s_labels) ?? [],
        State = parsed.GetValue(s_state) is { } state ? GlobalOptions.ParseState(state) : null,
        Agent = parsed.GetValue(s_agent),
        Level = parsed.GetValue(s_level) switch { "metadata" => DisclosureLevel.Metadata, "body" => DisclosureLevel.Body, _ => DisclosureLevel.Document },
        Inject = !parsed.GetValue(s_raw),
        Context = Context(parsed.GetValue(s_context) ?? []),
    };

    private static Dictionary<string, string> Context(string[] given)
    {
        var context = new Dictionary<string, string>();
        foreach (var one in given)
        {
            if (one.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var sign))
            {
                throw new WreException($"--context takes NAME=VALUE, not '{one}'.", "such as --context channel=main");
            }

            context[one[..sign]] = one[(sign + 1)..];
        }

        return context;
    }

    private static int Nothing(Invocation invocation, LoadRequest request)
    {
        if (invocation.Json)
        {
            var names = (ReadOnlySpan<string>)["version", "digest", "state", "state_serial", "arm", "agent", "level", "folder", "description", "text", "sections_dropped"];
            var json = new JsonObject { ["skill"] = request.Skill, ["key"] = request.Key };
            foreach (var name in names)
            {
                json[name] = null;
            }

            json["files"] = new JsonArray();
            json["refused"] = new JsonArray();
            JsonOutput.Write(invocation.Output, json);
            return 1;
        }

        invocation.Error.WriteLine($"no version of {request.Skill} serves this key; work without the skill");
        return 1;
    }

    private static void WriteText(Invocation invocation, SkillText loaded)
    {
        // The text is the data; where it comes from is said beside it.
        invocation.Error.WriteLine($"{Title(loaded)} {loaded.Digest}");
        if (loaded.Text is { } text)
        {
            invocation.Output.Write(text);
            return;
        }

        invocation.Output.WriteLine($"{loaded.Skill}: {Terminal.Safe(loaded.Description)}");
        foreach (var file in loaded.Files)
        {
            invocation.Output.WriteLine($"{file.Sha256}  {file.Length,10}  {Terminal.Safe(file.Path)}");
        }
    }

    private static int Write(Invocation invocation, ServedContent content)
    {
        if (invocation.Json)
        {
            var json = Head(content.Source);
            var text = Text(content.Bytes.Span);
            json["file"] = File(content.File);
            json["text"] = text;
            json["base64"] = text is null ? Convert.ToBase64String(content.Bytes.Span) : null;
            JsonOutput.Write(invocation.Output, json);
            return 0;
        }

        invocation.Error.WriteLine($"{Title(content.Source)} {content.Source.Digest} {Terminal.Safe(content.File.Path)}");
        invocation.Output.Flush();
        using var output = Console.OpenStandardOutput();
        output.Write(content.Bytes.Span);
        return 0;
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Title(SkillText loaded) => $"{loaded.Skill} {loaded.Version ?? "draft"} ({loaded.State.Text()}, {loaded.Arm})";

    private static JsonObject Head(SkillText loaded) => new()
    {
        ["skill"] = loaded.Skill,
        ["key"] = loaded.Key,
        ["version"] = loaded.Version,
        ["digest"] = loaded.Digest,
        ["state"] = loaded.State.Text(),
        ["state_serial"] = loaded.StateSerial,
        ["arm"] = loaded.Arm,
    };

    private static JsonObject View(SkillText loaded)
    {
        var json = Head(loaded);
        json["agent"] = loaded.Agent;
        json["level"] = loaded.Level.ToString().ToLowerInvariant();
        json["folder"] = loaded.Folder;
        json["description"] = loaded.Description;
        json["text"] = loaded.Text;
        json["sections_dropped"] = loaded.SectionsDropped;
        json["files"] = JsonOutput.List(loaded.Files, File);
        json["refused"] = JsonOutput.List(loaded.Refused, refusal => new JsonObject { ["kind"] = refusal.Kind, ["name"] = refusal.Name, ["reason"] = refusal.Reason, ["hint"] = refusal.Hint });
        return json;
    }

    private static JsonObject File(ServedFile file) => new() { ["path"] = file.Path, ["size"] = file.Length, ["sha256"] = file.Sha256 };
}

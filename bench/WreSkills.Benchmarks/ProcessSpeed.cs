using System.Text.Json.Nodes;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// Whole processes of an executable, from start to exit: <c>--version</c>, <c>load</c>, the hook of Claude Code, one durable <c>record</c>, an
/// <c>ingest</c> that finds nothing new; node and <c>/bin/true</c> beside them for the speed of the machine. Arguments: the native <c>wre</c>, and a
/// workspace with a draft of the skill <c>youtube_spam_detection</c> that is registered (a copy of <c>examples/livechat</c> after one benchmark).
/// </summary>
internal static class ProcessSpeed
{
    private const int Runs = 60;
    private const string Skill = "youtube_spam_detection";

    public static int Run(string[] arguments)
    {
        if (arguments is not [var executable, var workspace, .. var rest])
        {
            Console.Error.WriteLine("usage: … processes PATH-OF-WRE WORKSPACE [METRICS DATABASE]");
            return 2;
        }

        var record = Path.Combine(workspace, "record.json");
        File.WriteAllText(record, """{"skill":"youtube_spam_detection","breadcrumbs":["caps_check_executed=true","repetition_check_executed=true"],"decision":"allow","execution_time_ms":31}""");
        var timer = new ProcessTimer(workspace, Runs, warmups: 5);
        timer.Measure("/bin/true", "/bin/true", []);
        if (File.Exists("/usr/bin/node"))
        {
            timer.Measure("node -e 0", "/usr/bin/node", ["-e", "0"]);
        }

        timer.Measure("wre --version", executable, ["--version"]);
        string[] load = ["load", "--skill", Skill, "--state", "prototype", "--output", "json"];
        timer.Measure("wre load", executable, load);
        string[] hook = ["hook", "claude"];
        timer.Measure("wre hook claude, another tool", executable, hook, _ => Event(workspace, 0, "PostToolUse"));
        timer.Measure("wre hook claude, recorded already", executable, hook, _ => Event(workspace, 0, "Stop"));
        timer.Measure("wre hook claude, a durable record", executable, hook, run => Event(workspace, run + 1, "Stop"));
        timer.Measure("wre record", executable, ["record", record]);
        if (rest is [var metrics, var database])
        {
            timer.Measure("wre ingest, nothing new", executable, ["ingest", "--json-path", metrics, "--sqlite-db", database]);
        }

        return 0;
    }

    // A turn of a session in which the skill was used, one call of a tool long.
    private static string Event(string workspace, int session, string name)
    {
        var (id, transcript) = ($"session-{session}", Path.Combine(workspace, "transcript.jsonl"));
        JsonObject Line(string type, int second, JsonNode content) => new()
        {
            ["type"] = type,
            ["uuid"] = $"{id}-{second}",
            ["sessionId"] = id,
            ["timestamp"] = $"2026-11-25T10:00:0{second}.000Z",
            ["message"] = new JsonObject { ["role"] = type, ["content"] = content },
        };
        JsonObject Use(string tool, string use, JsonObject input) => new() { ["type"] = "tool_use", ["id"] = use, ["name"] = tool, ["input"] = input };
        JsonObject Result(string use) => new() { ["type"] = "tool_result", ["tool_use_id"] = use, ["content"] = "done" };
        JsonObject[] lines =
        [
            Line("user", 0, "go"),
            Line("assistant", 1, new JsonArray(Use("Skill", $"toolu_{session}", new JsonObject { ["skill"] = Skill }))),
            Line("user", 2, new JsonArray(Result($"toolu_{session}"))),
            Line("assistant", 3, new JsonArray(Use("Bash", $"toolu_{session}b", new JsonObject { ["command"] = "grep x chat.txt" }))),
            Line("user", 4, new JsonArray(Result($"toolu_{session}b"))),
        ];
        File.WriteAllText(transcript, string.Concat(lines.Select(line => line.ToJsonString() + "\n")));
        return new JsonObject
        {
            ["hook_event_name"] = name,
            ["session_id"] = id,
            ["transcript_path"] = transcript,
            ["cwd"] = workspace,
            ["tool_name"] = "Bash",
        }.ToJsonString();
    }
}

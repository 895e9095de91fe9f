using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Crash;

/// <summary>A workspace in a temporary folder with one small skill, an agent that is a shell script, and a policy that asks for few executions.</summary>
internal sealed class TemporaryWorkspace : IDisposable
{
    public const string Skill = "spam_check";
    public const string Approver = "0102";
    public const string Core = "modules/infrastructure/wre_core/skills";
    public const string Metrics = "modules/infrastructure/wre_core/recursive_improvement/metrics";
    public const string Module = "modules/demo/mod";
    public const string Staged = $".claude/skills/{Skill}_staged";
    public const string Production = $"{Module}/skills/{Skill}";

    private readonly bool _owned;

    private TemporaryWorkspace(string root, bool owned) => (Root, _owned) = (root, owned);

    public string Root { get; }

    /// <summary>A new workspace with the draft of version 1.0.</summary>
    public static TemporaryWorkspace Create(string? folder = null)
    {
        var workspace = new TemporaryWorkspace(folder ?? Directory.CreateTempSubdirectory("wre-crash-").FullName, owned: folder is null);
        workspace.Write("wre.yaml", """
            version: 1
            agents:
              shell:
                kind: command
                command: [/bin/sh, agents/agent.sh]
                timeout_seconds: 20

            """);
        workspace.Write("agents/agent.sh", """
            input=$(cat)
            case "$input" in *pills*) decision=remove ;; *) decision=allow ;; esac
            printf '{"decision":"%s","breadcrumbs":["caps_checked=true","links_checked=true","rate_checked=true"],"execution_time_ms":5}\n' "$decision"

            """);
        workspace.Write($"{Core}/policy.yaml", """
            version: "1.0"
            approvers:
              - id: "0102"
                may: [promote, override]
            gates:
              staged_to_production:
                executions: 5
                negatives_minimum: 1
                negatives_window: 5
                consistency_window: 5

            """);
        workspace.Write($"{Module}/README.md", "# The module\n\nOur own words.\n");
        workspace.WriteDraft("1.0");
        return workspace;
    }

    /// <summary>A copy of this workspace in a folder of its own.</summary>
    public TemporaryWorkspace Copy()
    {
        var copy = Directory.CreateTempSubdirectory("wre-crash-").FullName;
        CopyFolder(Root, copy);
        return new TemporaryWorkspace(copy, owned: true);
    }

    public void CopyTo(string folder) => CopyFolder(Root, folder);

    public static TemporaryWorkspace At(string folder) => new(folder, owned: false);

    public void Dispose()
    {
        if (_owned)
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    public string PathOf(string relative) => Path.Combine(Root, relative);

    public string Read(string relative) => File.ReadAllText(PathOf(relative));

    public byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(relative))!);
        File.WriteAllText(PathOf(relative), text);
    }

    public void WriteDraft(string version)
    {
        const string folder = $".claude/skills/{Skill}_prototype";
        Write($"{folder}/SKILL.md", $"""
            ---
            name: {Skill}
            description: Finds spam in messages.
            version: "{version}"
            module: demo/mod
            max_execution_time_ms: 1000
            negative_decisions: [allow]
            dependencies:
              data_stores: []
              mcp_endpoints: []
              throttles: []
              required_context: []
            expected_patterns:
              - caps_checked=true
              - links_checked=true
              - rate_checked=true
            ---
            Look at capital letters, links and rate. This is version {version}.

            """);
        Write($"{folder}/resources/words.txt", $"pills\nversion {version}\n");
        var cases = new JsonArray();
        for (var number = 1; number <= 4; number++)
        {
            cases.Add((JsonNode)Case($"spam-{number}", "cheap pills", "remove", number == 1));
            cases.Add((JsonNode)Case($"fine-{number}", "good stream", "allow", critical: false));
        }

        Write($"{folder}/evals/evals.json", new JsonObject { ["skill_name"] = Skill, ["evals"] = cases }.ToJsonString());
    }

    public WreResult Run(params string[] arguments) => WreProcess.Run(Root, arguments);

    public WreResult RunWith(string variable, string value, params string[] arguments) =>
        WreProcess.Run(Root, arguments, new Dictionary<string, string> { [variable] = value });

    /// <summary>Runs a command that has to end with 0.</summary>
    public WreResult Must(params string[] arguments) => Good(Run(arguments));

    /// <summary>Feeds execution records to <c>wre record</c>.</summary>
    public WreResult Record(string lines) => Good(WreProcess.Run(Root, ["record", "-", "--output", "json"], stdin: lines));

    /// <summary>Benchmarks the draft.</summary>
    public void Bench() => Must("bench", "--skill", Skill);

    /// <summary>Makes the ticket of a promotion and answers it.</summary>
    public void Ticket(string name, string from, string to)
    {
        Must("ticket", "new", "--skill", Skill, "--from", from, "--to", to, "--ticket", name);
        var questions = File.ReadLines(PathOf($"{Core}/tickets/{name}.yaml")).Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains("# YES or NO", StringComparison.Ordinal))
            .Select(line => line.Trim().Split(':')[0]);
        Must(["ticket", "answer", "--ticket", name, "--approver", Approver, "--set", "approval_decision=APPROVED", .. questions.SelectMany(key => (string[])["--set", key + "=YES"])]);
    }

    public static string[] Promote(string from, string to, string ticket) =>
        ["promote", "--skill", Skill, "--from", from, "--to", to, "--approver", Approver, "--approval-ticket", ticket];

    public static string[] RollBack(string from, string to) => ["rollback", "--skill", Skill, "--from", from, "--to", to, "--reason", "it got worse"];

    /// <summary>Perfect executions, positives and negatives in turn, as lines for <c>wre record</c>.</summary>
    public static string Executions(string prefix, int count, Action<int, JsonObject>? change = null)
    {
        var lines = new List<string>();
        for (var number = 1; number <= count; number++)
        {
            var decision = number % 2 == 0 ? "remove" : "allow";
            var line = new JsonObject
            {
                ["execution_id"] = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number:00000}"),
                ["skill"] = Skill,
                ["timestamp"] = string.Create(CultureInfo.InvariantCulture, $"2025-10-20T12:{number / 60 % 60:00}:{number % 60:00}Z"),
                ["decision"] = decision,
                ["expected_decision"] = decision,
                ["execution_time_ms"] = 5,
                ["exception"] = false,
                ["breadcrumbs"] = new JsonArray("caps_checked=true", "links_checked=true", "rate_checked=true"),
            };
            change?.Invoke(number, line);
            lines.Add(line.ToJsonString());
        }

        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Whether every invariant holds, and the doctor's words for a failed assertion.</summary>
    public (bool Healthy, string Report) Doctor(params string[] options)
    {
        var result = Run(["doctor", "--output", "json", .. options]);
        if (result.ExitCode is not (0 or 1))
        {
            return (false, result.ToString());
        }

        using var answer = JsonDocument.Parse(result.StdOut);
        return (answer.RootElement.GetProperty("healthy").GetBoolean() && result.ExitCode == 0, result.ToString());
    }

    public void AssertHealthy(string after)
    {
        var (healthy, report) = Doctor();
        Assert.True(healthy, $"After {after}: {report}");
    }

    public long Serial()
    {
        using var registry = JsonDocument.Parse(Bytes($"{Core}/skills_registry.json"));
        return registry.RootElement.GetProperty("serial").GetInt64();
    }

    /// <summary>Label of the version that is active in a state, or null.</summary>
    public string? Active(string state)
    {
        using var registry = JsonDocument.Parse(Bytes($"{Core}/skills_registry.json"));
        return registry.RootElement.GetProperty("skills").GetProperty(Skill).TryGetProperty("active", out var active) && active.TryGetProperty(state, out var label) ? label.GetString() : null;
    }

    /// <summary>Intents that nobody has finished.</summary>
    public IReadOnlyList<string> Intents() => [.. Directory.EnumerateFiles(PathOf($"{Core}/journal"), "*.json")];

    /// <summary>Lines of an append-only file; none when it is missing.</summary>
    public IReadOnlyList<string> Lines(string relative) => File.Exists(PathOf(relative)) ? File.ReadAllLines(PathOf(relative)) : [];

    /// <summary>Rows of a query on the metrics database, by the program sqlite3.</summary>
    public string Query(string sql) => Sql(PathOf($"{Core}/skills_metrics.db"), sql);

    public static string Sql(string database, string sql)
    {
        using var process = Process.Start(new ProcessStartInfo("sqlite3", [database, sql]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"sqlite3: {error.GetAwaiter().GetResult()}");
    }

    private static WreResult Good(WreResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private static JsonObject Case(string id, string text, string expected, bool critical) => new()
    {
        ["id"] = id,
        ["prompt"] = "Judge the message.",
        ["expected_output"] = expected,
        ["wre"] = new JsonObject { ["input"] = new JsonObject { ["text"] = text }, ["expected_decision"] = expected, ["critical"] = critical },
    };

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}

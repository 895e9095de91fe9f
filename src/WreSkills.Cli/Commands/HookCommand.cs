using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre hook</c>: what clients call by themselves while they work.</summary>
internal static class HookCommand
{
    private const int ReadBytes = 64 * 1024;
    private static readonly Option<double> s_patience = new("--patience") { Description = "Seconds after which it gives up; keep it below the hook's own timeout. Default 8.", DefaultValueFactory = _ => 8, HelpName = "SECONDS" };
    private static readonly Option<bool> s_settings = new("--print-settings") { Description = "Print what to put into .claude/settings.json, and do nothing else." };

    public static Command Create() => new("hook", "What clients call by themselves while they work.")
    {
        Invocation.With(
            new Command("claude", "Record the skills that a Claude Code session used: reads a hook's event on stdin and the end of the session's transcript. Never disturbs the client: exits 0 whatever happens, and says on stderr what was not recorded.") { s_settings, s_patience },
            RunAsync),
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Parsed.GetValue(s_settings))
        {
            JsonOutput.Write(invocation.Output, Settings());
            return 0;
        }

        var patience = TimeSpan.FromSeconds(Math.Clamp(invocation.Parsed.GetValue(s_patience), 0.1, 600));
        try
        {
            // A lock that somebody holds, or a slow disk, must not keep the client waiting; what is left undone is finished by the next command.
            var outcome = await Task.Run(() => Record(invocation), cancellationToken).WaitAsync(patience, TimeProvider.System, cancellationToken);
            Tell(invocation, outcome);
        }
        catch (Exception problem) when (Environment.GetEnvironmentVariable("WRE_DEBUG") is not { Length: > 0 })
        {
            // Another exit code would block the client's work for our mistake.
            await invocation.Error.WriteLineAsync($"wre hook: nothing was recorded: {(problem is TimeoutException ? $"it took longer than {patience.TotalSeconds:0.#} s" : problem is WreException or IOException or UnauthorizedAccessException ? problem.Message : $"{problem.GetType().Name}: {problem.Message}")}");
        }

        return 0;
    }

    private static ClaudeHookOutcome Record(Invocation invocation)
    {
        var hook = ClaudeHookEvent.Read(ReadInput());

        // The session works where the event says, whatever folder the hook was started in; an option says it better.
        var root = invocation.Parsed.GetValue(GlobalOptions.Workspace) is null && hook.Folder is { } folder && Directory.Exists(folder) ? WorkspaceConfiguration.FindRoot(folder) : null;
        return new ClaudeHook(() => GlobalOptions.Open(invocation.Parsed, root), TimeProvider.System).Run(hook);
    }

    private static ReadOnlyMemory<byte> ReadInput()
    {
        using var input = Console.OpenStandardInput();
        using var bytes = new MemoryStream();
        var buffer = new byte[ReadBytes];
        while (input.Read(buffer) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > ClaudeHookEvent.MostBytes)
            {
                throw new WreException($"the event has more than {ClaudeHookEvent.MostBytes:N0} bytes", "what a tool answered is part of it");
            }
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static void Tell(Invocation invocation, ClaudeHookOutcome outcome)
    {
        foreach (var note in outcome.Notes)
        {
            invocation.Error.WriteLine($"wre hook: {note}");
        }

        foreach (var (skill, watched) in outcome.Recording.Skills)
        {
            if (watched.Rollback is { } rollback)
            {
                invocation.Error.WriteLine($"wre hook: {skill} {rollback.Version} was rolled back: {rollback.Reason}");
            }
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["recorded"] = outcome.Recording.Executions.Count(execution => !execution.KnownAlready),
                ["known_already"] = outcome.Recording.Executions.Count(execution => execution.KnownAlready),
                ["executions"] = JsonOutput.List(outcome.Recording.Executions, JsonViews.Recorded),
                ["skills"] = JsonOutput.List(outcome.Recording.Skills, skill => JsonViews.Watched(skill.Key, skill.Value)),
                ["notes"] = JsonOutput.Texts(outcome.Notes),
            });
        }
    }

    private static JsonObject Settings()
    {
        static JsonObject Hook() => new() { ["type"] = "command", ["command"] = "wre hook claude", ["timeout"] = 10 };
        static JsonArray Always() => new(new JsonObject { ["hooks"] = new JsonArray(Hook()) });
        return new JsonObject
        {
            ["hooks"] = new JsonObject
            {
                ["PostToolUse"] = new JsonArray(new JsonObject { ["matcher"] = "Skill", ["hooks"] = new JsonArray(Hook()) }),
                ["Stop"] = Always(),
                ["SubagentStop"] = Always(),
                ["SessionEnd"] = Always(),
            },
        };
    }
}

using System.Diagnostics;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Cli;

/// <summary>
/// Plays the example: every step is a command line that a user would type, carried out by the same code in this process.
/// The only thing the play adds is the narration; it stops with an error when a step does not end as it should.
/// </summary>
internal sealed class DemoPlay(string folder, TextWriter output, TextWriter error)
{
    private const string Skill = "youtube_spam_detection";
    private const string Prefix = "livechat/";
    private readonly Terminal _terminal = Terminal.On(output);
    private int _act;
    private string? _key;

    /// <summary>What to type for <c>wre</c> on this machine; nobody who runs the demo from source has it on the PATH.</summary>
    private static string Executable => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
        ? path
        : $"dotnet {Path.Combine(AppContext.BaseDirectory, "wre.dll")}";

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        CopyExample();
        await BuildAgentAsync(cancellationToken);

        Act("Benchmark the draft", "118 cases, each run through a rule-based agent that obeys the text of SKILL.md. No model is needed.");
        await Wre(1, "bench", "--skill", Skill);
        await Wre(0, "validate", "--skill", Skill);

        Act("Enrol a key", "A name in a file is no approval. From now on a ticket needs the signature of a key that is enrolled; the demo makes one, you would take your own.");
        await EnrolAsync();

        Act("Sign it off, promote it to staged", "The ticket is bound to this exact content, policy and evidence. You would answer it after looking; the demo says yes.");
        await SignAndPromote(PromotionState.Prototype, PromotionState.Staged);

        Act("A week of live messages", "The staged version is run on 120 recorded chat messages; each execution is scored against the skill's expected patterns.");
        await Wre(0, "run", "--skill", Skill, "--state", "staged", "--quiet", "--parallel", "4", "live/week_one.jsonl");
        await Wre(0, "status", "--skill", Skill, "--target-state", "production");

        Act("Sign it off, promote it to production", "Thirteen answers this time.");
        await SignAndPromote(PromotionState.Staged, PromotionState.Production);

        Act("Version 1.1: an edit that looks harmless", "Somebody saves work: links are checked only in long messages. The edit brings a benchmark of its own, a thin one.");
        Copy(Path.Combine(folder, "drafts", "1.1"), Path.Combine(folder, ".claude", "skills", $"{Skill}_prototype"), replace: true);
        output.WriteLine($"$ cp -r drafts/1.1/. .claude/skills/{Skill}_prototype/");
        await Wre(0, "bench", "--skill", Skill);
        await SignAndPromote(PromotionState.Prototype, PromotionState.Staged);

        Act("Quiet days", "On quiet days nobody posts short links, so 1.1 looks as good as 1.0, and every gate lets it pass.");
        await Wre(0, "run", "--skill", Skill, "--state", "staged", "--quiet", "--parallel", "4", "live/quiet_days.jsonl");
        await SignAndPromote(PromotionState.Staged, PromotionState.Production);

        Act("A spam raid", "Short messages with links arrive at 1.1 in production. Watch the version change in the middle of the stream.");
        await Wre(0, "run", "--skill", Skill, "live/raid.jsonl");
        await Wre(0, "show", "--skill", Skill);

        Act("1.0 serves again", "The same raid, answered by the version that the rollback brought back. 1.1 waits, out of traffic, until a person has reviewed the report.");
        await Wre(0, "run", "--skill", Skill, "--quiet", "--parallel", "4", "live/raid.jsonl");
        await Wre(0, "metrics", "--skill", Skill, "--timeframe", "all_time");
        await Wre(0, "audit", "verify");
        await Wre(0, "doctor");
        return End();
    }

    // Signing is ssh-keygen's work, which a bare machine lacks, and no agent's.
    private async Task EnrolAsync()
    {
        var missing = ApproverKeys.AgentShell(Environment.GetEnvironmentVariable) is { } agent ? $"this is the shell of an agent ({agent} is set), and agents never sign"
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "ssh-keygen.exe" : "ssh-keygen"))) ? null
            : "ssh-keygen is not installed here";
        if (missing is not null)
        {
            output.WriteLine($"Left out: {missing}. The tickets below are approved by name only.");
            return;
        }

        Directory.CreateDirectory(Path.Combine(folder, "keys"));
        File.WriteAllText(Path.Combine(folder, "keys", ".gitignore"), "*\n");
        _key = "keys/demo";
        await Wre(0, "approvers", "enrol", "--id", "0102", "--generate", _key);
    }

    private async Task SignAndPromote(PromotionState from, PromotionState to)
    {
        var before = Workspace.Open(folder).Tickets.List();
        await Wre(0, "ticket", "new", "--skill", Skill, "--from", from.Text(), "--to", to.Text());
        var ticket = Workspace.Open(folder).Tickets.List().Except(before).Single();
        var answers = ApprovalTicket.RequiredAnswers(to).SelectMany(answer => (string[])["--set", $"{answer.Key}=YES"]);
        await Wre(0, quiet: true, ["ticket", "answer", "--ticket", ticket, "--approver", "0102", .. answers, "--set", "notes=answered by the demo", "--set", "approval_decision=APPROVED"]);
        if (_key is not null)
        {
            await Wre(0, "ticket", "sign", "--ticket", ticket, "--key", _key);
        }

        string[] checklist = to == PromotionState.Production ? ["--production-readiness-checklist-complete"] : [];
        await Wre(0, ["promote", "--skill", Skill, "--from", from.Text(), "--to", to.Text(), "--approver", "0102", "--approval-ticket", ticket, .. checklist]);
    }

    private int End()
    {
        var workspace = Workspace.Open(folder);
        var entry = workspace.Registry.Load().Require(Skill);
        var (label, failed) = entry.Versions.Where(version => version.Value.RolledBack is not null).Select(version => (version.Key, version.Value)).FirstOrDefault();
        if (failed?.RolledBack is not { } rollback || entry.Live(PromotionState.Production) is not { } serving)
        {
            throw new WreException("The demo ended without the rollback that it was to show.", "this is a mistake in wre; please report it");
        }

        Act("The end", $"{label} was rolled back by itself at {rollback.At}: {rollback.Reason} ({rollback.TriggerMetric}). {serving.Label} is in production.");
        _terminal.Rows(["", ""],
        [
            ["workspace", folder],
            ["registry", workspace.Layout.Relative(workspace.Layout.RegistryFile)],
            ["tickets and evidence", workspace.Layout.Relative(workspace.Layout.TicketsFolder) + "/"],
            ["whose signatures count", workspace.Layout.Relative(workspace.Layout.TrustFolder) + "/"],
            ["audit log", workspace.Layout.Relative(workspace.Layout.AuditFile)],
            ["failure report", workspace.Layout.Relative(workspace.Reports.FileOf(rollback.Operation))],
            ["failed version, archived", workspace.Layout.Relative(workspace.Layout.ProductionFolder(Skill, entry.Module ?? "")) + "/versions/"],
            ["alert that waits", workspace.Layout.Relative(workspace.Layout.OutboxFolder) + "/"],
        ]);
        _terminal.Line($"Go on there: cd {folder} && {Executable} report show --skill {Skill}");
        return 0;
    }

    private void Act(string title, string what)
    {
        output.WriteLine();
        _terminal.Heading($"== {++_act}. {title}");
        output.WriteLine(what);
    }

    private Task Wre(int expected, params string[] arguments) => Wre(expected, quiet: false, arguments);

    private async Task Wre(int expected, bool quiet, string[] arguments)
    {
        output.WriteLine();
        output.WriteLine("$ wre " + string.Join(' ', arguments.Select(Quote)));
        var exit = await CommandTree.Build().InvokeAsync([.. arguments.Select(Located), "--workspace", folder], quiet ? TextWriter.Null : output, error, CancellationToken.None);
        if (exit != expected)
        {
            throw new WreException($"The step `wre {string.Join(' ', arguments.Take(3))}` ended with {exit} instead of {expected}.", $"look into {folder}");
        }
    }

    // The narration writes paths as they are inside the workspace; this process stands elsewhere.
    private string Located(string argument) => argument.StartsWith("live/", StringComparison.Ordinal) || argument.StartsWith("keys/", StringComparison.Ordinal) ? Path.Combine(folder, argument) : argument;

    private static string Quote(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;

    private void CopyExample()
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new WreException($"{folder} is not empty.", "pass an empty or new folder");
        }

        var assembly = typeof(DemoPlay).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = Path.Combine(folder, name[Prefix.Length..].Replace('\\', '/'));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var file = File.Create(path);
            stream.CopyTo(file);
        }

        output.WriteLine($"A copy of the example workspace: {folder}");
        output.WriteLine($"wre stands for {Executable}");
        output.WriteLine($"$ cd {folder}");
    }

    private static void Copy(string from, string to, bool replace)
    {
        if (replace && Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    private async Task BuildAgentAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("$ dotnet build agents/livechat_agent.cs -o agents/bin");
        var info = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (ReadOnlySpan<string>)["build", "agents/livechat_agent.cs", "-o", "agents/bin", "-nologo", "-v", "q"])
        {
            info.ArgumentList.Add(argument);
        }

        // `dotnet run` tells its children about its own build; the agent's must not listen.
        info.Environment.Remove("MSBUILD_EXE_PATH");
        info.Environment.Remove("MSBuildSDKsPath");
        info.Environment.Remove("MSBuildExtensionsPath");
        try
        {
            using var process = Process.Start(info)!;
            var text = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new WreException("The example's agent could not be built.", "its output is below", [.. (await text + await errors).Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Take(10)]);
            }
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            throw new WreException("The example's agent is a C# program, and `dotnet` is not on the PATH.", "install the .NET 10 SDK", innerException: problem);
        }
    }
}

using System.Diagnostics;

namespace WreSkills.EndToEnd.Cli;

/// <summary>A copy of the example workspace with its agent built.</summary>
internal sealed class LivechatWorkspace : IDisposable
{
    public const string Skill = "youtube_spam_detection";
    public const string Core = "modules/infrastructure/wre_core/skills";
    public const string Draft = $".claude/skills/{Skill}_prototype";

    public LivechatWorkspace()
    {
        Folder = Directory.CreateTempSubdirectory("wre-livechat-").FullName;
        Copy(Path.Combine(WreCommand.RepositoryRoot, "examples", "livechat"), Folder);
        using var build = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "build", "agents/livechat_agent.cs", "-o", "agents/bin", "-nologo", "-v", "q" },
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
    }

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string At(string relative) => Path.Combine(Folder, relative);

    public string Read(string relative) => File.ReadAllText(At(relative));

    public void Write(string relative, string text) => File.WriteAllText(At(relative), text);

    public WreResult Wre(params IReadOnlyList<string> arguments) => WreCommand.Run(Folder, null, arguments);

    /// <summary>Promotes by a ticket in which every question is answered with YES.</summary>
    public void Promote(string ticket, string from, string to)
    {
        var made = Wre("ticket", "new", "--skill", Skill, "--from", from, "--to", to, "--ticket", ticket, "--output", "json");
        var answers = made.Json.GetProperty("answers").EnumerateObject().SelectMany(answer => (string[])["--set", $"{answer.Name}=YES"]);
        Wre(["ticket", "answer", "--ticket", ticket, "--approver", "0102", "--set", "approval_decision=APPROVED", .. answers]);
        var promoted = Wre("promote", "--skill", Skill, "--from", from, "--to", to, "--approver", "0102", "--approval-ticket", ticket);
        Assert.True(promoted.ExitCode == 0, promoted.Output + promoted.Error);
    }

    /// <summary>Copies a folder without what builds leave behind.</summary>
    public static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            var path = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path, overwrite: true);
        }
    }
}

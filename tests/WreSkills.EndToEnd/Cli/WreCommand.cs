using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace WreSkills.EndToEnd.Cli;

/// <summary>What a run of <c>wre</c> left behind.</summary>
internal sealed record WreResult(int ExitCode, string Output, string Error)
{
    /// <summary>Stdout as JSON; the whole of it, or the test fails.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Runs the built executable: <c>WRE_EXECUTABLE</c> if set, else the one that was built beside these tests.</summary>
internal static class WreCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>What starts <c>wre</c>: one program, or <c>dotnet</c> with the assembly.</summary>
    public static IReadOnlyList<string> Executable { get; } = FindExecutable();

    /// <summary>Runs <c>wre</c> in a folder.</summary>
    public static WreResult Run(string folder, string? input, params IReadOnlyList<string> arguments) =>
        Start(folder, input, [.. Executable, .. arguments]);

    /// <summary>Runs a line of shell in which <c>wre</c> is the executable, so that quotes and continued lines mean what they do for a user.</summary>
    public static WreResult Shell(string folder, string script) =>
        Start(folder, null, ["/bin/sh", "-c", $"wre() {{ {string.Join(' ', Executable.Select(part => $"'{part}'"))} \"$@\"; }}\n{script}"]);

    private static WreResult Start(string folder, string? input, IReadOnlyList<string> command)
    {
        var info = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var argument in command.Skip(1))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["WRE_USER"] = "tester";
        foreach (var agent in (string[])["CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI", "CURSOR_AGENT", "WRE_AGENT"])
        {
            info.Environment.Remove(agent);
        }

        info.Environment.Remove("WRE_DEBUG");
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input ?? "");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It refused before it read its input.
        }

        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {s_patience}.");
        }

        return new WreResult(process.ExitCode, output.Result, error.Result);
    }

    private static IReadOnlyList<string> FindExecutable()
    {
        if (Environment.GetEnvironmentVariable("WRE_EXECUTABLE") is { Length: > 0 } given)
        {
            return [Path.GetFullPath(given)];
        }

        // tests/WreSkills.EndToEnd/bin/<configuration>/net10.0/ tells the configuration.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return ["dotnet", Path.Combine(RepositoryRoot, "src", "WreSkills.Cli", "bin", configuration, "net10.0", "wre.dll")];
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "WreSkills.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of a checkout.");
        }

        return folder;
    }
}

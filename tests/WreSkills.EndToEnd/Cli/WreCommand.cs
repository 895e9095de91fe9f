using System.Diagnostics;
using System.Text.Json;

namespace WreSkills.EndToEnd.Cli;

/// <summary>What a run of <c>wre</c> left behind.</summary>
internal sealed record WreResult(int ExitCode, string Output, string Error)
{
    /// <summary>Stdout as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Runs the built executable: <c>WRE_EXECUTABLE</c> if set, else the one that was built beside these tests.</summary>
internal static class WreCommand
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static WreResult Run(string folder, string? input, params IReadOnlyList<string> arguments)
    {
        var native = Environment.GetEnvironmentVariable("WRE_EXECUTABLE");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var info = new ProcessStartInfo(native ?? "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (native is null)
        {
            info.ArgumentList.Add(Path.Combine(RepositoryRoot, "src", "WreSkills.Cli", "bin", configuration, "net10.0", "wre.dll"));
        }

        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["WRE_USER"] = "tester";
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        return new WreResult(process.ExitCode, output.Result, error.Result);
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

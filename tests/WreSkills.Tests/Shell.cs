using System.Diagnostics;

namespace WreSkills.Tests;

/// <summary>Runs a real shell, for what only the operating system's own tools can prove.</summary>
internal static class Shell
{
    public static string Run(string folder, string script)
    {
        using var process = Start(folder, script);
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"`{script}` exited {process.ExitCode}: {errors}");
        return output;
    }

    public static Process Start(string folder, string script) => Process.Start(new ProcessStartInfo("bash", ["-c", script])
    {
        WorkingDirectory = folder,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

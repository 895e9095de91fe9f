using System.Diagnostics;
using System.Text;

namespace WreSkills.EndToEnd.Crash;

/// <summary>How a run of <c>wre</c> ended.</summary>
internal sealed record WreResult(int ExitCode, string StdOut, string StdErr)
{
    /// <summary>What .NET reports for a process that died by SIGKILL.</summary>
    public const int Killed = 137;

    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{StdOut}\n--- stderr\n{StdErr}";
}

/// <summary>Drives the built executable: the one of the tests' own configuration, or the one that WRE_EXECUTABLE names.</summary>
internal sealed class WreProcess : IDisposable
{
    private static readonly (string Program, string[] Arguments) s_executable = Find();
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private WreProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Runs a command to its end.</summary>
    public static WreResult Run(string workspace, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? stdin = null)
    {
        using var process = Start(workspace, arguments, environment, stdin);
        return process.Wait();
    }

    /// <summary>Starts a command; several may run at once.</summary>
    public static WreProcess Start(string workspace, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? stdin = null)
    {
        var info = new ProcessStartInfo(s_executable.Program)
        {
            WorkingDirectory = workspace,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (var argument in (IEnumerable<string>)[.. s_executable.Arguments, .. arguments, "--workspace", workspace])
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Remove("WRE_CRASH_AT");
        info.Environment.Remove("WRE_FAULT");
        info.Environment["WRE_USER"] = "tester";
        foreach (var agent in (string[])["CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI", "CURSOR_AGENT", "WRE_AGENT"])
        {
            info.Environment.Remove(agent);
        }

        // Short-lived processes gain nothing from profiling themselves.
        info.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var started = new WreProcess(Process.Start(info)!);
        started.Feed(stdin);
        return started;
    }

    public WreResult Wait()
    {
        if (!_process.WaitForExit(s_limit))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"wre did not end within {s_limit.TotalSeconds} s.");
        }

        return new WreResult(_process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    /// <summary>SIGKILL.</summary>
    public WreResult Kill()
    {
        _process.Kill();
        return Wait();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>The root of the checkout that the tests were built from.</summary>
    public static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "WreSkills.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of a checkout.");
        }

        return folder;
    }

    private void Feed(string? stdin)
    {
        try
        {
            _process.StandardInput.Write(stdin ?? "");
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It died before it read its input, which some tests want.
        }
    }

    private static (string Program, string[] Arguments) Find()
    {
        if (Environment.GetEnvironmentVariable("WRE_EXECUTABLE") is { Length: > 0 } chosen)
        {
            return (chosen, []);
        }

        // tests/WreSkills.EndToEnd/bin/<Configuration>/net10.0/
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var folder = Path.Combine(RepositoryRoot(), "src", "WreSkills.Cli", "bin", own.Parent!.Name, own.Name);
        var host = Path.Combine(folder, OperatingSystem.IsWindows() ? "wre.exe" : "wre");
        return File.Exists(host) ? (host, []) : ("dotnet", [Path.Combine(folder, "wre.dll")]);
    }
}

using System.Diagnostics;

using WreSkills.EndToEnd.Crash;

namespace WreSkills.EndToEnd.Cli;

/// <summary>What others install: the tool from a local folder of packages, and the samples against the library.</summary>
public sealed class PackagingTests : IDisposable
{
    private const string PackagesVariable = "WRE_PACKAGES";

    private readonly string _folder = Directory.CreateTempSubdirectory("wre-package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_tool_installs_from_a_local_package_and_runs()
    {
        var packages = Environment.GetEnvironmentVariable(PackagesVariable);
        Assert.SkipWhen(packages is null, $"{PackagesVariable} names no folder of packages; test.sh packs them");
        File.WriteAllText(Path.Combine(_folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{packages}" /></packageSources>
            </configuration>
            """);
        var (exit, output) = Run("dotnet", "tool", "install", "WreSkills.Cli", "--tool-path", Path.Combine(_folder, "tools"), "--configfile", Path.Combine(_folder, "nuget.config"), "--prerelease");
        Assert.True(exit == 0, output);
        var tool = Path.Combine(_folder, "tools", "wre");
        Assert.StartsWith("0.1.0", Run(tool, "--version").Output, StringComparison.Ordinal);
        var workspace = Directory.CreateDirectory(Path.Combine(_folder, "workspace")).FullName;
        (exit, output) = Run(tool, "init", "--workspace", workspace, "--no-enrol");
        Assert.True(exit == 0, output);
        (exit, output) = Run(tool, "new", "first-skill", "--workspace", workspace);
        Assert.True(exit == 0, output);
        (exit, output) = Run(tool, "list", "--workspace", workspace);
        Assert.True(exit == 0 && output.Contains("first-skill", StringComparison.Ordinal), output);
    }

    [Fact]
    public void The_library_is_packed_with_its_documentation()
    {
        var packages = Environment.GetEnvironmentVariable(PackagesVariable);
        Assert.SkipWhen(packages is null, $"{PackagesVariable} names no folder of packages; test.sh packs them");
        using var archive = System.IO.Compression.ZipFile.OpenRead(Path.Combine(packages, "WreSkills.0.1.0.nupkg"));
        var names = archive.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("lib/net10.0/WreSkills.dll", names);
        Assert.Contains("lib/net10.0/WreSkills.xml", names);
        Assert.Contains("README.md", names);
    }

    [Fact]
    public void The_samples_run_as_their_first_lines_say()
    {
        using var workspace = SpamWorkspace.Staged();
        var (exit, output) = Sample("queries.cs", workspace.Folder, SpamWorkspace.Skill);
        Assert.True(exit == 1, output);
        Assert.Contains($"{SpamWorkspace.Skill}, staged to production: not ready", output, StringComparison.Ordinal);
        Assert.Contains("NoData", output, StringComparison.Ordinal);
        (exit, output) = Sample("queries.cs", workspace.Folder, "nobody");
        Assert.True(exit == 2 && output.Contains("hint: ", StringComparison.Ordinal), output);
        using var live = SpamWorkspace.Produced();
        (exit, output) = Sample("agent_loop.cs", live.Folder, SpamWorkspace.Skill, "stream-1");
        Assert.True(exit == 0, output);
        Assert.Equal("stream-1: 1.0 (baseline); recorded\n", output);
    }

    private (int Exit, string Output) Sample(string name, params string[] arguments) => Run("dotnet", ["run", "--configuration", "Release", Path.Combine(WreProcess.RepositoryRoot(), "samples", name), "--", .. arguments]);

    private (int Exit, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var errors = Task.Run(process.StandardError.ReadToEnd);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}

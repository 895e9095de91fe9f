using System.Diagnostics;
using System.Text.Json;

using WreSkills.EndToEnd.Cli;

namespace WreSkills.EndToEnd.Mcp;

/// <summary>The official client of npm, <c>@modelcontextprotocol/sdk</c>, against <c>wre mcp</c>. Skipped, and said so, where node or the package is missing.</summary>
public sealed class NpmClientTests
{
    private const int Keys = 300;

    private static string Folder => Path.Combine(WreCommand.RepositoryRoot, "tests", "WreSkills.EndToEnd", "Mcp");

    [Fact]
    public async Task A_client_of_another_language_sees_the_same()
    {
        Assert.SkipUnless(HasNode(), "node is not installed; test.sh installs it");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", "@modelcontextprotocol", "sdk")), $"the package is not installed; run `npm ci` in {Folder}");
        using var workspace = SpamWorkspace.Produced();
        workspace.WriteDraft("1.1", "of 1.1");
        workspace.Stage("APPROVAL_20251020_003");

        var seen = await RunAsync([Path.Combine(Folder, "client.mjs"), .. WreCommand.Executable, "mcp", "--workspace", workspace.Folder]);
        Assert.Equal("wre", seen.GetProperty("server").GetString());
        Assert.Equal(["list_skills", "search_skills", "load_skill", "read_skill_file", "report_execution", "skill_status"], Texts(seen.GetProperty("tools")));
        Assert.Equal([$"skill://{SpamWorkspace.Skill}/SKILL.md"], Texts(seen.GetProperty("resources")));
        Assert.Equal(["skill://{skill}/{+path}"], Texts(seen.GetProperty("templates")));
        Assert.Equal([SpamWorkspace.Skill], Texts(seen.GetProperty("listed")));
        Assert.Equal([SpamWorkspace.Skill], Texts(seen.GetProperty("found")));

        var (candidates, baselines) = (seen.GetProperty("arms").GetProperty("candidate").GetInt32(), seen.GetProperty("arms").GetProperty("baseline").GetInt32());
        Assert.Equal(Keys, candidates + baselines);
        Assert.InRange(candidates, Keys * 6 / 100, Keys * 14 / 100);
        Assert.Contains("A message that sells is spam.", seen.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("1.1", seen.GetProperty("file").GetString());

        Assert.Equal((true, false), (seen.GetProperty("first").GetProperty("recorded").GetBoolean(), seen.GetProperty("again").GetProperty("recorded").GetBoolean()));
        Assert.Equal("aborted", seen.GetProperty("critical").GetProperty("rollout").GetProperty("status").GetString());
        Assert.Equal("1.0", seen.GetProperty("after").GetProperty("version").GetString());
        Assert.Equal(0, seen.GetProperty("status").GetProperty("rollout").GetProperty("percent").GetInt32());
        Assert.Contains("hint:", seen.GetProperty("unknown").GetString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetString());

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node")));

    private static async Task<JsonElement> RunAsync(IReadOnlyList<string> arguments)
    {
        var stop = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, await error);
        return JsonDocument.Parse(await output).RootElement;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Executions;

/// <summary>Real programs: small shell scripts in a temporary folder.</summary>
[Collection(nameof(WholeProcess))]
public sealed class CommandAgentTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(400);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wre-command-");

    public CommandAgentTests() => Assert.SkipUnless(File.Exists("/bin/sh"), "there is no /bin/sh here");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_good_answer_is_the_record()
    {
        var result = await RunAsync("""cat > request.json; echo '{"decision":"allow","breadcrumbs":["caps_checked=true"]}'; echo done >&2""");
        Assert.Null(result.FailureType);
        Assert.Equal("allow", result.Record!.Value.GetProperty("decision").GetString());
        Assert.Equal("done\n", result.Log);
        Assert.True(result.ElapsedMs > 0);
        var request = TestAgent.Json(File.ReadAllText(At("request.json")));
        Assert.Equal(("wre-agent/1", "e-1", "spam", "1.0", "staged", "user-1"), (Text(request, "protocol"), Text(request, "execution_id"), Text(request, "skill"), Text(request, "version"), Text(request, "state"), Text(request, "key")));
        Assert.Equal(("grün →", _folder.FullName, "digest"), (Text(request, "prompt"), Text(request, "skill_folder"), Text(request, "digest")));
        Assert.Equal("""{"text":"buy"}""", request.GetProperty("input").GetRawText());
    }

    [Fact]
    public async Task An_answer_counts_although_a_child_keeps_the_pipes_open()
    {
        var result = await RunAsync("""cat >/dev/null; sleep 30 & echo '{"decision":"allow"}'""");
        Assert.Null(result.FailureType);
        Assert.Equal("allow", result.Record!.Value.GetProperty("decision").GetString());
    }

    [Fact]
    public async Task An_exit_code_is_a_failure_with_the_last_line_of_the_log()
    {
        var result = await RunAsync("""cat >/dev/null; echo '{"decision":"allow"}'; echo first >&2; echo 'no such model' >&2; exit 3""");
        Assert.Equal(("exit_code", "exit code 3: no such model", "first\nno such model\n"), (result.FailureType, result.Failure, result.Log));
        Assert.Null(result.Record);
    }

    [Theory]
    [InlineData("echo 'I think it is spam.'")]
    [InlineData("echo '[1]'")]
    [InlineData("echo '{\"a\":1}{\"b\":2}'")]
    [InlineData("printf '\\377\\376'")]
    [InlineData("true")]
    public async Task Nonsense_on_stdout_is_invalid_output(string command)
    {
        var result = await RunAsync("cat >/dev/null; " + command);
        Assert.Equal("invalid_output", result.FailureType);
        Assert.StartsWith("stdout is not one JSON object", result.Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overstay_is_killed_with_its_children()
    {
        var result = await RunAsync("sleep 1000 & echo $! > child; echo waiting >&2; wait", s_short);
        Assert.Equal(("timeout", "no answer within 0.4 s; the process was killed"), (result.FailureType, result.Failure));
        var child = int.Parse(File.ReadAllText(At("child")), CultureInfo.InvariantCulture);
        Assert.True(SpinWait.SpinUntil(() => IsGone(child), s_long), "the child lives on");
    }

    [Fact]
    public async Task What_an_overstay_said_before_it_was_killed_is_kept()
    {
        var result = await RunAsync("echo 'loading the model' >&2; sleep 1000", s_short);
        Assert.Equal("loading the model\n", result.Log);
    }

    [Fact]
    public async Task Endless_output_ends_with_the_time_and_is_not_kept()
    {
        var before = GC.GetTotalAllocatedBytes();
        var result = await RunAsync("exec yes", s_short);
        Assert.Equal("timeout", result.FailureType);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 64 * 1024 * 1024, "the output was kept in memory");
    }

    [Fact]
    public async Task More_output_than_allowed_is_invalid_even_when_it_is_json()
    {
        var result = await RunAsync("""cat >/dev/null; printf '{"a":"'; head -c 5000 /dev/zero | tr '\0' x; echo '"}'""", maxOutput: 4096);
        Assert.Equal(("invalid_output", "more than 4,096 bytes on stdout"), (result.FailureType, result.Failure));
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_is_no_problem()
    {
        // Far beyond what a pipe holds, so that the write fails when the program ends.
        var result = await RunAsync("""exec 0<&-; echo '{"decision":"allow"}'""", prompt: new string('x', 1_000_000));
        Assert.Null(result.FailureType);
    }

    [Fact]
    public async Task Of_a_long_log_the_tail_is_kept()
    {
        var result = await RunAsync("""cat >/dev/null; i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done >&2; echo '{}'""");
        Assert.Null(result.FailureType);
        Assert.EndsWith("line 19998\nline 19999\n", result.Log, StringComparison.Ordinal);
        Assert.InRange(result.Log.Length, 40 * 1024, 64 * 1024);
    }

    [Theory]
    [InlineData("wre-no-such-program")]
    [InlineData("agents/missing.sh")]
    public async Task A_program_that_is_missing_is_a_result(string program)
    {
        var result = await new CommandAgent(Settings([program], s_long), TimeProvider.System).ExecuteAsync(Request("x"), TestContext.Current.CancellationToken);
        Assert.Equal("not_started", result.FailureType);
        Assert.Contains(program, result.Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relative_program_is_looked_up_in_the_workspace_and_runs_there()
    {
        Directory.CreateDirectory(At("agents"));
        File.WriteAllText(At("agents/a.sh"), "#!/bin/sh\ncat >/dev/null\necho \"{\\\"folder\\\":\\\"$(pwd -P)\\\",\\\"arguments\\\":\\\"$*\\\"}\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At("agents/a.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        var result = await new CommandAgent(Settings(["agents/a.sh", "$HOME; two words"], s_long), TimeProvider.System).ExecuteAsync(Request("x"), TestContext.Current.CancellationToken);
        Assert.Equal((_folder.FullName, "$HOME; two words"), (Text(result.Record!.Value, "folder"), Text(result.Record.Value, "arguments")));
    }

    [Fact]
    public async Task A_cancelled_run_throws_and_leaves_no_process_behind()
    {
        using var stop = new CancellationTokenSource(s_short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("echo $$ > self; exec sleep 1000", cancellationToken: stop.Token));
        Assert.True(SpinWait.SpinUntil(() => IsGone(int.Parse(File.ReadAllText(At("self")), CultureInfo.InvariantCulture)), s_long), "the process lives on");
    }

    private Task<AgentResult> RunAsync(string script, TimeSpan? timeout = null, int maxOutput = 1 << 20, string prompt = "grün →", CancellationToken? cancellationToken = null) =>
        new CommandAgent(Settings(["/bin/sh", "-c", script], timeout ?? s_long) with { MaxOutputBytes = maxOutput }, TimeProvider.System)
            .ExecuteAsync(Request(prompt), cancellationToken ?? TestContext.Current.CancellationToken);

    private CommandAgentSettings Settings(IReadOnlyList<string> command, TimeSpan timeout) =>
        new() { Name = "shell", Command = command, WorkingDirectory = _folder.FullName, Timeout = timeout };

    private AgentRequest Request(string prompt) => new()
    {
        ExecutionId = "e-1",
        Skill = new LoadedSkill("spam", "1.0", "digest", PromotionState.Staged, 4, "pinned", SkillFolder.Read(_folder.FullName, new SkillLimits(), "spam")),
        Key = "user-1",
        Prompt = prompt,
        Input = TestAgent.Json("""{"text":"buy"}"""),
    };

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    // A killed process that nobody has waited for yet is a zombie: dead for our purpose.
    private static bool IsGone(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is 'Z' or 'X';
        }
        catch (Exception error) when (error is ArgumentException or IOException or InvalidOperationException)
        {
            return true;
        }
    }
}

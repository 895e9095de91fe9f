using System.Net;
using System.Net.Sockets;

using Microsoft.Data.Sqlite;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Tests.Hosting;
using WreSkills.Tests.Notifications;

namespace WreSkills.Tests.Loading;

public sealed class DependencyHealthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DependencyProber _prober = new(TimeProvider.System);

    public void Dispose()
    {
        _prober.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<string?> Problem(DependencySettings settings) => (await _prober.ProbeAsync(settings with { WorkingDirectory = _folder.Path, Timeout = TimeSpan.FromSeconds(5) }, Stop)).Problem;

    private static DependencySettings One(DependencyKind kind) => new() { Name = "it", Kind = kind };

    [Fact]
    public async Task Files_and_folders_are_there_or_not()
    {
        var file = Path.Combine(_folder.Path, "f");
        File.WriteAllText(file, "");
        Assert.Null(await Problem(One(DependencyKind.File) with { Path = file }));
        Assert.NotNull(await Problem(One(DependencyKind.File) with { Path = file + "x" }));
        Assert.Null(await Problem(One(DependencyKind.Directory) with { Path = _folder.Path }));
        Assert.NotNull(await Problem(One(DependencyKind.Directory) with { Path = file }));
    }

    [Fact]
    public async Task A_database_answers_its_query_with_a_row()
    {
        var file = Path.Combine(_folder.Path, "d.db");
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE authors (name TEXT)";
            command.ExecuteNonQuery();
        }

        var settings = One(DependencyKind.Sqlite) with { Path = file };
        Assert.Null(await Problem(settings));
        Assert.Equal("the query gave no row", await Problem(settings with { Query = "SELECT 1 FROM authors" }));
        Assert.Contains("no such table", await Problem(settings with { Query = "SELECT 1 FROM nobody" }), StringComparison.Ordinal);
        Assert.Contains("readonly", await Problem(settings with { Query = "INSERT INTO authors VALUES ('x') RETURNING 1" }), StringComparison.Ordinal);
        Assert.StartsWith("there is no", await Problem(settings with { Path = file + "x" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_answers_with_the_expected_status()
    {
        using var server = new WebhookReceiver { Answer = _ => "204 No Content" };
        var settings = One(DependencyKind.Http) with { Url = server.Url };
        // The receiver wants a length; a GET has none, so it closes: no answer is a problem as well.
        Assert.NotNull(await Problem(settings));
        using var listener = new HttpListener();
        var url = $"http://127.0.0.1:{server.Url.Port + 1}/";
        listener.Prefixes.Add(url);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/down" ? 503 : 200;
                context.Response.Close();
            }
        }, Stop);
        Assert.Null(await Problem(settings with { Url = new Uri(url) }));
        Assert.Equal("status 503", await Problem(settings with { Url = new Uri(url + "down") }));
        Assert.Null(await Problem(settings with { Url = new Uri(url + "down"), ExpectStatus = 503 }));
    }

    [Fact]
    public async Task A_port_accepts_or_not()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var settings = One(DependencyKind.Tcp) with { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port };
        Assert.Null(await Problem(settings));
        listener.Stop();
        Assert.NotNull(await Problem(settings));
    }

    [Theory]
    [InlineData("exit 0", null)]
    [InlineData("exit 4", "sh ended with exit code 4")]
    public async Task A_program_ends_well_or_not(string script, string? problem) => Assert.Equal(problem, await Problem(One(DependencyKind.Command) with { Command = ["sh", "-c", script] }));

    [Theory]
    [InlineData("""read line; echo 'starting'; echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"x","version":"1"}}}'; sleep 30""", null)]
    [InlineData("""read line; echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"no"}}'; sleep 30""", "it answered initialize with an error")]
    [InlineData("exit 0", "it did not answer initialize")]
    public async Task An_mcp_server_answers_initialize(string script, string? problem) => Assert.Equal(problem, await Problem(One(DependencyKind.Mcp) with { Command = ["sh", "-c", script] }));

    [Theory]
    [InlineData("{\"jsonrpc\":\"2.0\",\n \"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\"}}", null)]
    [InlineData("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\"}}\n\n", null)]
    [InlineData("<html>", "it did not answer initialize")]
    public async Task An_mcp_server_by_address_answers_json_or_a_stream(string body, string? problem)
    {
        using var server = new WebhookReceiver { Answer = _ => $"200 OK\r\nX-Body: 1\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\nHTTP/1.1 200 OK" };
        Assert.Equal(problem, await Problem(One(DependencyKind.Mcp) with { Url = server.Url }));
    }

    [Fact]
    public async Task What_hangs_is_left_after_its_time_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var hanging = One(DependencyKind.Http) with { Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), Timeout = TimeSpan.FromMilliseconds(200) };
        Assert.Equal("no answer within 0.2 s", (await _prober.ProbeAsync(hanging, Stop)).Problem);
        var sleeping = One(DependencyKind.Command) with { Command = ["sleep", "600"], WorkingDirectory = _folder.Path, Timeout = TimeSpan.FromMilliseconds(200) };
        Assert.Equal("no answer within 0.2 s", (await _prober.ProbeAsync(sleeping, Stop)).Problem);
    }

    [Theory]
    [InlineData(new[] { 0.0, 4, 8 }, true)]
    [InlineData(new[] { 0.0, 5, 10 }, true)]
    [InlineData(new[] { 0.0, 5, 10.1 }, false)]
    [InlineData(new[] { 0.0, 1 }, false)]
    [InlineData(new[] { 0.0, 60, 64, 68 }, true)]
    [InlineData(new[] { 5.0, 7, 1 }, false)]
    public void Three_failed_probes_within_ten_seconds_are_a_failure(double[] seconds, bool failed)
    {
        var start = new DateTimeOffset(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);
        DependencyState? state = null;
        foreach (var second in seconds)
        {
            state = DependencyState.After(state, new DependencyProbe("it", "down", start.AddSeconds(second), 1), new DependencyRules());
        }

        Assert.Equal(failed, state!.FailedSince is not null);
        Assert.Null(DependencyState.After(state, new DependencyProbe("it", null, start.AddMinutes(5), 1), new DependencyRules()).FailedSince);
    }

    [Fact]
    public async Task A_failure_is_confirmed_before_it_counts_and_healthy_answers_are_kept_for_a_while()
    {
        var layout = WorkspaceLayout.ForPreset("policy", _folder.Path);
        var file = Path.Combine(_folder.Path, "store.db");
        var rules = new DependencyRules { WithinSeconds = 5 };
        var health = new DependencyHealth(layout, [One(DependencyKind.File) with { Path = file }], rules, TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        var state = (await health.CheckAsync(["it"], fresh: false, confirm: true, Stop))[0];
        Assert.Equal(3, state.Failures.Count);
        Assert.NotNull(state.FailedSince);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 3, 60);
        Assert.Equal("it", Assert.Single(health.Failed()).Name);

        // It comes back; and is believed for half a minute.
        File.WriteAllText(file, "");
        Assert.Null((await health.CheckAsync(["it"], fresh: false, confirm: false, Stop))[0].Problem);
        Assert.Empty(health.Failed());
        File.Delete(file);
        Assert.Null((await health.CheckAsync(["it"], fresh: false, confirm: false, Stop))[0].Problem);
        Assert.NotNull((await health.CheckAsync(["it"], fresh: true, confirm: false, Stop))[0].Problem);
        Assert.Empty(await health.CheckAsync(["nobody"], fresh: true, confirm: false, Stop));
        File.WriteAllText(layout.DependenciesFile, "[{\"na");
        Assert.Empty(health.Load());
    }

    [Fact]
    public async Task A_failed_dependency_rolls_production_back_once_and_stops_promotions()
    {
        using var test = new TestWorkspace();
        var store = test.At("authors.db");
        test.Write("wre.yaml", "dependencies:\n  author_history: {kind: file, path: authors.db}\n");
        File.WriteAllText(store, "");
        test.Reopen();
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        await test.StageAsync();
        test.Time.Advance(TimeSpan.FromMinutes(1));
        File.Delete(store);
        for (var probe = 0; probe < 3; probe++)
        {
            Assert.Null(test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback);
            await test.Workspace.Dependencies.CheckAsync(["author_history"], fresh: true, confirm: false, Stop);
            test.Time.Advance(TimeSpan.FromSeconds(4));
        }

        var watched = test.Workspace.Watch.Run(TestWorkspace.Skill);
        Assert.Equal(("dependency_failure", "dependency=author_history"), (watched.Rollback!.Reason, watched.Rollback.TriggerMetric));
        Assert.Equal("aborted", test.Entry.Rollout!.Status);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback);
        var gate = test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production).Gates.Single(gate => gate.Name == "dependency_health");
        Assert.Equal(Verdict.Fail, gate.Verdict);
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("alert", "progressing")]
    public async Task A_failed_dependency_does_what_its_action_says_and_no_more(string action, string status)
    {
        using var test = new TestWorkspace($"triggers:\n  dependency_failure: {{probes: 3, within_seconds: 10, action: {action}}}\n");
        var store = test.At("authors.db");
        test.Write("wre.yaml", "dependencies:\n  author_history: {kind: file, path: authors.db}\n");
        File.WriteAllText(store, "");
        test.Reopen();
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        await test.StageAsync();
        test.Time.Advance(TimeSpan.FromMinutes(1));
        File.Delete(store);
        for (var probe = 0; probe < 3; probe++)
        {
            await test.Workspace.Dependencies.CheckAsync(["author_history"], fresh: true, confirm: false, Stop);
            test.Time.Advance(TimeSpan.FromSeconds(4));
        }

        Assert.Null(test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback);
        Assert.Equal((PromotionState.Production, status), (test.Entry.PromotionState, test.Entry.Rollout!.Status));
        Assert.Single(test.Workspace.Outbox.Pending(), message => message.Kind == "dependency_alert");
    }

    [Fact]
    public async Task What_hangs_longer_than_the_span_of_the_probes_is_confirmed_all_the_same()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var hanging = One(DependencyKind.Http) with { Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), Timeout = TimeSpan.FromSeconds(2.5) };
        var health = new DependencyHealth(WorkspaceLayout.ForPreset("policy", _folder.Path), [hanging], new DependencyRules { WithinSeconds = 5 }, TimeProvider.System);
        Assert.NotNull((await health.CheckAsync(["it"], fresh: false, confirm: true, Stop))[0].FailedSince);
    }

    [Fact]
    public async Task Names_without_a_probe_are_named_and_left_to_the_reviewer()
    {
        using var test = new TestWorkspace();
        await test.BenchAsync();
        GateResult gate = test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Gates.Single(gate => gate.Name == "dependency_health");
        Assert.Equal(Verdict.Pass, gate.Verdict);
        Assert.Contains("no probe for author_history", gate.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_in_the_configuration_is_listed_at_once()
    {
        using var test = new TestWorkspace();
        test.Write("wre.yaml", "dependencies:\n  a: {kind: file}\n  b: {kind: tcp, host: x}\n  c: {kind: mcp}\n  d: {kind: http, url: 'ftp://x'}\nnotifications:\n  e: {kind: webhook, url: x, secret: whsec_x}\n");
        var error = Assert.Throws<WreException>(test.Reopen);
        Assert.Equal(7, error.Problems.Count);
        Assert.StartsWith("line 2: dependencies.a.path is missing", error.Problems[0], StringComparison.Ordinal);
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Crash;

/// <summary>The monitor as a process: kills it, lets two run, and lets a real receiver count what it is told.</summary>
public sealed class MonitorCrashTests(ITestOutputHelper output)
{
    private const string Secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Crash points on the way of a message alone.</summary>
    internal static IReadOnlyList<string> OwnPoints { get; } = ["delivery-sent", "delivery-noted", "message-retired", "notifier-disabled"];

    /// <summary>Crash points on the way of a message, and of a rollback that the monitor makes.</summary>
    public static TheoryData<string> Points { get; } =
        ["delivery-sent", "delivery-noted", "message-retired", "metrics-ingested", "intent-written", "registry-committed", "audit-written", "outbox-written", "database-written", "intent-deleted", "temporary:*rollback_alert.json"];

    [Theory]
    [MemberData(nameof(Points))]
    public void Killed_anywhere_every_alert_arrives_at_least_once_with_a_stable_id(string point)
    {
        using var receiver = new Receiver();
        using var workspace = Templates.SecondProduced();
        Configure(workspace, receiver);
        var environment = new Dictionary<string, string> { ["WRE_TEST_SECRET"] = Secret };

        // The monitor is at work when somebody else's tool appends ten bad executions.
        using (var first = WreProcess.Start(workspace.Root, ["monitor", "--interval", "0.2"], new Dictionary<string, string>(environment) { ["WRE_CRASH_AT"] = point }))
        {
            Degrade(workspace);
            SpinWait.SpinUntil(() => first.HasExited || receiver.Has("rollback_alert"), s_patience);
            first.Kill();
        }

        using (var second = WreProcess.Start(workspace.Root, ["monitor", "--interval", "0.2"], environment))
        {
            Assert.True(SpinWait.SpinUntil(() => receiver.Has("rollback_alert") && Waiting(workspace) == 0, s_patience), $"after {point}: {receiver.Count} messages, {Waiting(workspace)} wait\n{second.Kill()}");
            second.Kill();
        }

        Assert.True(receiver.AllSigned, "a signature does not hold");
        var messages = receiver.Distinct().ToList();
        output.WriteLine($"{point}: {receiver.Count} requests, {messages.Count} messages");
        Assert.Single(messages, message => message.Kind == "rollback_alert");
        Assert.Equal("1.0", (string)JsonNode.Parse(workspace.Must("load", "--skill", TemporaryWorkspace.Skill, "--output", "json").StdOut)!["version"]!);
        workspace.AssertHealthy(point);
    }

    [Fact]
    public void Killed_while_a_receiver_goes_away_nothing_is_lost_and_it_stays_switched_off()
    {
        using var receiver = new Receiver { Status = 410 };
        using var workspace = Templates.SecondProduced();
        Configure(workspace, receiver);
        workspace.Must(TemporaryWorkspace.RollBack("production", "staged"));
        var environment = new Dictionary<string, string> { ["WRE_TEST_SECRET"] = Secret };
        Assert.Equal(WreResult.Killed, WreProcess.Run(workspace.Root, ["alerts", "deliver"], new Dictionary<string, string>(environment) { ["WRE_CRASH_AT"] = "notifier-disabled" }).ExitCode);
        var asked = receiver.Count;
        WreProcess.Run(workspace.Root, ["alerts", "deliver"], environment);
        Assert.Equal(asked, receiver.Count);
        receiver.Status = 204;
        workspace.Must("alerts", "enable", "ops");
        Assert.Equal(0, WreProcess.Run(workspace.Root, ["alerts", "deliver"], environment).ExitCode);
        Assert.True(receiver.Has("rollback_alert"));
        Assert.Equal(0, Waiting(workspace));
    }

    [Fact]
    public void A_second_monitor_waits_and_takes_over_when_the_first_is_killed()
    {
        using var receiver = new Receiver();
        using var workspace = Templates.SecondProduced();
        Configure(workspace, receiver);
        var environment = new Dictionary<string, string> { ["WRE_TEST_SECRET"] = Secret };
        using var first = WreProcess.Start(workspace.Root, ["monitor", "--interval", "0.2"], environment);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(workspace.PathOf($"{TemporaryWorkspace.Core}/monitor.json")), s_patience));
        using var second = WreProcess.Start(workspace.Root, ["monitor", "--interval", "0.2"], environment);
        Assert.Equal(1, WreProcess.Run(workspace.Root, ["monitor", "--once"], environment).ExitCode);
        Assert.False(second.HasExited);
        first.Kill();
        Degrade(workspace);
        Assert.True(SpinWait.SpinUntil(() => receiver.Has("rollback_alert"), s_patience), "the standby did not take over");
        Assert.Equal("1.0", workspace.Active("production"));
        Assert.Contains("standby", second.Kill().StdOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_does_everything_and_ends()
    {
        using var receiver = new Receiver();
        using var workspace = Templates.SecondProduced();
        Configure(workspace, receiver);
        Degrade(workspace);
        var environment = new Dictionary<string, string> { ["WRE_TEST_SECRET"] = Secret };
        var result = WreProcess.Run(workspace.Root, ["monitor", "--once"], environment);
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.StdOut.Contains("was rolled back", StringComparison.Ordinal), result.ToString());
        Assert.True(receiver.Has("rollback_alert"));
        Assert.Equal(0, Waiting(workspace));
        workspace.AssertHealthy("once");
    }

    private static void Configure(TemporaryWorkspace workspace, Receiver receiver) => File.AppendAllText(
        workspace.PathOf("wre.yaml"), $"\nnotifications:\n  ops:\n    kind: webhook\n    url: {receiver.Url}\n    secret_env: WRE_TEST_SECRET\n    allow_private: true\n");

    private static void Degrade(TemporaryWorkspace workspace)
    {
        var lines = string.Concat(Enumerable.Range(1, 10).Select(number => string.Create(
            CultureInfo.InvariantCulture, $"{{\"execution_id\":\"bad-{number}\",\"timestamp\":\"{TimeProvider.System.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"version\":\"1.1\",\"state\":\"production\",\"pattern_fidelity\":0.5}}\n")));
        File.AppendAllText(workspace.PathOf($"{TemporaryWorkspace.Metrics}/{TemporaryWorkspace.Skill}_fidelity.json"), lines);
    }

    private static int Waiting(TemporaryWorkspace workspace) =>
        Directory.Exists(workspace.PathOf($"{TemporaryWorkspace.Core}/outbox")) ? Directory.GetFiles(workspace.PathOf($"{TemporaryWorkspace.Core}/outbox"), "*.json").Length : 0;

    /// <summary>A receiver on loopback that checks each signature as the specification says.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Id, string Kind, bool Signed)> _received = new();

        public Receiver()
        {
            for (var attempt = 0; ; attempt++)
            {
                Url = $"http://127.0.0.1:{RandomNumberGenerator.GetInt32(20_000, 60_000)}/hook/";
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add(Url);
                try
                {
                    _listener.Start();
                    break;
                }
                catch (HttpListenerException) when (attempt < 20)
                {
                    // The port is taken.
                }
            }

            _ = ServeAsync();
        }

        public string Url { get; }

        public int Status { get; set; } = 204;

        public int Count => _received.Count;

        public bool AllSigned => _received.All(request => request.Signed);

        public bool Has(string kind) => _received.Any(request => request.Kind == kind);

        public IEnumerable<(string Id, string Kind)> Distinct() => _received.Select(request => (request.Id, request.Kind)).Distinct();

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = await reader.ReadToEndAsync();
                    var (id, timestamp) = (context.Request.Headers["webhook-id"]!, context.Request.Headers["webhook-timestamp"]!);
                    var expected = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[6..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
                    _received.Enqueue((id, (string)JsonNode.Parse(body)!["data"]!["kind"]!, context.Request.Headers["webhook-signature"] == "v1," + expected));
                    context.Response.StatusCode = Status;
                    context.Response.Close();
                }
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}

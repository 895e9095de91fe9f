using System.Text.Json.Nodes;

using Microsoft.Extensions.Time.Testing;

using WreSkills.Notifications;
using WreSkills.Storage;

namespace WreSkills.Tests.Notifications;

public sealed class OutboxCourierTests : IDisposable
{
    private const string Variable = "WRE_TEST_WEBHOOK_SECRET";
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly DateTimeOffset s_start = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(s_start);
    private readonly WebhookReceiver _receiver = new();
    private readonly Outbox _outbox;
    private readonly DeliveryLedger _ledger;

    public OutboxCourierTests()
    {
        Environment.SetEnvironmentVariable(Variable, Secret);
        var layout = WorkspaceLayout.ForPreset("policy", _folder.Path);
        (_outbox, _ledger) = (new Outbox(layout), new DeliveryLedger(layout));
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private WebhookSettings Settings(string name = "ops") => new() { Name = name, Url = _receiver.Url, SecretVariable = Variable, AllowPrivate = true };

    private OutboxCourier Courier(WebhookSettings? settings = null) => new(_outbox, _ledger, new WebhookNotifier(settings ?? Settings(), _time), _time);

    private void Put(string id, string kind = "rollback_alert") => _outbox.Put(new OutboxMessage(id, kind, "spam_check", Timestamp.ToIso(_time.GetUtcNow()), new JsonObject
    {
        ["text"] = "spam_check 1.1 was rolled back",
        ["reason"] = "pattern_fidelity_drop_below_85",
        ["trigger_metric"] = "fidelity=0.83",
        ["undo"] = "wre rollback --skill spam_check --undo --approver ID --reason \"…\"",
    }));

    [Fact]
    public async Task A_message_arrives_signed_with_reason_figure_and_the_command_to_undo()
    {
        Put("op-1-rollback_alert");
        var round = await Courier().RunOnceAsync(Stop);
        Assert.Equal((1, 0, 0, null), (round.Delivered, round.Failed, round.GivenUp, round.NextDue));
        var received = Assert.Single(_receiver.Received);
        Assert.Equal(("op-1-rollback_alert", "1760961600"), (received.Id, received.Timestamp));
        Assert.True(received.IsSignedWith(Secret));
        Assert.False((received with { Body = received.Body + " " }).IsSignedWith(Secret));
        Assert.Equal("wre.rollback_alert", (string)received.Json["type"]!);
        Assert.Equal("fidelity=0.83", (string)received.Json["data"]!["trigger_metric"]!);
        Assert.Contains("Undo: wre rollback --skill spam_check --undo", (string)received.Json["data"]!["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_signature_is_that_of_the_specifications_example() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Sign(WebhookSignature.Key(Secret)!, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8));

    [Theory]
    [InlineData("whsec_not base64")]
    [InlineData("whsec_c2hvcnQ=")]
    public void A_weak_secret_is_none(string secret) => Assert.Null(WebhookSignature.Key(secret));

    [Fact]
    public async Task Without_a_secret_it_still_has_its_id()
    {
        Put("op-1");
        await Courier(Settings() with { SecretVariable = null }).RunOnceAsync(Stop);
        Assert.Equal(("op-1", "1760961600"), (Assert.Single(_receiver.Received).Id, _receiver.Received.First().Timestamp));
    }

    [Fact]
    public async Task A_file_whose_name_fits_no_header_stops_nobody()
    {
        Put("op-1");
        foreach (var name in (string[])["a\nb", "ü"])
        {
            File.WriteAllText(Path.Combine(WorkspaceLayout.ForPreset("policy", _folder.Path).OutboxFolder, name + ".json"), new JsonObject { ["id"] = name, ["kind"] = "rollback_alert" }.ToJsonString());
        }

        Assert.Equal(1, (await Courier().RunOnceAsync(Stop)).Delivered);
        Assert.Equal("op-1", Assert.Single(_outbox.Each()).Id);
    }

    [Fact]
    public async Task The_console_shows_a_message_without_letting_it_steer_the_terminal()
    {
        _outbox.Put(new OutboxMessage("op-1", "runner_change", "spam_check", Timestamp.ToIso(s_start), new JsonObject { ["text"] = "the agent \u001b[2Jevil runs it" }));
        using var output = new StringWriter();
        await new OutboxCourier(_outbox, _ledger, new ConsoleNotifier(new ConsoleSettings { Name = "log" }, output), _time).RunOnceAsync(Stop);
        Assert.Contains("[2Jevil", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public async Task Delivered_it_is_not_sent_again_and_is_recognised_when_put_again()
    {
        Put("op-1");
        await Courier().RunOnceAsync(Stop);
        await Courier().RunOnceAsync(Stop);
        Assert.Equal(1, _outbox.Retire([Settings()], _ledger, _time.GetUtcNow()));
        Put("op-1");
        await Courier().RunOnceAsync(Stop);
        Assert.Single(_receiver.Received);
        Assert.Empty(_outbox.Pending());
    }

    [Fact]
    public async Task Failures_are_tried_again_on_the_schedule_and_given_up_at_its_end()
    {
        _receiver.Answer = _ => "500 Oops";
        Put("op-1");
        var courier = Courier();
        for (var attempt = 1; attempt < OutboxCourier.Schedule.Count; attempt++)
        {
            var round = await courier.RunOnceAsync(Stop);
            Assert.Equal((0, 1, 0), (round.Delivered, round.Failed, round.GivenUp));
            var wait = round.NextDue!.Value - _time.GetUtcNow();
            Assert.InRange(wait, OutboxCourier.Schedule[attempt] - TimeSpan.FromSeconds(1), (OutboxCourier.Schedule[attempt] * 1.1) + TimeSpan.FromSeconds(1));
            Assert.Equal(0, (await courier.RunOnceAsync(Stop)).Failed);
            _time.Advance(wait + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, (await courier.RunOnceAsync(Stop)).GivenUp);
        Assert.Equal(10, _receiver.Received.Count);
        Assert.All(_receiver.Received, received => Assert.Equal("op-1", received.Id));
        Assert.Equal(10, _receiver.Received.Select(received => received.Timestamp).Distinct().Count());
        Assert.Equal(1, _outbox.Retire([Settings()], _ledger, _time.GetUtcNow()));
    }

    [Fact]
    public async Task Gone_switches_the_notifier_off_until_somebody_switches_it_on()
    {
        _receiver.Answer = _ => "410 Gone";
        Put("op-1");
        await Courier().RunOnceAsync(Stop);
        Put("op-2");
        await Courier().RunOnceAsync(Stop);
        Assert.Single(_receiver.Received);
        Assert.Contains("410", _ledger.Disabled("ops"), StringComparison.Ordinal);
        Assert.Contains(_outbox.Pending(), message => message.Kind == "notifier_disabled");
        Assert.True(_ledger.Enable("ops"));
        _receiver.Answer = _ => "200 OK";
        Assert.Equal(3, (await Courier().RunOnceAsync(Stop)).Delivered);
    }

    [Theory]
    [InlineData("429 Too Many Requests\r\nRetry-After: 120", 120)]
    [InlineData("503 Busy\r\nRetry-After: 9999999", 86_400)]
    [InlineData("503 Busy\r\nRetry-After: 1", 5)]
    public async Task A_receiver_that_asks_to_wait_is_waited_for(string answer, int seconds)
    {
        _receiver.Answer = _ => answer;
        Put("op-1");
        var round = await Courier().RunOnceAsync(Stop);
        Assert.InRange((round.NextDue!.Value - s_start).TotalSeconds, seconds - 1, (seconds * 1.1) + 1);
    }

    [Theory]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/")]
    [InlineData(null)]
    public async Task Redirects_and_broken_connections_are_failures(string? answer)
    {
        _receiver.Answer = _ => answer;
        Put("op-1");
        Assert.Equal(1, (await Courier().RunOnceAsync(Stop)).Failed);
        Assert.Single(_receiver.Received);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_the_time_out_and_delays_no_other()
    {
        var hang = new TaskCompletionSource();
        _receiver.Delay = received => received.Id == "slow" ? hang.Task : Task.CompletedTask;
        Put("slow");
        Put("quick-1");
        Put("quick-2");
        var round = Courier().RunOnceAsync(Stop);
        while (_ledger.Find("ops", "quick-1").DeliveredAt is null || _ledger.Find("ops", "quick-2").DeliveredAt is null || _receiver.Received.Count < 3)
        {
            await Task.Yield();
        }

        Assert.False(round.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((2, 1), ((await round).Delivered, (await round).Failed));
        hang.SetResult();
        Assert.Contains("no answer within 10 s", _ledger.Find("ops", "slow").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_address_is_refused_unless_it_is_allowed()
    {
        Put("op-1");
        var round = await Courier(Settings() with { AllowPrivate = false }).RunOnceAsync(Stop);
        Assert.Equal(1, round.GivenUp);
        Assert.Contains("allow_private", round.Problems[0], StringComparison.Ordinal);
        Put("op-2");
        Assert.Equal(2, (await Courier(Settings("named") with { AllowPrivate = false, Url = new Uri($"http://localhost:{_receiver.Url.Port}/") }).RunOnceAsync(Stop)).GivenUp);
        Assert.Empty(_receiver.Received);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    public void Addresses_are_public_or_not(string address, bool expected) => Assert.Equal(expected, AddressRules.IsPublic(System.Net.IPAddress.Parse(address)));

    [Fact]
    public async Task Only_the_kinds_that_a_notifier_wants_reach_it_and_the_rest_moves_on()
    {
        Put("op-1");
        Put("op-2", "reindex_requested");
        await Courier(Settings() with { Kinds = ["trigger_alert"] }).RunOnceAsync(Stop);
        Assert.Empty(_receiver.Received);
        await Courier().RunOnceAsync(Stop);
        Assert.Equal("op-1", Assert.Single(_receiver.Received).Id);
        Assert.Equal(2, _outbox.Retire([Settings()], _ledger, _time.GetUtcNow()));
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_sent_unsigned()
    {
        Put("op-1");
        var round = await Courier(Settings() with { SecretVariable = "WRE_TEST_NO_SUCH_VARIABLE" }).RunOnceAsync(Stop);
        Assert.Equal((0, 1), (round.Delivered, round.Failed));
        Assert.Empty(_receiver.Received);
    }

    [Fact]
    public async Task A_program_reads_the_message_and_its_exit_code_decides()
    {
        var file = Path.Combine(_folder.Path, "got.json");
        Put("op-1");
        OutboxCourier Command(string script) => new(_outbox, _ledger, new CommandNotifier(new CommandNotifierSettings { Name = script, Command = ["sh", "-c", script], WorkingDirectory = _folder.Path }, TimeProvider.System), _time);
        Assert.Equal(1, (await Command("exit 3").RunOnceAsync(Stop)).Failed);
        Assert.Equal(1, (await Command($"cat > '{file}'").RunOnceAsync(Stop)).Delivered);
        Assert.Equal("op-1", (string)JsonNode.Parse(File.ReadAllText(file))!["id"]!);
        var missing = new CommandNotifier(new CommandNotifierSettings { Name = "x", Command = ["/no/such/program"], WorkingDirectory = _folder.Path }, _time);
        Assert.StartsWith("/no/such/program: ", (await new OutboxCourier(_outbox, _ledger, missing, _time).RunOnceAsync(Stop)).Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Slack_gets_text_and_blocks_with_what_strangers_wrote_escaped()
    {
        var json = MessageText.Slack(new OutboxMessage("id", "rollback_alert", "", "2025-10-20T12:00:00Z", new JsonObject { ["text"] = "<!channel> & more", ["reason"] = "r", ["undo"] = "wre rollback ``` x" }));
        Assert.Equal("&lt;!channel&gt; &amp; more", (string)json["text"]!);
        var blocks = json["blocks"]!.ToJsonString();
        Assert.DoesNotContain("<!channel>", blocks, StringComparison.Ordinal);
        Assert.Equal(4, json["blocks"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_torn_state_tells_twice_rather_than_never()
    {
        Put("op-1");
        await Courier().RunOnceAsync(Stop);
        File.WriteAllText(Directory.EnumerateFiles(_folder.Path, "op-1.json", SearchOption.AllDirectories).Single(path => path.Contains("deliveries", StringComparison.Ordinal)), "{\"attem");
        await Courier().RunOnceAsync(Stop);
        Assert.Equal(2, _receiver.Received.Count);
    }
}

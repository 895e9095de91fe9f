using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Hosting;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// The monitor: an update per execution, a fleet of 10,000 skills with 100 executions each, and the time from the record that completes a trigger until
/// the previous version serves, in one process and, with the path of <c>wre</c> as argument, across processes.
/// </summary>
internal static class MonitorSpeed
{
    private const int Skills = 10_000;
    private const int PerSkill = 100;
    private const int Rounds = 40;
    private const string Skill = "spam_check";

    public static int Run(string[] arguments)
    {
        Update();
        if (arguments is ["fleet", var folder])
        {
            return OpenFleet(folder);
        }

        Fleet();
        Latency(arguments.Length > 0 ? arguments[0] : null);
        return 0;
    }

    private static void Update()
    {
        var (model, random, drawn) = (new SkillModel(), new Random(1), new List<Observation>());
        var executions = Enumerable.Range(0, 100_000).Select(index =>
        {
            model.Draw(random, index + 1, drawn);
            return drawn.ToArray();
        }).ToArray();
        var policy = new PromotionPolicy { Guard = new GuardRules { Mode = GuardMode.Confirm, Limit = 1e12 } };
        var best = double.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            var (state, start, fired) = (new WatchState(policy, SkillModel.BaselineTimeMs), Stopwatch.GetTimestamp(), 0);
            foreach (var execution in executions)
            {
                foreach (var observation in execution)
                {
                    state.Observe(observation);
                }

                fired += state.Acting() == TriggerSet.None ? 0 : 1;
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / executions.Length);
            GC.KeepAlive(fired);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"update per execution (five guards, six windows)   {best:0} ns, state {new WatchState(policy, 100).ToBytes().Length} to {Filled(policy).Length} bytes"));
    }

    private static byte[] Filled(PromotionPolicy policy)
    {
        var state = new WatchState(policy, 100);
        for (var index = 0; index < 1000; index++)
        {
            state.Observe(new Observation(index, (ObservedMetric)(index % 6), 0.5));
        }

        return state.ToBytes();
    }

    private static void Fleet()
    {
        var root = Directory.CreateTempSubdirectory("wre-bench-fleet-").FullName;
        try
        {
            var layout = WorkspaceLayout.ForPreset("policy", root);
            Directory.CreateDirectory(layout.MetricsFolder);
            var registry = new RegistryDocument();
            var skills = new SortedDictionary<string, SkillEntry>(StringComparer.Ordinal);
            for (var skill = 0; skill < Skills; skill++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"skill_{skill:00000}");
                skills[name] = new SkillEntry { PromotionState = PromotionState.Production }.With("1.0", new VersionEntry
                {
                    Digest = new string('a', 64),
                    State = PromotionState.Production,
                    StateSerial = 1,
                    StateSince = "2025-10-01T00:00:00Z",
                    Operation = "bench",
                    Baseline = new BaselineEntry { ExecutionTimeMs = 100 },
                }).WithLive(PromotionState.Production, "1.0");
                WriteLines(layout, name, skill);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(layout.RegistryFile)!);
            new SkillRegistry(layout, TimeProvider.System).TryCommit(registry with { Skills = skills }, 0);
            new MetricsIngestor(layout.MetricsFolder, layout.MetricsDatabase, TimeProvider.System).Run();
            foreach (var what in (string[])["first", "again"])
            {
                using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. (Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(MonitorSpeed).Assembly.Location] : Array.Empty<string>()), "monitor", "fleet", root]) { RedirectStandardOutput = true, UseShellExecute = false })!;
                var lines = child.StandardOutput.ReadToEnd().Split('\n').Where(line => line.StartsWith("fleet", StringComparison.Ordinal));
                child.WaitForExit();
                Console.WriteLine($"{string.Join("", lines)} ({what})");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static int OpenFleet(string root)
    {
        var start = Stopwatch.GetTimestamp();
        using var workspace = Workspace.Open(root);
        var reports = workspace.Registry.Load().Skills.Select(skill => workspace.Monitor.Evaluate(skill.Key, skill.Value, workspace.Policy, PromotionState.Production)!).ToList();
        var (looked, values, elapsed) = (reports.Count, reports.Sum(report => report.State.Fidelity.Count), Stopwatch.GetElapsedTime(start).TotalSeconds);
        start = Stopwatch.GetTimestamp();
        reports.ForEach(report => workspace.Monitor.Keep(report, workspace.Policy));
        var keeping = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fleet of {looked:N0} skills, {values:N0} executions: open {elapsed:0.00} s, keep {keeping:0.00} s, peak {self.PeakWorkingSet64 / 1048576.0:0} MiB"));
        return 0;
    }

    private static void WriteLines(WorkspaceLayout layout, string name, int seed)
    {
        // Good enough that no window is ever beyond its limit: all of the history is read.
        var (model, random, drawn) = (new SkillModel { Fidelity = 0.99, Outcome = 0.999, Exceptions = 0, FalsePositives = 0 }, new Random(seed), new List<Observation>());
        StringBuilder fidelity = new(), outcomes = new(), performance = new();
        for (var execution = 0; execution < PerSkill; execution++)
        {
            model.Draw(random, execution, drawn);
            var head = string.Create(CultureInfo.InvariantCulture, $"{{\"execution_id\":\"{Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(execution))}\",\"timestamp\":\"2025-10-20T12:00:00Z\",\"version\":\"1.0\",\"state\":\"production\",\"state_serial\":1,");
            double Value(ObservedMetric metric) => drawn.First(one => one.Metric == metric).Value;
            fidelity.Append(CultureInfo.InvariantCulture, $"{head}\"pattern_fidelity\":{Value(ObservedMetric.Fidelity):0.####}}}\n");
            outcomes.Append(CultureInfo.InvariantCulture, $"{head}\"outcome_quality\":{Value(ObservedMetric.Outcome)}}}\n");
            performance.Append(CultureInfo.InvariantCulture, $"{head}\"execution_time_ms\":{Value(ObservedMetric.Time):0.#},\"exception\":{(Value(ObservedMetric.Exception) > 0 ? "true" : "false")}}}\n");
        }

        File.WriteAllText(Path.Combine(layout.MetricsFolder, name + "_fidelity.json"), fidelity.ToString());
        File.WriteAllText(Path.Combine(layout.MetricsFolder, name + "_outcomes.json"), outcomes.ToString());
        File.WriteAllText(Path.Combine(layout.MetricsFolder, name + "_performance.json"), performance.ToString());
    }

    private static void Latency(string? wre)
    {
        var template = Directory.CreateTempSubdirectory("wre-bench-latency-").FullName;
        try
        {
            Produce(template);
            Report("record to previous version serving, one process", [.. Enumerable.Range(0, Rounds).Select(_ => OneProcess(template))]);
            if (wre is not null)
            {
                Report("metric line to previous version serving, monitor beside", [.. Enumerable.Range(0, Rounds / 2).Select(_ => AcrossProcesses(template, wre))]);
            }
        }
        finally
        {
            Directory.Delete(template, recursive: true);
        }
    }

    private static double OneProcess(string template) => InCopy(template, root =>
    {
        using var workspace = Workspace.Open(root);
        workspace.Recorder.Record([.. Enumerable.Range(0, 9).Select(_ => Bad())]);
        var start = Stopwatch.GetTimestamp();
        var outcome = workspace.Recorder.Record([Bad()]);
        var version = workspace.Loader.Load(Skill, "k")?.Version;
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return outcome.Skills[Skill].Rollback is not null && version == "1.0" ? elapsed : throw new InvalidOperationException("it was not rolled back");
    });

    private static double AcrossProcesses(string template, string wre) => InCopy(template, root =>
    {
        var layout = WorkspaceConfiguration.Load(root).Layout;
        using var monitor = Process.Start(new ProcessStartInfo(wre, ["monitor", "--workspace", root]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            while (monitor.StandardOutput.ReadLine() is { } line && !line.Contains("watching", StringComparison.Ordinal))
            {
            }

            while (!File.Exists(layout.MonitorFile))
            {
                Thread.Sleep(10);
            }

            using var workspace = Workspace.Open(root);
            var file = workspace.Metrics.FileOf(Skill, MetricKind.Fidelity);
            string Line() => $"{{\"execution_id\":\"{Guid.NewGuid()}\",\"timestamp\":\"{Timestamp.ToIso(TimeProvider.System.GetUtcNow())}\",\"version\":\"1.1\",\"state\":\"production\",\"pattern_fidelity\":0.5}}\n";
            File.AppendAllText(file, string.Concat(Enumerable.Range(0, 9).Select(_ => Line())));
            Thread.Sleep(500);
            var start = Stopwatch.GetTimestamp();
            File.AppendAllText(file, Line());
            while (workspace.Loader.Load(Skill, "k")?.Version != "1.0")
            {
                if (Stopwatch.GetElapsedTime(start).TotalSeconds > 30)
                {
                    throw new InvalidOperationException("it was not rolled back");
                }
            }

            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        finally
        {
            monitor.Kill();
            monitor.WaitForExit();
        }
    });

    private static double InCopy(string template, Func<string, double> measure)
    {
        var root = Directory.CreateTempSubdirectory("wre-bench-copy-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(root, Path.GetRelativePath(template, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            return measure(root);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void Report(string what, List<double> ms)
    {
        ms.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-58} median {ms[ms.Count / 2]:0.0} ms  min {ms[0]:0.0}  max {ms[^1]:0.0}  ({ms.Count} rollbacks)"));
    }

    private static ExecutionRecord Bad() => Read(new JsonObject { ["pattern_fidelity"] = 0.5, ["version"] = "1.1", ["state"] = "production" });

    private static ExecutionRecord Read(JsonObject line)
    {
        line["skill"] = Skill;
        return ExecutionRecordReader.Read(line.ToJsonString(), "bench", Skill, () => Guid.NewGuid().ToString());
    }

    // 1.0 and 1.1 go through both promotions.
    private static void Produce(string root)
    {
        File.WriteAllText(Path.Combine(root, "wre.yaml"), "version: 1\n");
        foreach (var version in (string[])["1.0", "1.1"])
        {
            WriteSkill(root, version);
            using var workspace = Workspace.Open(root);
            workspace.BenchAsync(Skill, PromotionState.Prototype, new GoodAgent(), 1, null, CancellationToken.None).GetAwaiter().GetResult();
            Promote(workspace, PromotionState.Prototype, PromotionState.Staged);
            workspace.Recorder.Record([.. Enumerable.Range(0, 100).Select(index => Read(new JsonObject
            {
                ["version"] = version, ["decision"] = index % 2 == 0 ? "allow" : "remove", ["expected_decision"] = index % 2 == 0 ? "allow" : "remove", ["execution_time_ms"] = 50, ["exception"] = false, ["pattern_fidelity"] = 1,
            }))]);
            Promote(workspace, PromotionState.Staged, PromotionState.Production);
        }
    }

    private static void Promote(Workspace workspace, PromotionState from, PromotionState to)
    {
        var (ticket, _) = workspace.Issuer.Issue(Skill, from, to, null, "author", null);
        var answers = ApprovalTicket.RequiredAnswers(to).ToDictionary(answer => answer.Key, _ => "YES");
        (answers["approver"], answers["approval_decision"], answers["signature"], answers["timestamp"]) = ("0102", "APPROVED", "0102", Timestamp.ToIso(TimeProvider.System.GetUtcNow()));
        workspace.Tickets.Answer(ticket.Id, answers);
        var outcome = workspace.Promoter.Promote(new PromotionRequest { Skill = Skill, From = from, To = to, Approver = "0102", Ticket = ticket.Id, RequestedBy = "author" });
        if (outcome.Transition is null)
        {
            throw new InvalidOperationException(string.Join("\n", outcome.Refusals));
        }
    }

    private static void WriteSkill(string root, string version)
    {
        var folder = Path.Combine(root, $".claude/skills/{Skill}_prototype");
        Directory.CreateDirectory(Path.Combine(folder, "evals"));
        File.WriteAllText(Path.Combine(folder, "SKILL.md"), $"---\nname: {Skill}\ndescription: Flags spam.\nversion: \"{version}\"\nprimary_agent: gemma\nintent_type: CLASSIFICATION\nmodule: communication/livechat\nmax_execution_time_ms: 100\nnegative_decisions: [allow]\ndependencies: none\nexpected_patterns: [checked=true]\n---\nLook at links ({version}).\n");
        var cases = new JsonArray([.. Enumerable.Range(0, 60).Select(index => (JsonNode)new JsonObject
        {
            ["id"] = $"c{index}", ["prompt"] = "Classify.", ["expected_output"] = "x",
            ["wre"] = new JsonObject { ["expected_decision"] = index % 2 == 0 ? "allow" : "remove", ["critical"] = index == 1 },
        })]);
        File.WriteAllText(Path.Combine(folder, "evals/evals.json"), new JsonObject { ["skill_name"] = Skill, ["evals"] = cases }.ToJsonString());
    }

    /// <summary>Decides as the case expects.</summary>
    private sealed class GoodAgent : IAgent
    {
        private int _next;

        public string Name => "rules";

        public Task<AgentResult> ExecuteAsync(AgentRequest request, CancellationToken cancellationToken)
        {
            var decision = _next++ % 2 == 0 ? "allow" : "remove";
            using var record = JsonDocument.Parse($"{{\"decision\":\"{decision}\",\"breadcrumbs\":[{{\"checked\":true}}]}}");
            return Task.FromResult(new AgentResult { Record = record.RootElement.Clone(), ElapsedMs = 1 });
        }
    }
}

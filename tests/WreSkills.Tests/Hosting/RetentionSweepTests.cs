using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Tests.Hosting;

public sealed class RetentionSweepTests : IDisposable
{
    private const string Core = "modules/infrastructure/wre_core/skills";
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Records_go_by_the_day_in_their_name()
    {
        // The clock stands at 2025-10-20; 30 days back is 2025-09-20, and that day ended on the 21st.
        foreach (var day in (ReadOnlySpan<string>)["2025-09-18", "2025-09-19", "2025-09-20", "2025-10-20", "notes"])
        {
            _test.Write($"{Core}/executions/{TestWorkspace.Skill}/{day}.jsonl", "{}\n");
        }

        var sweep = new RetentionSweep(_test.Workspace);
        Assert.Equal([$"{Core}/executions/{TestWorkspace.Skill}/2025-09-18.jsonl", $"{Core}/executions/{TestWorkspace.Skill}/2025-09-19.jsonl"], sweep.Plan().Removed.Select(item => item.Path));
        Assert.True(File.Exists(_test.At($"{Core}/executions/{TestWorkspace.Skill}/2025-09-18.jsonl")));
        Assert.Equal(6, sweep.Run().Bytes);
        Assert.False(File.Exists(_test.At($"{Core}/executions/{TestWorkspace.Skill}/2025-09-18.jsonl")));
        Assert.True(File.Exists(_test.At($"{Core}/executions/{TestWorkspace.Skill}/2025-09-20.jsonl")));
    }

    [Fact]
    public async Task What_is_live_approved_a_draft_or_a_predecessor_never_goes()
    {
        await _test.ProduceAsync();
        var first = _test.Entry.Live(PromotionState.Production)!.Value.Version.Digest;
        _test.WriteSkill("1.1", "Look twice.");
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index =>
        {
            var line = _test.Good(index % 2 == 0 ? "allow" : "remove");
            line["state"] = "staged";
            return line;
        }));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.WriteSkill("1.2", "Look three times.");
        await _test.BenchAsync();
        var benchmarks = Directory.GetFiles(_test.At($"{Core}/benchmarks/{TestWorkspace.Skill}"));
        _test.Time.Advance(TimeSpan.FromDays(2_000));
        var result = new RetentionSweep(_test.Workspace).Run();
        Assert.Empty(result.Problems);
        Assert.All(result.Removed, item => Assert.Contains(item.Kind, (string[])["executions", "archive"]));
        Assert.Equal(benchmarks, Directory.GetFiles(_test.At($"{Core}/benchmarks/{TestWorkspace.Skill}")));
        Assert.True(_test.Workspace.Store.Contains(first));
        Assert.NotNull(_test.Workspace.Loader.Load(TestWorkspace.Skill, "key"));
        Assert.Empty(new WorkspaceDoctor(_test.Workspace).Check().SelectMany(invariant => invariant.Problems));
    }

    [Fact]
    public async Task A_version_that_nothing_names_goes_when_it_is_old_and_what_the_registry_names_stays()
    {
        await _test.StageAsync();
        _test.RollBack(PromotionState.Staged);
        var held = _test.Entry.Versions["1.0"].Digest;
        var orphan = Orphan();
        var ticketed = Orphan("ticketed");
        _test.Write($"{Core}/tickets/APPROVAL_20200101_001.yaml", $"skill_digest: {ticketed}\n");
        var young = Orphan("young");
        foreach (var digest in (ReadOnlySpan<string>)[orphan, ticketed, held])
        {
            Directory.SetLastWriteTimeUtc(_test.Workspace.Store.Folder(digest), TestWorkspace.Start.UtcDateTime.AddDays(-91));
        }

        Directory.SetLastWriteTimeUtc(_test.Workspace.Store.Folder(young), TestWorkspace.Start.UtcDateTime.AddDays(-89));
        Assert.Equal([$"{Core}/store/{orphan}"], new RetentionSweep(_test.Workspace).Run().Removed.Select(item => item.Path));
        Assert.Equal(new[] { held, ticketed, young }.Order(StringComparer.Ordinal), _test.Workspace.Store.Digests());
    }

    [Fact]
    public void Archives_reports_and_benchmarks_go_by_age()
    {
        string[] old = [$".claude/skills/{TestWorkspace.Skill}_staged_archive_20250701T000000Z/SKILL.md", $"{Core}/benchmarks/{TestWorkspace.Skill}/20250101T000000Z_0123456789abcdef_000000000000.json", $"{Core}/reports/old.md", $"{Core}/cache/chat/old.json"];
        string[] kept = [$".claude/skills/{TestWorkspace.Skill}_staged_archive_20251001T000000Z/SKILL.md", $".claude/skills/{TestWorkspace.Skill}_staged_archive_mine/SKILL.md", $"{Core}/benchmarks/{TestWorkspace.Skill}/20251001T000000Z_0123456789abcdef_000000000000.json", $"{Core}/reports/new.md"];
        foreach (var path in old.Concat(kept))
        {
            _test.Write(path, "x");
            File.SetLastWriteTimeUtc(_test.At(path), TestWorkspace.Start.UtcDateTime.AddDays(path.Contains("old", StringComparison.Ordinal) ? -400 : -1));
        }

        new RetentionSweep(_test.Workspace).Run();
        Assert.All(old, path => Assert.False(File.Exists(_test.At(path)), path));
        Assert.All(kept, path => Assert.True(File.Exists(_test.At(path)), path));
        Assert.Equal("retention", _test.Workspace.Audit.Lines().Single().GetProperty("event").GetString());
    }

    [Fact]
    public void The_policy_says_how_long()
    {
        using var test = new TestWorkspace("retention:\n  executions_days: 1\n");
        test.Write($"{Core}/executions/{TestWorkspace.Skill}/2025-10-18.jsonl", "{}\n");
        test.Write($"{Core}/executions/{TestWorkspace.Skill}/2025-10-19.jsonl", "{}\n");
        Assert.Equal([$"{Core}/executions/{TestWorkspace.Skill}/2025-10-18.jsonl"], new RetentionSweep(test.Workspace).Run().Removed.Select(item => item.Path));
    }

    [Fact]
    public void It_sweeps_once_a_day()
    {
        Assert.NotNull(new RetentionSweep(_test.Workspace).RunDaily());
        _test.Time.Advance(TimeSpan.FromHours(23));
        Assert.Null(new RetentionSweep(_test.Workspace).RunDaily());
        _test.Time.Advance(TimeSpan.FromHours(2));
        Assert.NotNull(new RetentionSweep(_test.Workspace).RunDaily());
        _test.Write($"{Core}/retention.json", "nonsense");
        Assert.NotNull(new RetentionSweep(_test.Workspace).RunDaily());
    }

    [Fact]
    public void The_monitor_sweeps_daily()
    {
        var said = new List<string>();
        _test.Write($"{Core}/executions/{TestWorkspace.Skill}/2025-01-01.jsonl", "{}\n");
        MonitorSchedule.Run(_test.Workspace, (kind, _, _) => said.Add(kind));
        Assert.Contains("retention", said);
        Assert.False(File.Exists(_test.At($"{Core}/executions/{TestWorkspace.Skill}/2025-01-01.jsonl")));
        _test.Write($"{Core}/executions/{TestWorkspace.Skill}/2025-01-01.jsonl", "{}\n");
        MonitorSchedule.Run(_test.Workspace, (kind, _, _) => said.Add(kind));
        Assert.Single(said, "retention");
        Assert.True(File.Exists(_test.At($"{Core}/executions/{TestWorkspace.Skill}/2025-01-01.jsonl")));
    }

    private string Orphan(string body = "orphan")
    {
        using var folder = new TemporaryFolder();
        TestSkill.Write(folder, ("SKILL.md", TestSkill.Text(body: body + "\n")));
        var skill = SkillFolder.Read(folder.At(TestSkill.Name), _test.Workspace.Policy.SkillLimits);
        var digest = SkillDigest.Compute(skill);
        _test.Workspace.Store.Put(skill, digest);
        return digest;
    }
}

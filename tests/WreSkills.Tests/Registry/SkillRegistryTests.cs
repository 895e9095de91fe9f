using System.Text.Json.Nodes;

using Microsoft.Extensions.Time.Testing;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Registry;

public sealed class SkillRegistryTests : IDisposable
{
    // Word for word from section 6 of the policy.
    private const string PolicyExample =
        """
        {
          "version": "1.0",
          "skills": {
            "youtube_spam_detection": {
              "promotion_state": "staged",
              "location": ".claude/skills/youtube_spam_detection_staged/",
              "primary_agent": "gemma",
              "metrics_path": "modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_*.json",
              "last_promotion": "2025-10-20T10:00:00Z",
              "last_rollback": null
            }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 10, 20, 14, 23, 15, TimeSpan.Zero));
    private readonly WorkspaceLayout _layout;
    private readonly SkillRegistry _registry;

    public SkillRegistryTests()
    {
        _layout = new WorkspaceLayout { Root = _folder.Path };
        _registry = new SkillRegistry(_layout, _time);
    }

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _folder.Dispose();
    }

    private void Write(string json) => DurableFile.Replace(_layout.RegistryFile, json);

    private string[] Problems(string json)
    {
        Write(json);
        var error = Assert.Throws<WreException>(_registry.Load);
        Assert.Throws<WreException>(() => _registry.TryCommit(new RegistryDocument(), 0));
        Assert.Equal(json, File.ReadAllText(_layout.RegistryFile));
        return [.. error.Problems];
    }

    [Fact]
    public void Policys_own_example_is_extended_and_never_narrowed()
    {
        Write(PolicyExample);
        var document = _registry.Load();
        Assert.Equal(0, document.Serial);
        Assert.Equal(PromotionState.Staged, document.Require("youtube_spam_detection").PromotionState);
        Assert.True(_registry.TryCommit(document, 0));

        var before = JsonNode.Parse(PolicyExample)!;
        var after = JsonNode.Parse(File.ReadAllText(_layout.RegistryFile))!;
        Assert.Equal("1.0", after["version"]!.GetValue<string>());
        Assert.Equal((1, "2025-10-20T14:23:15Z"), (after["serial"]!.GetValue<long>(), after["last_updated"]!.GetValue<string>()));
        foreach (var (name, value) in before["skills"]!["youtube_spam_detection"]!.AsObject())
        {
            Assert.True(after["skills"]!["youtube_spam_detection"]!.AsObject().ContainsKey(name), name);
            Assert.True(JsonNode.DeepEquals(value, after["skills"]!["youtube_spam_detection"]![name]), name);
        }
    }

    [Fact]
    public void Unknown_fields_survive_a_rewrite_at_every_level()
    {
        var strange = """{"n": 12345678901234567890, "t": "→ ü", "l": [1, null]}""";
        var json = $$$"""
            {"x0": {{{strange}}}, "version": "1.0", "serial": 4, "skills": {"spam": {
              "x1": {{{strange}}}, "promotion_state": "production", "active": {"production": "1.0"},
              "rollout": {"percent": 10, "since": "{{{TestRegistry.At}}}", "x2": {{{strange}}} },
              "prototype": {"digest": "{{{TestRegistry.Digest('a')}}}", "benchmarked_at": "{{{TestRegistry.At}}}", "x3": {{{strange}}} },
              "versions": {"1.0": {"digest": "{{{TestRegistry.Digest('b')}}}", "state": "production", "state_since": "{{{TestRegistry.At}}}", "state_serial": 3, "operation": "op", "x4": {{{strange}}},
                "prototype_baseline": {"executions": 1, "x5": {{{strange}}} }, "baseline": {"executions": 1, "x6": {{{strange}}} },
                "rolled_back": {"operation": "op", "at": "{{{TestRegistry.At}}}", "reason": "r", "x7": {{{strange}}} } } } } } }
            """;
        Write(json);
        Assert.True(_registry.TryCommit(_registry.Load(), 4));
        var after = JsonNode.Parse(File.ReadAllText(_layout.RegistryFile))!;
        var skill = after["skills"]!["spam"]!;
        var version = skill["versions"]!["1.0"]!;
        JsonNode?[] kept =
        [
            after["x0"], skill["x1"], skill["rollout"]!["x2"], skill["prototype"]!["x3"], version["x4"], version["prototype_baseline"]!["x5"], version["baseline"]!["x6"], version["rolled_back"]!["x7"],
        ];
        Assert.All(kept, node => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(strange), node)));
        Assert.Contains("12345678901234567890", File.ReadAllText(_layout.RegistryFile), StringComparison.Ordinal);
        Assert.Contains("→ ü", File.ReadAllText(_layout.RegistryFile), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_writers_one_wins()
    {
        var (first, second) = (new SkillRegistry(_layout, _time), new SkillRegistry(_layout, _time));
        var (one, two) = (first.Load(), second.Load());
        Assert.True(first.TryCommit(one.With("a", new SkillEntry()), one.Serial));
        Assert.False(second.TryCommit(two.With("b", new SkillEntry()), two.Serial));
        Assert.Equal(["a"], second.Load().Skills.Keys);
        Assert.Equal(1, second.Load().Serial);
    }

    [Fact]
    public void Missing_file_is_an_empty_registry()
    {
        Assert.Equal(0, _registry.Load().Serial);
        Assert.Throws<WreException>(() => _registry.Load().Require("spam"));
    }

    [Theory]
    [InlineData("flush:skills_registry.json")]
    [InlineData("full:skills_registry.json")]
    public void Failing_disk_keeps_the_old_registry(string fault)
    {
        Assert.True(_registry.TryCommit(new RegistryDocument().With("a", new SkillEntry()), 0));
        var before = File.ReadAllText(_layout.RegistryFile);
        FaultInjection.Fault = fault;
        Assert.Throws<WreException>(() => _registry.TryCommit(_registry.Load().With("b", new SkillEntry()), 1));
        Assert.Equal(before, File.ReadAllText(_layout.RegistryFile));
    }

    [Fact]
    public void Byte_order_mark_is_fine()
    {
        Write("\uFEFF" + PolicyExample);
        Assert.Single(_registry.Load().Skills);
    }

    [Fact]
    public void Nonsense_is_reported_line_by_line_and_left_alone() => Assert.Equal(
        [
            "line 2: serial is -1; it must be a whole number from 0",
            "line 4: skills.a..b 'a..b' is no skill name: letters, digits, '-' and '_' only, beginning with a letter or digit",
            "line 4: skills.a..b has no \"promotion_state\"",
            "line 5: skills.c must be an object",
            "line 7: skills.spam.promotion_state is \"production\", but no version is active in that state",
            "line 8: skills.spam.last_promotion is \"yesterday\"; it must be a time such as \"2025-10-20T10:00:00Z\"",
            "line 9: skills.spam.active.staged names the version \"9.9\", which is not under versions",
            "line 9: skills.spam.active.canary is no state that can be active; those are staged and production",
            "line 10: skills.spam.rollout.percent must lie between 0 and 100",
            "line 12: skills.spam.versions.1.0.digest must be 64 lower-case hex digits",
            "line 13: skills.spam.versions.1.0.state is \"live\"; it must be \"prototype\", \"staged\", \"production\" or \"held\"",
            "line 16: skills.spam.module stands here a second time",
        ],
        Problems(
            """
            {
              "serial": -1,
              "skills": {
                "a..b": {},
                "c": 7,
                "spam": {
                  "promotion_state": "production",
                  "last_promotion": "yesterday",
                  "active": {"staged": "9.9", "canary": "1.0"},
                  "rollout": {"percent": 101, "since": "2025-10-20"},
                  "versions": {"1.0": {
                    "digest": "ABC",
                    "state": "live",
                    "state_since": "2025-10-20", "state_serial": 1, "operation": "op"}},
                  "module": "a/b",
                  "module": "c/d"
                }
              }
            }
            """));

    [Theory]
    [InlineData("[]", "line 1: the registry must be an object")]
    [InlineData("{}", "line 1: has no \"skills\"")]
    [InlineData("{\"skills\": {\n\"a\": {\"promotion_state\": \"held\"}}}", "line 2: skills.a.promotion_state is \"held\"; a skill is prototype, staged or production, only its versions are held")]
    public void Single_nonsense_is_named(string json, string problem) => Assert.Equal([problem], Problems(json));

    [Fact]
    public void Null_means_absent()
    {
        Write("""{"recent_operations": null, "skills": {"spam": {"promotion_state": "prototype", "versions": null, "active": null, "location": null}}}""");
        var entry = _registry.Load().Require("spam");
        Assert.Null(entry.Live(PromotionState.Staged));
        Assert.True(_registry.TryCommit(_registry.Load(), 0));
    }

    [Theory]
    [InlineData("{\n oops", 2)]
    [InlineData("", 1)]
    [InlineData("{\"skills\": {\n\"\\ud800\": {}}}", 2)]
    public void Text_that_is_no_json_is_named_with_its_line(string json, int line) =>
        Assert.StartsWith($"line {line}: not valid JSON: ", Assert.Single(Problems(json)), StringComparison.Ordinal);
}

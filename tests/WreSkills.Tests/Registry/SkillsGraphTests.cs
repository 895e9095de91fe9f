using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Registry;

public sealed class SkillsGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkspaceLayout _layout;
    private readonly SkillsGraph _graph;

    public SkillsGraphTests()
    {
        _layout = new WorkspaceLayout { Root = _folder.Path };
        _graph = new SkillsGraph(_layout);
    }

    public void Dispose() => _folder.Dispose();

    private JsonNode Json => JsonNode.Parse(File.ReadAllText(_layout.GraphFile))!;

    [Fact]
    public void Update_writes_the_node_its_dependencies_and_edges()
    {
        var entry = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged))) with { PromotionState = PromotionState.Staged, PrimaryAgent = "gemma" };
        _graph.Update("spam", entry, new SkillDependencies { DataStores = ["telemetry"], RequiredContext = ["chat"] });
        Assert.Equal((3, 2), _graph.Count());
        Assert.Equal("staged", _graph.StateOf("spam"));
        Assert.Equal("1.0", Json["nodes"]![0]!["version"]!.GetValue<string>());
        Assert.Equal(["data_store:telemetry", "context:chat"], Json["edges"]!.AsArray().Select(edge => edge!["to"]!.GetValue<string>()));
    }

    [Fact]
    public void Update_again_changes_only_what_changed()
    {
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["old", "kept"] });
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["kept", "new"] });
        Assert.Equal(["data_store:kept", "data_store:new"], Json["edges"]!.AsArray().Select(edge => edge!["to"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal("prototype", _graph.StateOf("spam"));
        Assert.Null(_graph.StateOf("other"));
    }

    [Fact]
    public void Nodes_edges_and_fields_of_strangers_survive()
    {
        DurableFile.Replace(_layout.GraphFile,
            """
            {"version": "7", "owner": {"a": [1]},
             "nodes": [{"id": "skill:spam", "type": "skill", "colour": "red"}, {"id": "wsp:50"}, "odd"],
             "edges": [{"from": "skill:spam", "to": "wsp:50", "type": "complies"}, {"from": "skill:other", "to": "x", "type": "requires"},
                       {"from": "skill:spam", "to": "data_store:telemetry", "type": "requires", "note": "ours to keep"}]}
            """);
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["telemetry"] });
        Assert.Equal(("7", 1), (Json["version"]!.GetValue<string>(), Json["owner"]!["a"]![0]!.GetValue<int>()));
        Assert.Equal("red", Json["nodes"]![0]!["colour"]!.GetValue<string>());
        Assert.Equal("wsp:50", Json["nodes"]![1]!["id"]!.GetValue<string>());
        Assert.Equal("odd", Json["nodes"]![2]!.GetValue<string>());
        Assert.Equal(["complies", "requires", "requires"], Json["edges"]!.AsArray().Select(edge => edge!["type"]!.GetValue<string>()));
        Assert.Contains(Json["edges"]!.AsArray(), edge => edge!["note"]?.GetValue<string>() == "ours to keep");
    }

    [Fact]
    public void Other_skills_that_a_skill_uses_are_edges_from_both_ends()
    {
        _graph.Update(
        [
            new GraphSkill("report", new SkillEntry(), [("data_store", "telemetry")], [new SkillReference("spam", "text", 7), new SkillReference("unknown", "text", 8), new SkillReference("gone", "link", 9)]),
            new GraphSkill("spam", new SkillEntry(), [], []),
        ]);
        Assert.Equal(["data_store:telemetry requires ", "skill:gone uses link", "skill:spam uses text"], _graph.DependsOn("report").Select(link => $"{link.Kind}:{link.Name} {link.Type} {link.FoundIn}"));
        Assert.Equal(["report"], _graph.Dependents("spam"));
        Assert.Empty(_graph.Dependents("report"));

        _graph.Update("report", new SkillEntry(), new SkillDependencies());
        Assert.Empty(_graph.DependsOn("report"));
    }

    [Fact]
    public void Edges_between_skills_that_people_wrote_stay_with_all_their_fields()
    {
        DurableFile.Replace(_layout.GraphFile, """{"edges": [{"from": "skill:a", "to": "skill:b", "type": "uses", "since": 2024}, {"from": "skill:c", "to": "skill:b", "type": "feeds"}]}""");
        _graph.Update("a", new SkillEntry(), new SkillDependencies(), [new SkillReference("b", "link", 3)]);
        _graph.Update("a", new SkillEntry(), new SkillDependencies());
        Assert.Equal(2024, Json["edges"]![0]!["since"]!.GetValue<int>());
        Assert.Equal(["a uses ", "c feeds "], _graph.UsedBy("b").Select(link => $"{link.Name} {link.Type} {link.FoundIn}"));
        Assert.Equal(["a", "c"], _graph.Dependents("b"));
    }

    [Fact]
    public void Drafts_that_are_gone_leave_nothing_of_ours()
    {
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["telemetry"] });
        _graph.Update([], ["spam", "never"]);
        Assert.Null(_graph.StateOf("spam"));
        Assert.Empty(Json["edges"]!.AsArray());
    }

    [Fact]
    public void A_graph_that_does_not_change_is_not_written_again()
    {
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["telemetry"] });
        var before = File.GetLastWriteTimeUtc(_layout.GraphFile);
        File.SetLastWriteTimeUtc(_layout.GraphFile, before.AddHours(-1));
        _graph.Update("spam", new SkillEntry(), new SkillDependencies { DataStores = ["telemetry"] });
        Assert.Equal(before.AddHours(-1), File.GetLastWriteTimeUtc(_layout.GraphFile));
        _graph.DeleteUnreadable();
        Assert.True(File.Exists(_layout.GraphFile));
    }

    [Theory]
    [InlineData("{ oops")]
    [InlineData("[]")]
    [InlineData("{\"nodes\": [], \"nodes\": []}")]
    [InlineData("{\"nodes\": {\"spam\": {}}}")]
    [InlineData("{\"edges\": \"none\"}")]
    public void Graph_that_is_none_is_refused_and_left_alone(string json)
    {
        DurableFile.Replace(_layout.GraphFile, json);
        Assert.Throws<WreException>(() => _graph.Update("spam", new SkillEntry(), new SkillDependencies()));
        Assert.Equal(json, File.ReadAllText(_layout.GraphFile));
    }

    [Fact]
    public void A_graph_that_nobody_can_read_is_deleted_on_request()
    {
        DurableFile.Replace(_layout.GraphFile, "{ oops");
        _graph.DeleteUnreadable();
        Assert.False(File.Exists(_layout.GraphFile));
    }
}

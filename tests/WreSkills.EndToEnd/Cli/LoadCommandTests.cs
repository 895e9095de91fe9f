using System.Security.Cryptography;

namespace WreSkills.EndToEnd.Cli;

/// <summary><c>wre load</c> and <c>wre list</c> as agents call them.</summary>
public sealed class LoadCommandTests
{
    private const string Draft = $".claude/skills/{SpamWorkspace.Skill}_prototype";
    private static readonly byte[] s_picture = [0x89, 0x50, 0, 0xff, 0xfe, 0x0d, 0x0a, 0xc3, 0x28];

    private static string[] Load(params string[] further) => ["load", "--skill", SpamWorkspace.Skill, "--state", "prototype", .. further];

    private static SpamWorkspace Workspace(string dependencies = "none", string configuration = "")
    {
        var workspace = new SpamWorkspace();
        var text = workspace.Read($"{Draft}/SKILL.md").Replace("dependencies: none", $"dependencies: {dependencies}", StringComparison.Ordinal);
        workspace.Write($"{Draft}/SKILL.md", text + "\n## For Gemma\n\nBe short.\n\n## For Qwen\n\nBe long.\n");
        Directory.CreateDirectory(workspace.PathOf($"{Draft}/assets"));
        File.WriteAllBytes(workspace.PathOf($"{Draft}/assets/p.png"), s_picture);
        File.AppendAllText(workspace.PathOf("wre.yaml"), "  small: {kind: chat, model: \"gemma3:270m\"}\n" + configuration);
        return workspace;
    }

    [Fact]
    [Trait("suite", "smoke")]
    public void Levels_agents_and_files_come_out_as_they_are()
    {
        using var workspace = Workspace();
        var document = workspace.Ok(Load()).Output;
        Assert.Equal(workspace.Read($"{Draft}/SKILL.md"), document);
        var body = workspace.Ok(Load("--level", "body", "--agent", "small")).Output;
        Assert.StartsWith("# Spam", body, StringComparison.Ordinal);
        Assert.Contains("Be short.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Be long.", body, StringComparison.Ordinal);
        var metadata = workspace.Ok(Load("--level", "metadata", "--format", "json")).Json;
        Assert.Equal(("Finds spam in chat messages.", (string?)null), (metadata.GetProperty("description").GetString(), metadata.GetProperty("text").GetString()));
        var picture = metadata.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("path").GetString() == "assets/p.png");
        Assert.Equal((s_picture.Length, Convert.ToHexStringLower(SHA256.HashData(s_picture))), (picture.GetProperty("size").GetInt32(), picture.GetProperty("sha256").GetString()));

        WreCommand.Shell(workspace.Folder, $"wre {string.Join(' ', Load("--file", "assets/p.png"))} > out.png");
        Assert.Equal(s_picture, File.ReadAllBytes(workspace.PathOf("out.png")));
        var file = workspace.Ok(Load("--file", "assets/p.png", "--output", "json")).Json;
        Assert.Equal((null, Convert.ToBase64String(s_picture)), (file.GetProperty("text").GetString(), file.GetProperty("base64").GetString()));
        var outside = workspace.Wre(Load("--file", "../../../wre.yaml", "--format", "json"));
        Assert.Equal(2, outside.ExitCode);
        Assert.Contains("assets/p.png", outside.Json.GetProperty("problems").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void Dependencies_are_injected_or_refuse_the_skill()
    {
        const string secret = "postgres://ada:hunter2@db.example.com/chat";
        using var workspace = Workspace(
            "{data_stores: [authors], throttles: [api], required_context: [channel], mcp_endpoints: []}",
            $"dependencies:\n  authors: {{kind: directory, path: lists, address: \"{secret}\"}}\n");
        var refused = workspace.Wre(Load("--output", "json"));
        Assert.Equal((1, 3), (refused.ExitCode, refused.Json.GetProperty("refused").GetArrayLength()));
        Assert.Null(refused.Json.GetProperty("text").GetString());
        var text = workspace.Wre(Load());
        Assert.Equal((1, ""), (text.ExitCode, text.Output));
        Assert.Contains("throttle api", text.Error, StringComparison.Ordinal);
        Assert.Equal(workspace.Read($"{Draft}/SKILL.md"), workspace.Ok(Load("--no-inject")).Output);

        Directory.CreateDirectory(workspace.PathOf("lists"));
        File.Delete(workspace.PathOf($"{SpamWorkspace.Core}/dependencies.json"));
        File.AppendAllText(workspace.PathOf("wre.yaml"), "throttles:\n  api: {max_per_minute: 60}\n");
        var given = workspace.Ok(Load("--context", "channel=main")).Output;
        Assert.StartsWith(workspace.Read($"{Draft}/SKILL.md"), given, StringComparison.Ordinal);
        Assert.Contains("\"max_per_minute\": 60", given, StringComparison.Ordinal);
        Assert.Contains("db.example.com/chat", given, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", given, StringComparison.Ordinal);
        Assert.EndsWith("```\n<!-- /wre:context -->\n", given, StringComparison.Ordinal);
    }

    [Fact]
    public void List_filters_work_together_in_text_and_json()
    {
        using var workspace = Workspace();
        workspace.Write(".claude/skills/other_prototype/SKILL.md", "---\nname: other\ndescription: Does more.\nagents: [qwen]\nintent_type: PLANNING\n---\nDo.\n");
        string[] Names(params string[] filter) => [.. workspace.Ok(["list", "--output", "json", .. filter]).Json.GetProperty("skills").EnumerateArray().Select(skill => skill.GetProperty("skill").GetString()!)];
        Assert.Equal(["other", SpamWorkspace.Skill], Names());
        Assert.Equal([SpamWorkspace.Skill], Names("--agent", "GEMMA", "--intent", "classification", "--state", "prototype"));
        Assert.Equal(["other"], Names("--agent", "qwen", "--state", "prototype"));
        Assert.Empty(Names("--agent", "qwen", "--intent", "CLASSIFICATION"));
        Assert.Empty(Names("--agent", "qwen", "--state", "production"));
        Assert.DoesNotContain(SpamWorkspace.Skill, workspace.Ok("list", "--agent", "qwen", "--intent", "planning", "--state", "prototype").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Altered_store_is_refused_and_repaired()
    {
        using var workspace = SpamWorkspace.Produced();
        string[] load = ["load", "--skill", SpamWorkspace.Skill, "--output", "json"];
        var digest = workspace.Ok(load).Json.GetProperty("digest").GetString();
        File.AppendAllText(workspace.PathOf($"{SpamWorkspace.Core}/store/{digest}/SKILL.md"), "harm\n");
        Assert.Equal(2, workspace.Wre(load).ExitCode);
        Assert.Contains("wre doctor --repair", workspace.Wre(load).Json.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(workspace.PathOf($"{SpamWorkspace.Core}/outbox"), "drift-store-*.json"));
        Assert.Contains("restored in the store", workspace.Ok("doctor", "--repair").Error, StringComparison.Ordinal);
        Assert.Equal(digest, workspace.Ok(load).Json.GetProperty("digest").GetString());
    }
}

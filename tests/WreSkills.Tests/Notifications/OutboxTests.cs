using System.Text.Json.Nodes;

using WreSkills.Notifications;
using WreSkills.Storage;

namespace WreSkills.Tests.Notifications;

public sealed class OutboxTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wre-outbox-");
    private readonly WorkspaceLayout _layout;
    private readonly Outbox _outbox;

    public OutboxTests()
    {
        _layout = new WorkspaceLayout { Root = _folder.FullName };
        _outbox = new Outbox(_layout);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_message_is_a_file_with_everything_in_it()
    {
        _outbox.Put(new OutboxMessage("op-alert", "rollback_alert", "spam", "2025-10-20T12:00:00Z", new JsonObject { ["reason"] = "too slow → gone" }));
        var read = Assert.Single(_outbox.Pending());
        Assert.Equal(("op-alert", "rollback_alert", "spam", "2025-10-20T12:00:00Z", "too slow → gone"), (read.Id, read.Kind, read.Skill, read.CreatedAt, (string?)read.Body["reason"]));
        Assert.True(_outbox.Contains("op-alert"));
        Assert.Equal("op-alert.json", Path.GetFileName(Assert.Single(Directory.GetFiles(_layout.OutboxFolder))));
    }

    [Fact]
    public void The_same_id_twice_tells_once_and_keeps_the_first()
    {
        Put("op-alert", "2025-10-20T12:00:00Z", "first");
        Put("op-alert", "2025-10-20T13:00:00Z", "second");
        Assert.Equal("first", (string?)Assert.Single(_outbox.Pending()).Body["text"]);
    }

    [Fact]
    public void Messages_come_in_order_of_creation()
    {
        Put("a", "2025-10-20T13:00:00Z", "later");
        Put("b", "2025-10-20T12:00:00Z", "earlier");
        Assert.Equal(["b", "a"], _outbox.Pending().Select(message => message.Id));
    }

    [Fact]
    public void Files_that_are_no_messages_are_passed_over()
    {
        Put("a", "2025-10-20T12:00:00Z", "text");
        File.WriteAllText(Path.Combine(_layout.OutboxFolder, "torn.json"), "{\"id\":\"to");
        File.WriteAllText(Path.Combine(_layout.OutboxFolder, "list.json"), "[]");
        File.WriteAllText(Path.Combine(_layout.OutboxFolder, "typed.json"), "{\"id\":5,\"kind\":true}");
        File.WriteAllText(Path.Combine(_layout.OutboxFolder, "twice.json"), "{\"id\":\"x\",\"id\":\"y\",\"kind\":\"z\"}");
        Assert.Equal("a", Assert.Single(_outbox.Pending()).Id);
    }

    [Fact]
    public void A_missing_outbox_is_an_empty_one() => Assert.Empty(_outbox.Pending());

    private void Put(string id, string at, string text) => _outbox.Put(new OutboxMessage(id, "note", "spam", at, new JsonObject { ["text"] = text }));
}

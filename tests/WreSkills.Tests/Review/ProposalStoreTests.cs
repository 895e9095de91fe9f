using System.Text.Json.Nodes;

using WreSkills.Review;
using WreSkills.Storage;

namespace WreSkills.Tests.Review;

public sealed class ProposalStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestDraft _draft = new();
    private readonly ProposalStore _store;

    public ProposalStoreTests() => _store = new ProposalStore(WorkspaceLayout.ForPreset("policy", _folder.Path));

    public void Dispose()
    {
        _folder.Dispose();
        _draft.Dispose();
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        var proposal = Add("every message");
        var read = Assert.Single(_store.List().Proposals);
        Assert.Equal(proposal.ToJson().ToJsonString(), read.ToJson().ToJsonString());
        Assert.Equal(read.Id, _store.Require(proposal.Id[..^4]).Id);
        Assert.Empty(_store.List("another_skill").Proposals);
    }

    [Fact]
    public void Fields_that_nobody_knows_survive_a_change_at_every_level()
    {
        var proposal = Add("every message");
        var json = JsonNode.Parse(File.ReadAllText(_store.FileOf(proposal.Id)))!.AsObject();
        json["assignee"] = "alice";
        json["history"]![0]!["seen_in"] = "the dashboard";
        File.WriteAllText(_store.FileOf(proposal.Id), json.ToJsonString());

        var noted = _store.Note(proposal.Id, new ProposalEvent { Event = "rejected", At = "2025-10-21T12:00:00Z", By = "0102", Reason = "It is too slow." }, Proposal.Rejected);

        Assert.Equal(("rejected", "It is too slow."), (noted.Status, noted.Rejection));
        json = JsonNode.Parse(File.ReadAllText(_store.FileOf(proposal.Id)))!.AsObject();
        Assert.Equal(("alice", "the dashboard", 2), (json["assignee"]!.GetValue<string>(), json["history"]![0]!["seen_in"]!.GetValue<string>(), json["history"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("{", "")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("""{"id":"x"}""", "required")]
    public void A_damaged_file_is_named_and_hides_no_other(string text, string expected)
    {
        var proposal = Add("every message");
        _folder.Write(Path.GetRelativePath(_folder.Path, _store.FileOf("broken")), text);
        var (proposals, damaged) = _store.List();
        Assert.Equal(proposal.Id, Assert.Single(proposals).Id);
        Assert.Equal("broken.json", Assert.Single(damaged).File);
        Assert.Contains(expected, damaged[0].Problem, StringComparison.Ordinal);
        Assert.Contains("damaged", Assert.Throws<WreException>(() => _store.Require("broken")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diff", "every message", "no message", "its id does not fit")]
    [InlineData("status", "queued", "approved", "its status 'approved' is none")]
    [InlineData("priority", "medium", "urgent", "its priority 'urgent' is none")]
    [InlineData("skill", "spam_filter", "spam/../filter", "its id does not fit")]
    public void What_was_changed_by_hand_is_damaged(string field, string from, string to, string expected)
    {
        var proposal = Add("every message");
        var json = JsonNode.Parse(File.ReadAllText(_store.FileOf(proposal.Id)))!.AsObject();
        json[field] = json[field]!.GetValue<string>().Replace(from, to, StringComparison.Ordinal);
        File.WriteAllText(_store.FileOf(proposal.Id), json.ToJsonString());
        Assert.Contains(expected, Assert.Single(_store.List().Damaged).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_given_twice_and_a_link_are_damaged()
    {
        var proposal = Add("every message");
        File.WriteAllText(_store.FileOf(proposal.Id), File.ReadAllText(_store.FileOf(proposal.Id)).Replace("\"status\": \"queued\"", "\"status\": \"queued\", \"status\": \"accepted\"", StringComparison.Ordinal));
        Assert.Single(_store.List().Damaged);
        File.Delete(_store.FileOf(proposal.Id));
        File.CreateSymbolicLink(_store.FileOf(proposal.Id), "/etc/hostname");
        Assert.Contains("link", Assert.Single(_store.List().Damaged).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("nobody")]
    public void An_id_that_is_none_is_refused(string id) => Assert.Throws<WreException>(() => _store.Require(id));

    private Proposal Add(string now)
    {
        var proposal = _draft.Propose("messages longer than 40 characters", now);
        _store.Add(proposal);
        return proposal;
    }
}

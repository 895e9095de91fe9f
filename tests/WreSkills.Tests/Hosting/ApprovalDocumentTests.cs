using System.Text.RegularExpressions;

using WreSkills.Registry;
using WreSkills.Tests.Trust;
using WreSkills.Trust;

namespace WreSkills.Tests.Hosting;

/// <summary>The script of docs/reference/approvals.md, taken out of the document and run: a stranger verifies a promotion with stock tools.</summary>
public sealed partial class ApprovalDocumentTests : IDisposable
{
    private const string Core = "modules/infrastructure/wre_core/skills";
    private readonly TestWorkspace _test = new();
    private readonly TestPeople _people;

    public ApprovalDocumentTests()
    {
        _people = new TestPeople(_test.Time);
        var document = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "reference", "approvals.md")).ReplaceLineEndings("\n");
        _test.Write("check-approval.sh", Script().Match(document).Groups["script"].Value);
    }

    public void Dispose()
    {
        _people.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task A_stranger_verifies_a_promotion_and_sees_every_change()
    {
        await _people.EnrolAsync(_test.Workspace.Trust, "0102");
        var approvers = _people.Pin(_test.Workspace.Trust);
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        var file = _test.At($"{Core}/tickets/{ticket}.yaml");
        _test.Workspace.Tickets.AddSignature(ticket, await _people.SignAsync(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), SignaturePurpose.Promotion, "0102"));
        var digest = TestWorkspace.Committed(_test.Promote(PromotionState.Staged, ticket)).Digest;
        Assert.EndsWith($"approved: {TestWorkspace.Skill} 1.0, 1 signature(s)\n", Check(approvers, ticket), StringComparison.Ordinal);

        Altered(file, "test_coverage: YES", "test_coverage: NO", "no signature counts");
        Altered(_test.At($"{Core}/tickets/{ticket}.evidence.json"), "spam_check", "ham_check", "other evidence");
        Altered(_test.At($"{Core}/store/{digest}/SKILL.md"), "repetition", "nothing", "other content");
        Altered(_test.At($"{Core}/audit.jsonl"), "\"ticket_sha256\":\"", "\"ticket_sha256\":\"0", "no such promotion in the audit log");

        var (strangers, _) = (_test.At("strangers"), await _people.KeyAsync("mallory"));
        File.WriteAllText(strangers, $"mallory {await _people.KeyAsync("mallory")}\n");
        Assert.Equal("no signature counts\n", Check(strangers, ticket));

        void Altered(string path, string old, string with, string answer)
        {
            var before = File.ReadAllBytes(path);
            File.SetAttributes(path, FileAttributes.Normal);
            File.WriteAllText(path, File.ReadAllText(path).Replace(old, with, StringComparison.Ordinal));
            Assert.EndsWith(answer + "\n", Check(approvers, ticket), StringComparison.Ordinal);
            File.WriteAllBytes(path, before);
        }
    }

    private string Check(string approvers, string ticket) => Shell.Run(_test.Root, $"bash check-approval.sh '{approvers}' {Core} {ticket} 2>/dev/null || true");

    [GeneratedRegex(@"```bash\n(?<script>#!/bin/bash\n# usage: bash check-approval.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Script();
}

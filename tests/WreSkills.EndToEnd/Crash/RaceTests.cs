namespace WreSkills.EndToEnd.Crash;

/// <summary>Two processes at once.</summary>
public sealed class RaceTests
{
    private const int Rounds = 4;

    [Fact]
    public void Of_two_promotions_with_one_ticket_one_wins_and_the_other_says_why_not()
    {
        for (var round = 0; round < Rounds; round++)
        {
            using var workspace = round % 2 == 0 ? Templates.Benched() : Templates.Staged();
            var command = round % 2 == 0 ? TemporaryWorkspace.Promote("prototype", "staged", "STAGE_1") : TemporaryWorkspace.Promote("staged", "production", "PRODUCE_1");
            var before = Snapshot.Of(workspace);
            using var first = WreProcess.Start(workspace.Root, command);
            using var second = WreProcess.Start(workspace.Root, command);
            var results = (WreResult[])[first.Wait(), second.Wait()];

            Assert.True(results.Select(result => result.ExitCode).Order().SequenceEqual([0, 1]), string.Join('\n', (object[])results));
            var loser = results.Single(result => result.ExitCode == 1);
            Assert.Contains("Not promoted", loser.StdOut, StringComparison.Ordinal);
            Assert.Matches("staged already|was used already|No version of spam_check is staged", loser.StdOut);
            var after = Snapshot.Of(workspace);
            Assert.Equal((before.Serial + 1, before.AuditLines + 1, before.PromotionLogLines + 1), (after.Serial, after.AuditLines, after.PromotionLogLines));
            workspace.AssertHealthy($"round {round}");
        }
    }

    [Fact]
    public void A_rollback_beside_a_promotion_leaves_one_consistent_order()
    {
        // 1.0 serves, 1.1 is staged. The promotion brings 1.1 to production, the rollback takes out what is there.
        for (var round = 0; round < Rounds; round++)
        {
            using var workspace = Templates.SecondStaged();
            var promote = TemporaryWorkspace.Promote("staged", "production", "PRODUCE_2");
            var rollBack = TemporaryWorkspace.RollBack("production", "staged");
            using var first = WreProcess.Start(workspace.Root, round % 2 == 0 ? promote : rollBack);
            if (round >= 2)
            {
                // The other order of arrival: the second starts when the first has made its intent or is done.
                SpinWait.SpinUntil(() => first.HasExited || workspace.Intents().Count > 0);
            }

            using var second = WreProcess.Start(workspace.Root, round % 2 == 0 ? rollBack : promote);
            var (one, two) = (first.Wait(), second.Wait());
            var (promoted, rolledBack) = round % 2 == 0 ? (one, two) : (two, one);

            // The rollback always goes through; the promotion does or says why not.
            Assert.True(rolledBack.ExitCode == 0, rolledBack.ToString());
            Assert.True(promoted.ExitCode == 0 || (promoted.ExitCode == 1 && promoted.StdOut.Contains("Not promoted", StringComparison.Ordinal)), promoted.ToString());
            workspace.AssertHealthy($"round {round}");

            // Whatever was rolled back does not serve.
            using var registry = System.Text.Json.JsonDocument.Parse(workspace.Bytes($"{TemporaryWorkspace.Core}/skills_registry.json"));
            var versions = registry.RootElement.GetProperty("skills").GetProperty(TemporaryWorkspace.Skill).GetProperty("versions");
            var failed = versions.EnumerateObject().Where(version => version.Value.TryGetProperty("rolled_back", out _)).Select(version => version.Name).ToList();
            Assert.Single(failed);
            Assert.NotEqual(failed[0], workspace.Active("production"));
            var operations = (promoted.ExitCode == 0 ? 1 : 0) + 1;
            Assert.Equal(operations, workspace.Lines($"{TemporaryWorkspace.Core}/audit.jsonl").Count - 3);
        }
    }
}

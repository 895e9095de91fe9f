using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Registry;

public sealed class RegistryDefaultsTests
{
    [Fact]
    public void The_policys_own_registry_is_read_and_absent_fields_take_their_defaults()
    {
        using var test = new TestWorkspace();
        test.Write("modules/infrastructure/wre_core/skills/skills_registry.json", """
            {
              "version": "1.0",
              "skills": {
                "youtube_spam_detection": {
                  "promotion_state": "prototype",
                  "location": ".claude/skills/youtube_spam_detection_prototype/",
                  "primary_agent": "gemma",
                  "metrics_path": "modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_*.json",
                  "last_promotion": "2025-10-20T10:00:00Z",
                  "last_rollback": null
                }
              }
            }
            """);
        var document = test.Workspace.Registry.Load();
        var entry = document.Require("youtube_spam_detection");
        Assert.Equal(("gemma", "unknown", "on_demand", "none", "on_demand"), (entry.PrimaryAgent, entry.IntentType, entry.Scoring, entry.Monitoring, entry.ReviewSchedule));
        Assert.Empty(entry.Active);
        Assert.Empty(entry.Versions);
        Assert.Empty(document.RecentOperations);
        Assert.Null(entry.Live(PromotionState.Staged));
    }
}

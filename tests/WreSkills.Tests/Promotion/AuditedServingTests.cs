using System.Text.Json;

using WreSkills.Promotion;

namespace WreSkills.Tests.Promotion;

public class AuditedServingTests
{
    private const string Digest = "d1";

    [Fact]
    public void An_adopted_version_serves_according_to_the_log_until_it_is_retired_and_again_afterwards()
    {
        string[] log = [Line("adoption", "a", "1.0", "production"), Line("adoption", "a", "1.1", "staged"), Line("retirement", "a", "1.0", "prototype"), Line("revival", "a", "1.0", "production")];
        Assert.Equal(("1.0", null), Of(log[..1], "a"));
        Assert.Equal(("1.0", "1.1"), Of(log[..2], "a"));
        Assert.Equal((null, null), Of(log[..3], "a"));
        Assert.Equal(("1.0", "1.1"), Of(log, "a"));
        Assert.NotNull(AuditedServing.Of(Parse(log), "a").Production!.Restoration);
    }

    [Fact]
    public void The_history_goes_on_under_another_name_and_the_old_name_begins_anew()
    {
        string[] log =
        [
            Line("adoption", "old", "1.0", "production"), Line("retirement", "old", "1.0", "prototype"), Line("rename", "new", "", "prototype", "old"), Line("adoption", "old", "7.0", "production"), Line("revival", "new", "1.0", "production"),
        ];
        Assert.Equal(("1.0", null), Of(log, "new"));
        Assert.Equal(("7.0", null), Of(log[3..], "old"));
    }

    private static (string?, string?) Of(IEnumerable<string> log, string skill) => AuditedServing.Of(Parse(log), skill) is var serving ? (serving.Production?.Version, serving.Staged?.Version) : default;

    private static List<JsonElement> Parse(IEnumerable<string> log) => [.. log.Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Line(string kind, string skill, string version, string to, string? renamedFrom = null) =>
        $$"""{"event":"{{kind}}","skill":"{{skill}}","version":"{{version}}","digest":"{{Digest}}","to_state":"{{to}}"{{(renamedFrom is null ? "" : $",\"renamed_from\":\"{renamedFrom}\"")}}}""";
}

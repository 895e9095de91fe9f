using WreSkills.Registry;

namespace WreSkills.Tests;

/// <summary>Registry entries for tests; digests are a letter repeated.</summary>
internal static class TestRegistry
{
    public const string At = "2025-10-20T10:00:00Z";

    public static string Digest(char letter) => new(letter, 64);

    public static VersionEntry Version(char digest, PromotionState state, string? predecessor = null, long serial = 1) =>
        new() { Digest = Digest(digest), State = state, StateSince = At, StateSerial = serial, Operation = "op", Predecessor = predecessor };

    public static SkillEntry Entry(params (string Label, VersionEntry Version)[] versions)
    {
        var entry = new SkillEntry { Module = "communication/livechat" };
        foreach (var (label, version) in versions)
        {
            entry = entry.With(label, version);
            entry = version.State is PromotionState.Staged or PromotionState.Production ? entry.WithLive(version.State, label) : entry;
        }

        return entry;
    }
}

using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Mcp;

/// <summary>A workspace with version 1.0 in production and 1.1 staged, which differ in a reference file.</summary>
internal static class TwoVersions
{
    public const string Words = "references/words.txt";
    public const string Icon = "assets/icon.png";

    /// <summary>Bytes that are no text.</summary>
    public static readonly byte[] IconBytes = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff];

    public static void WriteFiles(TestWorkspace test, string words)
    {
        const string folder = $".claude/skills/{TestWorkspace.Skill}_prototype";
        test.Write("wre.yaml", "version: 1\ndependencies:\n  author_history: {kind: directory, path: .}\n");
        test.Write($"{folder}/{Words}", words);
        test.Write($"{folder}/{Icon}", "");
        File.WriteAllBytes(test.At($"{folder}/{Icon}"), IconBytes);
        test.Reopen();
    }

    public static async Task WriteAndStageFirstAsync(TestWorkspace test)
    {
        WriteFiles(test, "words of 1.0\n");
        await test.StageAsync();
    }

    public static async Task StageSecondAsync(TestWorkspace test)
    {
        WriteFiles(test, "words of 1.0\n");
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        WriteFiles(test, "words of 1.1\n");
        await test.StageAsync();
    }

    public static async Task ProduceSecondAsync(TestWorkspace test)
    {
        await StageSecondAsync(test);
        test.Record(Enumerable.Range(0, 100).Select(index =>
        {
            var line = test.Good(index % 2 == 0 ? "allow" : "remove");
            line["version"] = "1.1";
            return line;
        }));
        TestWorkspace.Committed(test.Promote(PromotionState.Production, test.Ticket(PromotionState.Production)));
    }
}

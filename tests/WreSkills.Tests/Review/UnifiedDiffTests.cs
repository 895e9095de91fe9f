using CsCheck;

using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class UnifiedDiffTests
{
    private const string Before = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

    // Few different lines, so that the same one stands at many places; with and without a carriage return.
    private static readonly Gen<string> s_text = Gen.Select(Gen.Select(Gen.Int[0, 4], Gen.Bool).Array[0, 25], Gen.Bool)
        .Select((lines, ends) => string.Concat(lines.Select(line => $"line {line.Item1}{(line.Item2 ? "\r" : "")}\n")) + (ends ? "" : "tail"));

    [Fact]
    public void What_it_makes_of_one_text_is_the_other_to_the_byte() => Gen.Select(s_text, s_text).Sample((before, after) =>
    {
        var diff = UnifiedDiff.Between("SKILL.md", before, after)!;
        if (before == after)
        {
            Assert.Empty(diff.Hunks);
            return;
        }

        var read = UnifiedDiff.Parse(diff.ToString(), out var problem);
        Assert.Null(problem);
        Assert.Equal(diff.ToString(), read!.ToString());
        Assert.Equal(after, read.Apply(before, out problem));
        Assert.Null(problem);
        Assert.Equal(before, read.Reverse().Apply(after, out _));
    }, iter: 20_000);

    [Fact]
    public void It_never_applies_where_a_line_that_it_names_is_another() => Gen.Select(s_text, s_text, Gen.Int[0, 24]).Sample((before, after, place) =>
    {
        var diff = UnifiedDiff.Between("SKILL.md", before, after)!;
        var lines = UnifiedDiff.Lines(before);
        var named = diff.Hunks.SelectMany(hunk => Enumerable.Range(hunk.OldStart - 1, hunk.OldCount)).ToList();
        if (named.Count > 0)
        {
            var index = named[place % named.Count];
            lines[index] = "another " + lines[index];
            Assert.Null(diff.Apply(string.Concat(lines), out var problem));
            Assert.Contains($"line {index + 1} is not", problem, StringComparison.Ordinal);
        }
    }, iter: 10_000);

    [Theory]
    [InlineData("one\ntwo\n", "one\r\ntwo\r\nthree")]
    [InlineData("", "first\n")]
    [InlineData("only", "")]
    [InlineData(Before, "one\ntwo\nthree\nfour\nfive\nsix\nseven")]
    public void Git_applies_it_with_the_same_result(string before, string after)
    {
        using var folder = new TemporaryFolder();
        folder.Write("SKILL.md", before);
        folder.Write("change.diff", UnifiedDiff.Between("SKILL.md", before, after)!.ToString());
        Shell.Run(folder.Path, "git apply change.diff");
        Assert.Equal(after, File.ReadAllText(folder.At("SKILL.md")));
    }

    [Theory]
    [InlineData("nonsense", "no head")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n", "changes nothing")]
    [InlineData("--- a/SKILL.md\n+++ b/OTHER.md\n@@ -1 +1 @@\n-a\n+b\n", "renames SKILL.md to OTHER.md")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -1 +1 @@\n-a\n+b\n--- a/evals/evals.json\n+++ b/evals/evals.json\n@@ -1 +1 @@\n-a\n+b\n", "more than one file")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -1,2 +1 @@\n-a\n+b\n", "not as long as it says")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -1 +1 @@\n a\n", "not as long as it says")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -1 +1 @@\n-a\n+b\nrubbish\n", "belongs to no hunk")]
    [InlineData("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -99999999999 +1 @@\n-a\n+b\n", "belongs to no hunk")]
    public void What_is_no_diff_of_one_file_says_so(string text, string expected)
    {
        Assert.Null(UnifiedDiff.Parse(text, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Hunks_out_of_order_do_not_apply()
    {
        var diff = UnifiedDiff.Parse("--- a/SKILL.md\n+++ b/SKILL.md\n@@ -5 +5 @@\n-five\n+5\n@@ -2 +2 @@\n-two\n+2\n", out _)!;
        Assert.Null(diff.Apply(Before, out var problem));
        Assert.Contains("line 2 is not where a change can stand", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_never_throws_whatever_the_text() => Gen.Int[0, 10].Array[0, 60].Select(picks => string.Concat(picks.Select(pick => "-+@ \n1,a/\\\r"[pick]))).Sample(text =>
    {
        var diff = UnifiedDiff.Parse("--- a\n+++ a\n@@ -1,1 +1,1 @@\n" + text, out var problem);
        Assert.True((diff is null) != (problem is null));
        _ = diff?.Apply(Before, out _);
    }, iter: 20_000);
}

using CsCheck;

using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class TextDiffTests
{
    [Fact]
    public void A_changed_line_stands_among_three_that_stayed()
    {
        var before = string.Join('\n', Enumerable.Range(1, 10));
        Assert.Equal(["@@ -3,7 +3,7 @@", " 3", " 4", " 5", "-6", "+six", " 7", " 8", " 9"], TextDiff.Unified(before, before.Replace("6", "six", StringComparison.Ordinal)));
    }

    [Fact]
    public void Equal_texts_differ_in_nothing() => Assert.Empty(TextDiff.Unified("a\nb\n", "a\r\nb"));

    [Fact]
    public void From_nothing_and_to_nothing()
    {
        Assert.Equal(["@@ -0,0 +1,2 @@", "+a", "+b"], TextDiff.Unified("", "a\nb\n"));
        Assert.Equal(["@@ -1,2 +0,0 @@", "-a", "-b"], TextDiff.Unified("a\nb\n", ""));
    }

    [Fact]
    public void Applied_to_the_one_text_it_gives_the_other()
    {
        var line = Gen.Int[0, 5].Select(number => $"line {number}");
        Gen.Select(line.Array[0, 30], line.Array[0, 30]).Sample((before, after) =>
        {
            var result = new List<string>();
            var position = 0;
            foreach (var text in TextDiff.Unified(string.Join('\n', before), string.Join('\n', after)))
            {
                if (text.StartsWith("@@", StringComparison.Ordinal))
                {
                    var parts = text.Split(' ')[1][1..].Split(',');
                    var start = int.Parse(parts[1]) == 0 ? int.Parse(parts[0]) : int.Parse(parts[0]) - 1;
                    result.AddRange(before[position..start]);
                    position = start;
                    continue;
                }

                switch (text[0])
                {
                    case '+':
                        result.Add(text[1..]);
                        break;
                    case '-':
                        Assert.Equal(before[position++], text[1..]);
                        break;
                    default:
                        Assert.Equal(before[position], text[1..]);
                        result.Add(before[position++]);
                        break;
                }
            }

            result.AddRange(before[position..]);
            Assert.Equal(after, result);
        });
    }

    [Fact]
    public void Texts_that_have_nothing_in_common_are_said_to_be_replaced() =>
        Assert.Single(TextDiff.Unified(string.Join('\n', Enumerable.Range(0, 5000)), string.Join('\n', Enumerable.Range(10_000, 5000))));
}

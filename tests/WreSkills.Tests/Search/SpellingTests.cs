using CsCheck;

using WreSkills.Search;

namespace WreSkills.Tests.Search;

public sealed class SpellingTests
{
    private static readonly Gen<string> s_word = Gen.String[Gen.Char["abcde"], Spelling.ShortestWord, 9];

    [Theory]
    [InlineData("spam", "spam", 0)]
    [InlineData("spma", "spam", 1)]
    [InlineData("detecion", "detection", 1)]
    [InlineData("recieve", "receive", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_slips(string left, string right, int expected) => Assert.Equal(expected, Spelling.Distance(left, right));

    [Fact]
    public void Distance_is_that_of_the_plain_recursion()
    {
        static int Slow(string left, string right)
        {
            if (left.Length == 0 || right.Length == 0)
            {
                return left.Length + right.Length;
            }

            var least = Math.Min(Math.Min(Slow(left[..^1], right), Slow(left, right[..^1])) + 1, Slow(left[..^1], right[..^1]) + (left[^1] == right[^1] ? 0 : 1));
            return left.Length > 1 && right.Length > 1 && left[^1] == right[^2] && left[^2] == right[^1] ? Math.Min(least, Slow(left[..^2], right[..^2]) + 1) : least;
        }

        var word = Gen.String[Gen.Char["abc"], 0, 6];
        Gen.Select(word, word).Sample((left, right) => Assert.Equal(Slow(left, right), Spelling.Distance(left, right)), iter: 2_000);
    }

    [Fact]
    public void Words_one_slip_apart_share_a_key()
    {
        Gen.Select(s_word, Gen.Int[0, 3], Gen.Int[0, 100], Gen.Char["abcdef"]).Sample(
            (word, kind, place, letter) =>
            {
                var at = place % (word.Length - 1);
                var slip = kind switch
                {
                    0 => word.Insert(at, letter.ToString()),
                    1 => word.Remove(at, 1),
                    2 => word.Remove(at, 1).Insert(at, letter.ToString()),
                    _ => word[..at] + word[at + 1] + word[at] + word[(at + 2)..],
                };
                Assert.True(Spelling.Keys(word).Overlaps(Spelling.Keys(slip)), $"{word} and {slip}");
                Assert.InRange(Spelling.Distance(word, slip), 0, 1);
            },
            iter: 10_000);
    }

    [Fact]
    public void Words_far_apart_share_no_key() => Assert.False(Spelling.Keys("spam").Overlaps(Spelling.Keys("invoice")));

    [Fact]
    public void Grams_of_any_word_are_its_runs_of_three()
    {
        Gen.String[Gen.Char["abc"], 0, 12].Sample(
            word =>
            {
                var grams = LetterGrams.Of(word);
                Assert.All(grams, gram => Assert.True(gram.Length == 3 && word.Contains(gram, StringComparison.Ordinal)));
                Assert.Equal(Enumerable.Range(0, Math.Max(0, word.Length - 2)).Select(start => word.Substring(start, 3)).Distinct().Count(), grams.Count);
                Assert.True(grams.Count == 0 || LetterGrams.Resemble(grams, word));
            },
            iter: 10_000);
        Assert.True(LetterGrams.Resemble(LetterGrams.Of("detectshun"), "detection"));
        Assert.False(LetterGrams.Resemble(LetterGrams.Of("detectshun"), "invoice"));
    }
}

using CsCheck;

using WreSkills.Search;

namespace WreSkills.Tests.Search;

public sealed class SharedPassagesTests
{
    private static readonly Gen<string> s_text = Gen.Char["abcdef"].Select(letter => $"{letter}{letter}").List[0, 40].Select(words => string.Join(' ', words));

    private static (int Left, int Right, int Length)[] Find(string left, string right) => [.. SharedPassages.Find(TextWords.Of(left), TextWords.Of(right))];

    [Fact]
    public void A_passage_is_found_whatever_its_line_breaks_case_and_punctuation()
    {
        const string passage = "look at every message before you decide";
        Assert.Equal([(2, 1, 7)], Find($"First: then,\n{passage}; nothing else.", $"Now Look at\nEVERY message - before you *decide* it all"));
    }

    [Fact]
    public void Fewer_words_than_a_shingle_are_no_passage()
    {
        Assert.Empty(Find("one two three four x", "one two three four y"));
        Assert.Equal([(0, 0, 5)], Find("one two three four five x", "one two three four five y"));
        Assert.Empty(Find("", "one two three four five"));
    }

    [Fact]
    public void The_longest_comes_first_and_no_word_counts_twice()
    {
        const string line = "never guess a tax number";
        Assert.Equal([(5, 0, 10), (0, 10, 5)], Find($"{line} ask one two three four five six seven eight nine", $"ask one two three four five six seven eight nine {line}"));
    }

    [Fact]
    public void Lines_are_counted()
    {
        var words = TextWords.Of("a\n\nbb cc\ndd");
        Assert.Equal([0, 2, 2, 3], words.Select(word => word.Line));
    }

    [Fact]
    public void Passages_are_equal_disjoint_and_long_enough_and_cover_every_shared_shingle_for_any_texts()
    {
        Gen.Select(s_text, s_text).Sample(
            (first, second) =>
            {
                var (left, right) = (TextWords.Of(first), TextWords.Of(second));
                var found = SharedPassages.Find(left, right);
                var (usedLeft, usedRight) = (new bool[left.Count], new bool[right.Count]);
                foreach (var (at, other, length) in found)
                {
                    Assert.True(length >= Fingerprints.ShingleWords);
                    for (var word = 0; word < length; word++)
                    {
                        Assert.Equal(left[at + word].Text, right[other + word].Text);
                        Assert.False(usedLeft[at + word] || usedRight[other + word]);
                        usedLeft[at + word] = usedRight[other + word] = true;
                    }
                }

                // The texts share a shingle if and only if a passage is found.
                Assert.Equal(Fingerprints.Shingles(left).Intersect(Fingerprints.Shingles(right)).Any(), found.Count > 0);
            },
            iter: 5_000);
    }

    [Fact]
    public void Texts_that_share_the_guaranteed_words_share_a_fingerprint()
    {
        Gen.Select(s_text, s_text, s_text, s_text, Gen.Int[100, 999].List[Fingerprints.GuaranteedWords, 20]).Sample(
            (before, after, otherBefore, otherAfter, shared) =>
            {
                var passage = string.Join(' ', shared.Select(number => $"w{number}"));
                var left = Fingerprints.Of(TextWords.Of($"{before} {passage} {after}"));
                var right = Fingerprints.Of(TextWords.Of($"{otherBefore} {passage} {otherAfter}"));
                Assert.True(left.Intersect(right).Any());
            },
            iter: 5_000);
    }

    [Fact]
    public void Winnowing_keeps_a_part_of_the_shingles_and_a_short_text_has_at_most_one()
    {
        var words = TextWords.Of(string.Join(' ', Enumerable.Range(0, 1_000).Select(number => $"w{number}")));
        Assert.InRange(Fingerprints.Of(words).Count, 250, 600);
        Assert.Empty(Fingerprints.Of(TextWords.Of("one two three four")));
        Assert.Single(Fingerprints.Of(TextWords.Of("one two three four five")));
    }
}

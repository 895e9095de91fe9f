using CsCheck;

using WreSkills.Search;

namespace WreSkills.Tests.Search;

public sealed class WordSplitterTests
{
    private static string[] Texts(string text) => [.. WordSplitter.Split(text).Select(token => token.Text)];

    [Theory]
    [InlineData("spam_filter-2 v1.0", "spam filter 2 v1 0")]
    [InlineData("spamFilter", "spamfilter spam filter")]
    [InlineData("HTTPServerError", "httpservererror http server error")]
    [InlineData("utf8 parseJSON5x", "utf8 utf parsejson5x parse json")]
    [InlineData("Über­maß Ærø naïve ŁÓDŹ", "ubermass aero naive lodz")]
    [InlineData("ｆｕｌｌ Ｗｉｄｔｈ", "full width")]
    [InlineData("e\u0301te\u0301", "ete")]
    [InlineData("Привет, мир", "привет мир")]
    [InlineData("don't", "don t")]
    [InlineData("", "")]
    [InlineData("…—!?", "")]
    public void Words_and_parts(string text, string expected) => Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Texts(text));

    [Theory]
    [InlineData("垃圾评论", "垃圾 圾评 评论 论")]
    [InlineData("检", "检")]
    [InlineData("GPT模型v2", "gpt 模型 型 v2")]
    [InlineData("한국어", "한국 국어 어")]
    [InlineData("𠮷野家", "𠮷野 野家 家")]
    public void Scripts_without_spaces_give_pairs(string text, string expected) => Assert.Equal(expected.Split(' '), Texts(text));

    [Fact]
    public void Tokens_point_at_the_text_that_they_fold_for_any_text()
    {
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["aAbBzZ09_-. éß垃圾カ\u0301\uD83D\uDE00"], 0, 40]).Sample(
            text =>
            {
                var last = 0;
                foreach (var token in WordSplitter.Split(text))
                {
                    Assert.InRange(token.Start, 0, text.Length - token.Length);
                    Assert.True(token.Length > 0 && token.Text.Length > 0);
                    Assert.Equal(FoldedText.Of(text.AsSpan(token.Start, token.Length)), token.Text);
                    Assert.DoesNotContain(token.Text, character => character is ' ' or '"' || char.IsControl(character) || char.IsAsciiLetterUpper(character));
                    Assert.True(token.Start >= last || token.Kind == TokenKind.Part);
                    last = token.Kind == TokenKind.Part ? last : token.Start;
                }
            },
            iter: 10_000);
    }

    [Fact]
    public void Parts_cover_an_identifier_without_gap_and_its_spelling_with_separators_has_the_same_words()
    {
        var word = Gen.String[Gen.Char['a', 'z'], 2, 8];
        word.List[1, 5].Sample(
            words =>
            {
                var camel = words[0] + string.Concat(words.Skip(1).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
                var parts = WordSplitter.Parts(camel);
                Assert.Equal(camel, string.Concat(parts.Select(range => camel[range])));
                Assert.Equal(words, parts.Select(range => camel[range].ToLowerInvariant()));
                Assert.Equal(words, Texts(string.Join('_', words)));
                Assert.Equal(words.Count == 1 ? words : [string.Concat(words), .. words], Texts(camel));
            },
            iter: 10_000);
    }

    [Theory]
    [InlineData("detects detecting detected detection", "detect")]
    [InlineData("classification classify classified classifies", "classif")]
    [InlineData("category categories categorize", "categor")]
    [InlineData("queries query", "quer")]
    [InlineData("hopping hopped", "hop")]
    [InlineData("relational relate", "relat")]
    [InlineData("caresses caress", "caress")]
    [InlineData("agreed agree", "agre")]
    [InlineData("falling fall", "fall")]
    [InlineData("filing filed file", "file")]
    [InlineData("adjustment adjust adjustable", "adjust")]
    [InlineData("vietnamization vietnamize", "vietnam")]
    public void Inflections_share_a_stem(string words, string stem) => Assert.All(words.Split(' '), word => Assert.Equal(stem, WordStem.Of(word)));

    [Theory]
    [InlineData("is")]
    [InlineData("utf8")]
    [InlineData("größe")]
    [InlineData("垃圾")]
    [InlineData("sky")]
    public void Short_and_foreign_words_are_their_own_stems(string word) => Assert.Equal(word, WordStem.Of(word));

    [Fact]
    public void Stem_of_any_word_is_a_beginning_or_ends_in_another_vowel_and_never_grows()
    {
        Gen.String[Gen.Char['a', 'z'], 1, 30].Sample(
            word =>
            {
                var stem = WordStem.Of(word);
                Assert.InRange(stem.Length, 1, word.Length);
                Assert.StartsWith(stem[..^1], word, StringComparison.Ordinal);
            },
            iter: 10_000);
    }
}

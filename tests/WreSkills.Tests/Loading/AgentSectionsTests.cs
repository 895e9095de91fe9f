using CsCheck;

using WreSkills.Loading;
using WreSkills.Skills;

namespace WreSkills.Tests.Loading;

public class AgentSectionsTests
{
    private static readonly AgentNames s_names = new([KeyValuePair.Create("mine", (string?)"gemma3:270m"), KeyValuePair.Create("rules", (string?)null), KeyValuePair.Create("hosted", (string?)"Qwen/Qwen3-1.7B")]);
    private static readonly SkillSettings s_settings = new() { PrimaryAgent = "0102_reviewer", FallbackAgent = "qwen" };

    private static string For(string agent, string text) => AgentSections.Read(text, s_names.Known(s_settings)).For(s_names.Identities(agent, s_settings)).Text;

    // What each of two agents reads, with | for line ends.
    private static (string Gemma, string Qwen) Both(string text) =>
        (For("gemma", text.Replace('|', '\n')).Replace('\n', '|'), For("qwen", text.Replace('|', '\n')).Replace('\n', '|'));

    [Theory]
    [InlineData("a|**FOR GEMMA**|x|y||z|# H|b|", "a|# H|b|")] // alone: up to the next heading
    [InlineData("**For Gemma:** x|y||b|", "|b|")] // with text: the paragraph
    [InlineData("**for gemma**: x||b|", "|b|")]
    [InlineData("a|**FOR GEMMA**|x|**FOR QWEN**|y|# H", "a|**FOR QWEN**|y|# H")]
    [InlineData("**FOR GEMMA**|x|**FOR ALL**|y|", "**FOR ALL**|y|")]
    [InlineData("**FOR GEMMA**|x||---||b|", "---||b|")]
    [InlineData("**FOR GEMMA, CLAUDE and GPT**|x|", "")]
    [InlineData("## For Gemma|x|### deep|y|## Next|b|", "## Next|b|")]
    [InlineData("## for gemma models (small ones):|x|# Up|b|", "# Up|b|")]
    [InlineData("## **For Gemma**|x|", "")]
    [InlineData("For Gemma|---|x||Other|=====|b|", "Other|=====|b|")]
    [InlineData("a|<!-- agent: gemma -->|x|<!-- /agent -->|b|", "a|b|")]
    [InlineData("a|  <!--Agents:GEMMA,claude-->|x|## H|y|<!-- /agents -->|b|", "a|b|")] // closed: whatever lies between
    [InlineData("## S|<!-- agent: gemma -->|x|### deep|y|## T|b|", "## S|## T|b|")] // not closed: to the end of its section
    [InlineData("<!-- agent: gemma -->|x|# T|b|", "# T|b|")]
    [InlineData("<!-- agent: gemma -->|x|<!-- agent: qwen -->|y|<!-- /agent -->|b|", "<!-- agent: qwen -->|y|<!-- /agent -->|b|")]
    [InlineData("a|<!-- agent: gemma --> x <!-- /agent -->|b|", "a|b|")]
    [InlineData("<!-- agent: nobody-knows -->|x|<!-- /agent -->|b|", "b|")]
    [InlineData("## For mine|x|## Rest|", "## Rest|")]
    [InlineData("## For the|x|", "## For the|x|")]
    public void Part_for_gemma_is_left_out_for_qwen(string text, string qwen) => Assert.Equal(qwen, Both(text).Qwen);

    [Theory]
    [InlineData("a|**FOR GEMMA**|x|# H|")]
    [InlineData("## For Gemma|x|")]
    [InlineData("<!-- agent: claude, gemma -->|x|<!-- /agent -->|")]
    [InlineData("**FOR QWEN OR GEMMA**: x|")]
    public void Part_for_gemma_stays_for_gemma_byte_for_byte(string text) => Assert.Equal(text, Both(text).Gemma);

    [Theory]
    [InlineData("## For example|x|")]
    [InlineData("## For loops|x|")]
    [InlineData("## For Gemma and friends|x|")]
    [InlineData("## Foremost|x|")]
    [InlineData("##For Gemma|x|")]
    [InlineData("####### For Gemma|x|")]
    [InlineData("**For example** x|")]
    [InlineData("- **FOR GEMMA** x|")]
    [InlineData("see **FOR GEMMA** above|")]
    [InlineData("> **FOR GEMMA**|")]
    [InlineData("    ## For Gemma|x|")]
    [InlineData("\t<!-- agent: gemma -->|x|")]
    [InlineData("text <!-- agent: gemma --> x <!-- /agent -->|")]
    [InlineData("<!-- agent: -->|x|")]
    [InlineData("<!-- agent gemma -->|x|")]
    [InlineData("<!-- /agent -->|x|")]
    [InlineData("<!-- agent: gemma -|x|")]
    [InlineData("```|## For Gemma|x|```|")]
    [InlineData("~~~~ md|**FOR GEMMA**|~~~|x|~~~~|")]
    [InlineData("   ````|<!-- agent: gemma -->|```|x|")] // the fence never ends
    [InlineData("<!-- notes|## For Gemma|x|")] // nor does this comment
    [InlineData("<!-- notes|## For Gemma|--> x|")]
    [InlineData("---|a: |  ## For Gemma|## For Gemma|---|b|")] // front matter
    public void Looks_like_a_mark_and_is_none(string text) => Assert.Equal((text, text), Both(text));

    [Fact]
    public void Code_in_a_part_goes_with_it_and_its_marks_are_code()
    {
        var (gemma, qwen) = Both("**FOR GEMMA**||```sh|# For Qwen|**FOR ALL**||ls|```||b|# H|c|");
        Assert.Equal("# H|c|", qwen);
        Assert.StartsWith("**FOR GEMMA**||```sh|# For Qwen", gemma, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_within_parts_must_all_be_for_the_agent()
    {
        const string text = "## For Qwen|x|**FOR GEMMA**|y|### z|w|## R|";
        Assert.Equal(("## R|", "## For Qwen|x|### z|w|## R|"), Both(text));
        Assert.Equal(1, AgentSections.Read(text.Replace('|', '\n'), s_names.Known(s_settings)).For(s_names.Identities("gemma", s_settings)).Dropped);
    }

    [Theory]
    [InlineData("mine", true)] // by its model
    [InlineData("MINE", true)]
    [InlineData("gemma3:4b", true)]
    [InlineData("google/gemma-3n", true)]
    [InlineData("hosted", false)]
    [InlineData("rules", false)]
    [InlineData("gemmalike", false)]
    public void Agent_answers_to_its_name_and_to_the_family_of_its_model(string agent, bool kept) => Assert.Equal(kept ? "## For Gemma\nx\n" : "", For(agent, "## For Gemma\nx\n"));

    [Theory]
    [InlineData("0102 reviewer", "## For 0102_Reviewer\nx\n", true)]
    [InlineData("0102_reviewer", "**FOR PRIMARY AGENT**: x\n", true)]
    [InlineData("qwen", "**FOR PRIMARY**: x\n", false)]
    [InlineData("hosted", "**FOR FALLBACK AGENT**: x\n", true)]
    [InlineData("primary_agent", "## For 0102 reviewer\nx\n", true)]
    public void Names_that_the_skill_gives_count_too(string agent, string text, bool kept) => Assert.Equal(kept ? text : "", For(agent, text));

    [Fact]
    public void Line_ends_and_the_byte_order_mark_stay()
    {
        const string text = "\uFEFF---\r\nname: a\r\n---\r\na\r\n## For Gemma\r\nx\r\rb\r## End\r\nlast";
        Assert.Equal("\uFEFF---\r\nname: a\r\n---\r\na\r\n## End\r\nlast", For("qwen", text));
        Assert.Equal(text, For("gemma", text));
        Assert.Equal("\uFEFF", For("qwen", "\uFEFF## For Gemma\nx"));
    }

    [Fact]
    public void Huge_and_nested_texts_take_linear_time()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(index => (index % 6) switch
        {
            0 => "<!-- agent: gemma -->\n",
            1 => $"{new string('#', (index % 5) + 1)} For Qwen\n",
            2 => "**FOR GEMMA**\n",
            3 => "<!-- \n-->\n",
            4 => "\nx\n",
            _ => "===\n",
        })) + new string('`', 1_000_000) + new string('#', 1_000_000) + "\n**" + new string('*', 1_000_000) + "\n<!--" + string.Concat(Enumerable.Repeat("<!-- ", 200_000));
        Assert.EndsWith(text[^1000..], For("claude", text), StringComparison.Ordinal);
    }

    private static readonly string[] s_pieces =
    [
        "text", "", " ", "## For Gemma", "### For Qwen", "# Heading", "**FOR GEMMA**", "**For Qwen:** now", "<!-- agent: gemma -->", "<!-- agent: qwen, claude -->", "<!-- /agent -->", "<!-- agent: gemma --> x <!-- /agent -->",
        "```", "~~~~", "<!-- ", "-->", "---", "===", "    ## For Gemma", "- item", "**FOR ALL**", "## For example", "é😀", "<!-- agent: all -->", "\t", "`",
    ];

    private static readonly Gen<string> s_texts = Gen.Select(Pick.From(s_pieces), Pick.From("\n", "\n", "\r\n", "\r", "")).List[0, 40].Select(lines => string.Concat(lines.Select(line => line.Item1 + line.Item2)));

    [Fact]
    public void What_is_left_is_the_text_without_whole_lines_in_order() => s_texts.Sample(mixed =>
    {
        // A carriage return and a line feed that come to stand together would count as one line end.
        var text = mixed.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lines = Lines(text);
        foreach (var agent in (string[])["gemma", "qwen", "claude"])
        {
            var at = 0;
            foreach (var line in Lines(For(agent, text)))
            {
                while (at < lines.Count && lines[at] != line)
                {
                    at++;
                }

                if (at++ >= lines.Count)
                {
                    return false;
                }
            }
        }

        return true;
    }, iter: 20_000);

    [Fact]
    public void Text_that_names_no_agent_comes_back_as_it_is()
    {
        var plain = s_pieces.Where(piece => !piece.Contains("emma", StringComparison.Ordinal) && !piece.Contains("wen", StringComparison.Ordinal)).ToArray();
        Gen.Select(Gen.OneOf(Pick.From(plain), Gen.String), Pick.From("\n", "\r\n", "\r", "")).List[0, 40].Select(lines => string.Concat(lines.Select(line => line.Item1 + line.Item2)))
            .Sample(text => For("gemma", text) == text && ReferenceEquals(For("gemma", text), text), iter: 20_000);
    }

    [Fact]
    public void Marks_are_read_the_same_whatever_the_line_ends() => s_texts.Sample(text =>
    {
        var lf = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return For("gemma", lf.Replace("\n", "\r\n", StringComparison.Ordinal)) == For("gemma", lf).Replace("\n", "\r\n", StringComparison.Ordinal);
    }, iter: 5_000);

    private static List<string> Lines(string text)
    {
        var (lines, start) = (new List<string>(), 0);
        for (var end = text.IndexOf('\n', StringComparison.Ordinal); end >= 0; end = text.IndexOf('\n', start))
        {
            lines.Add(text[start..(end + 1)]);
            start = end + 1;
        }

        return start == text.Length ? lines : [.. lines, text[start..]];
    }
}

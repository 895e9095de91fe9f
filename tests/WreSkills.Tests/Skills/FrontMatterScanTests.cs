using System.Text;

using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

/// <summary>The scan of plain front matter against the YAML reader: where it reads at all, it reads the same.</summary>
public sealed class FrontMatterScanTests
{
    private static readonly string[] s_keys = ["name", "description", "version", "promotion_state", "agents", "module", "primary_agent", "intent_type", "metadata", "other-key", "a", "null", "true", "\"name\"", "<<", "é"];

    private static readonly string[] s_values =
    [
        "plain", "two words", "\"quoted\"", "'single'", "[a, b]", "[ a ,b ]", "[]", "1.0", "http://x/y?z=1", "ümlaut", "a,b", "null", "a:b", "a#c", "\"with \\\" escape\"", "'it''s'", "[a, [b]]", "[a b, \"c\"]", "[a,]", "[a, b", "|", ">", "|-", ">-", "|+", ">2", "~", "",
        "-1", "a: b", "a #c", "# only", "&x y", "*x", "!t y", "% p", "@a", "`b`", "- a", "? a", "{a: b}", "a:", "prototype", "STAGED", "production ", "日本", "(a)", "/p", "$x", "+1",
        "\"a\" b", "'a' # c", "\"a: b\"", "a\tb", "null ", "nullable", "\"null\"", "a\\b", "a'b", "a\"b", "😀 x", "ab\u0085c", "a\u2028c", "a\uFEFF", "\u00a0a", "=", "<a>", "a |", "a >",
    ];

    private static readonly string[] s_lines =
    [
        "  - item", "  - two words", "- zero", "  - a: b", "  -x", "  -", "    - deep", "  key: value", "  other: [x]", "  key:", "    deep: 1", "   odd: 1", "# comment", "  # inner comment", "", "  ", "\t", "...", "--- x",
        "  text of a block", "    more", "  - \"quoted\"", "  - 'x'", "  - null", "  trailing ", "%YAML 1.2", "  - [a]", "  - |", "  name: inner", "- a", " one",
    ];

    [Fact]
    public void What_the_scan_reads_the_yaml_reader_reads_alike()
    {
        var accepted = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var text = Text(new Random(seed));
            var bytes = Encoding.UTF8.GetBytes(text);
            var values = new HeaderValues();
            if (FrontMatterScan.TryRead(bytes, values))
            {
                accepted++;
                Assert.True(Show(values.ToHeader()) == Show(SkillHeader.ReadSlowly(bytes)), $"seed {seed}:\n{text}\nscan: {Show(values.ToHeader())}\nyaml: {Show(SkillHeader.ReadSlowly(bytes))}");
            }
        }

        // A scan that gives up at everything would agree with everything.
        Assert.InRange(accepted, 2_000, 20_000);
    }

    [Theory]
    [InlineData("name: a\ndescription: Does things; asks (twice).\nversion: \"1.0\"\n")]
    [InlineData("name: a\r\ndescription: >-\r\n  One line\r\n  and another.\r\nagents: [gemma, qwen]\r\n")]
    [InlineData("name: a\n# note\nagents:\n  - gemma\n  - qwen\ndependencies:\n  data_stores: [x]\n  throttles: []\nexpected_patterns:\n- a=true\n- b=true\n")]
    [InlineData("name: a\ndescription: |\n  First.\n    Indented.\n\nlicense: MIT\n")]
    public void Usual_front_matter_needs_no_yaml_reader(string text) => Assert.True(FrontMatterScan.TryRead(Encoding.UTF8.GetBytes(text), new HeaderValues()));

    [Fact]
    public void A_header_has_what_the_front_matter_says()
    {
        var header = SkillHeader.Read("\uFEFF--- \r\nname: a\r\ndescription: >\r\n  One\r\n  two.\r\nversion: '1.2'\r\npromotion_state: Staged\r\nagents:\r\n  - gemma\r\nmodule: chat/live\r\n---\r\nBody\r\n"u8, whole: true)!;
        Assert.Equal("a | One two. | 1.2 | staged | - | gemma | - | chat/live | ", Show(header));
    }

    [Fact]
    public void A_state_that_is_none_counts_as_not_stated() => Assert.Null(SkillHeader.Read("---\npromotion_state: unknown\n---\n"u8, whole: true)!.State);

    [Theory]
    [InlineData("# Title\n", "there is no front matter")]
    [InlineData("---\nname: a\n", "the front matter begins with '---' but never ends with '---'")]
    [InlineData("---\nname: a\nname: b\n---\n", "line 3: the key 'name' stands here a second time")]
    [InlineData("---\n- a\n---\n", "the front matter must be a mapping (key: value)")]
    public void A_front_matter_that_cannot_be_used_says_why(string text, string problem) => Assert.Equal(problem, SkillHeader.Read(Encoding.UTF8.GetBytes(text), whole: true)!.Problem);

    [Fact]
    public void A_front_matter_that_goes_on_beyond_the_bytes_is_no_header_yet() => Assert.Null(SkillHeader.Read("---\nname: a\n"u8, whole: false));

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        var newLine = random.Next(8) == 0 ? "\r\n" : "\n";
        for (var line = random.Next(1, 9); line > 0; line--)
        {
            // Mostly lines that fit together, or the scan would hardly ever get to the end.
            var odd = random.Next(6) == 0;
            text.Append(random.Next(3) == 0 ? s_lines[random.Next(odd ? s_lines.Length : 2)] : $"{s_keys[odd ? random.Next(s_keys.Length) : line]}:{(random.Next(20) == 0 ? "" : " ")}{s_values[random.Next(odd ? s_values.Length : 18)]}").Append(newLine);
        }

        return text.ToString();
    }

    private static string Show(SkillHeader header) =>
        $"{header.Name} | {header.Description} | {header.Version} | {header.State} | {header.PrimaryAgent ?? "-"} | {string.Join(',', header.Agents)} | {header.IntentType ?? "-"} | {header.Module} | {header.Problem}";
}

using System.Diagnostics;

using CsCheck;

using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public class YamlReaderTests
{
    private static (YamlNode? Root, List<YamlProblem> Problems) Read(string text, int firstLine = 1)
    {
        var problems = new List<YamlProblem>();
        return (YamlReader.Read(text, firstLine, problems), problems);
    }

    [Fact]
    public void Scalars_are_never_converted()
    {
        var (root, problems) = Read("approver: 0102\nanswer: YES\nflag: true\nquoted: \"null\"\nnothing:\ntilde: ~\n");
        var mapping = Assert.IsType<YamlMapping>(root);
        Assert.Empty(problems);
        Assert.Equal("0102", mapping.Text("approver"));
        Assert.Equal("YES", mapping.Text("answer"));
        Assert.Equal("true", mapping.Text("flag"));
        Assert.Equal("null", mapping.Text("quoted"));
        Assert.Null(mapping.Text("nothing"));
        Assert.Null(mapping.Text("tilde"));
    }

    [Fact]
    public void Texts_of_a_list_or_a_single_scalar_are_a_list()
    {
        var mapping = Assert.IsType<YamlMapping>(Read("one: a\nmany: [a, ~, b]\nnone:\n").Root);
        Assert.Equal(["a"], mapping.Texts("one"));
        Assert.Equal(["a", "b"], mapping.Texts("many"));
        Assert.Empty(mapping.Texts("none"));
        Assert.Empty(mapping.Texts("missing"));
    }

    [Fact]
    public void Lines_count_from_the_first_line_of_the_text()
    {
        var (root, problems) = Read("a: 1\nb:\n  - &x 2\na: 3\n", firstLine: 10);
        Assert.Equal([10, 12], ((YamlMapping)root!).Entries.Select(entry => entry.Value.Line));
        Assert.Equal([12, 13], problems.Select(problem => problem.Line));
    }

    [Fact]
    public void Everything_refused_is_listed_at_once()
    {
        var (_, problems) = Read("a: &anchor 1\nb: *anchor\nc: !!str 2\nd: !evil {}\ne: 1\ne: 2\n? [x]\n: 3\n");
        Assert.Equal(
            ["line 1: YAML anchors are not allowed", "line 2: YAML aliases are not allowed", "line 3: YAML tags are not allowed", "line 4: YAML tags are not allowed", "line 6: the key 'e' stands here a second time", "line 7: a key must be plain text"],
            problems.Select(problem => problem.ToString().Split(" ('")[0]));
    }

    [Fact]
    public void Billion_laughs_is_refused()
    {
        var (_, problems) = Read("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n");
        Assert.Contains(problems, problem => problem is { Line: 1, Message: "YAML anchors are not allowed" });
        Assert.Contains(problems, problem => problem.Line == 4);
    }

    [Fact]
    public void Merge_key_with_an_alias_is_refused() => Assert.NotEmpty(Read("a: &a {x: 1}\nb: {<<: *a}\n").Problems);

    [Fact]
    public void Second_document_is_refused() => Assert.Contains(Read("a: 1\n---\nb: 2\n").Problems, problem => problem.Message.Contains("second YAML document", StringComparison.Ordinal));

    [Theory]
    [InlineData(YamlReader.MaxDepth, 0)]
    [InlineData(YamlReader.MaxDepth + 1, 1)]
    public void Nesting_is_allowed_to_the_bound(int depth, int findings)
    {
        var (_, problems) = Read(new string('[', depth) + "x" + new string(']', depth));
        Assert.Equal(findings, problems.Count);
    }

    [Fact]
    public void Length_is_allowed_to_the_bound()
    {
        Assert.Empty(Read("a: " + new string('x', YamlReader.MaxLength - 3)).Problems);
        var (root, problems) = Read("a: " + new string('x', YamlReader.MaxLength - 2));
        Assert.Null(root);
        Assert.Contains("262,145 characters", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_allowed_to_the_bound()
    {
        // The list itself is a value too.
        Assert.Empty(Read("[" + string.Join(',', Enumerable.Repeat("x", YamlReader.MaxNodes - 1)) + "]").Problems);
        Assert.Contains("20,000", Assert.Single(Read("[" + string.Join(',', Enumerable.Repeat("x", YamlReader.MaxNodes)) + "]").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_bounded() =>
        Assert.Equal(YamlReader.MaxProblems, Read(string.Concat(Enumerable.Range(0, 500).Select(i => $"a{i}: &x{i} 1\n"))).Problems.Count);

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    public void Empty_text_is_nothing_and_no_finding(string text)
    {
        var (root, problems) = Read(text);
        Assert.Null(root);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("a: [1, 2", 1)]
    [InlineData("a: 1\n b: 2\n", 2)]
    [InlineData("a: 'x\n", 1)]
    public void Broken_yaml_is_a_finding_with_a_line(string text, int line)
    {
        var (root, problems) = Read(text);
        Assert.Null(root);
        Assert.StartsWith("not valid YAML: ", Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.InRange(problems[0].Line, line, line + 1);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("!")]
    [InlineData("&a ")]
    [InlineData("*a ")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("%")]
    [InlineData("|\n")]
    [InlineData("[a,")]
    [InlineData("{a: ")]
    [InlineData("\"\\")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("# ")]
    [InlineData("--- ")]
    [InlineData("a\n")]
    [InlineData("a b ")]
    [InlineData(">-\n ")]
    public void Hostile_repetition_ends_in_bounded_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, YamlReader.MaxLength / piece.Length));
        var watch = Stopwatch.StartNew();
        Read(text);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void Read_of_any_text_never_throws()
    {
        string[] pieces =
        [
            "a", "b", ": ", ":", "- ", "-", "\n", "\n  ", " ", "\t", "[", "]", "{", "}", ",", "\"", "'", "|", ">", "|-\n", "&x", "*x", "!t", "!!str", "!<x>", "%YAML 1.9\n", "%TAG ! x\n",
            "---\n", "...\n", "? ", "#", "\\", "\\u12", "\\UFFFFFFFF", "\\x0", "<<", "~", "null", "0", "\u0000", "\u0085", "\u2028", "\uFEFF", "\uD800", "\r", "@", "`", "é", "😀",
        ];
        Gen.Int[0, pieces.Length - 1].Select(index => pieces[index]).List[0, 25].Select(parts => string.Concat(parts)).Sample(
            text =>
            {
                Read(text);
                return true;
            },
            iter: 30_000);
    }
}

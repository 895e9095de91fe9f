using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class ReportHtmlTests
{
    [Fact]
    public void Our_own_Markdown_becomes_HTML()
    {
        var html = Body("# One\n\nText with `a < b` and \\*stars\\*.\n\n- first\n  - inner\n- second\n    1. `step`\n\n| a | b |\n|---|---|\n| `x\\|y` | 2 |\n\n_Written now._\n");
        Assert.Equal(
            "<h1>One</h1>\n<p>Text with <code>a &lt; b</code> and *stars*.</p>\n<ul>\n<li>first\n<ul>\n<li>inner\n</li>\n</ul>\n</li>\n<li>second\n<ol>\n<li><code>step</code>\n</li>\n</ol>\n</li>\n</ul>\n"
            + "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody>\n<tr><td><code>x|y</code></td><td>2</td></tr>\n</tbody></table></div>\n<p><em>Written now.</em></p>\n",
            html);
    }

    [Fact]
    public void A_difference_shows_what_came_and_went_and_nothing_of_it_is_markup()
    {
        Assert.Equal("<ul>\n<li><code>f</code>\n<pre>@@ -1 +1 @@\n<del>-old</del>\n<ins>+&lt;script&gt;</ins>\n</pre>\n</li>\n</ul>\n", Body("- `f`\n  ~~~~diff\n  @@ -1 +1 @@\n  -old\n  +<script>\n  ~~~~\n"));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("[click](javascript:alert(1))")]
    [InlineData("![x](https://evil.example/pixel.png)")]
    [InlineData("<https://evil.example>")]
    [InlineData("`` ` `` <img src=x onerror=alert(1)>")]
    [InlineData("\"><svg onload=alert(1)>")]
    [InlineData("a | b | </td><h1>")]
    public void Nothing_that_strangers_write_becomes_markup(string text)
    {
        foreach (var written in (ReadOnlySpan<string>)[text, ReportText.Prose(text), ReportText.Code(text)])
        {
            var html = ReportHtml.Write(text, $"# {written}\n\n- {written}\n\n| {written.Replace("|", "\\|", StringComparison.Ordinal)} |\n|---|\n| {written.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            Assert.DoesNotMatch("<(script|img|svg|a|iframe)[ >/]", html);
            Assert.Equal(1, html.Split("<h1").Length - 1);
        }
    }

    [Fact]
    public void Prose_is_no_link_no_mention_and_no_markup()
    {
        Assert.Equal("\\<b\\> \\[x\\]\\(https\\://a\\) \\@you www\\.a \\`c\\` 1\\|2", ReportText.Prose("<b> [x](https://a) @you www.a `c` 1|2"));
        Assert.Equal("a b c", ReportText.Prose("a\u202eb\u001bc"));
        Assert.Equal("`a'b`", ReportText.Code("a`b"));
        Assert.Equal("`aaa…`", ReportText.Code("aaaaa", 3));
    }

    private static string Body(string markdown)
    {
        var html = ReportHtml.Write("t", markdown);
        var start = html.IndexOf("<body>\n", StringComparison.Ordinal) + "<body>\n".Length;
        return html[start..html.IndexOf("</body>", StringComparison.Ordinal)];
    }
}

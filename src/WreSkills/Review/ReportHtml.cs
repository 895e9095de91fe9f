using System.Globalization;
using System.Net;
using System.Text;

namespace WreSkills.Review;

/// <summary>
/// A report as one HTML file that needs nothing else: no network, no script, light and dark, narrow and wide. It is made from the report's
/// Markdown; only what our own writers use of it is known, and everything else is text.
/// </summary>
internal static class ReportHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #1a7f37; --bad: #cf222e; }
        @media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; } }
        * { box-sizing: border-box; }
        body { font: 15px/1.55 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 60rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; margin: 0 0 .5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
        p, ul, ol { margin: .4rem 0; } ul, ol { padding-left: 1.4rem; } li { margin: .15rem 0; }
        code { font: .9em ui-monospace, monospace; background: var(--soft); border-radius: .25rem; padding: .05rem .3rem; }
        pre { font: .85rem/1.45 ui-monospace, monospace; background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; overflow-x: auto; overflow-wrap: normal; }
        ins { color: var(--good); text-decoration: none; } del { color: var(--bad); text-decoration: none; }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } tr:last-child > td { border-bottom: 0; } thead th { background: var(--soft); font-weight: 600; }
        """;

    /// <summary>Writes it.</summary>
    public static string Write(string title, string markdown)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        html.Append($"<title>{WebUtility.HtmlEncode(ReportText.Clean(title, 200))}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        new Blocks(html).Write(markdown.Split('\n'));
        return html.Append("</body>\n</html>\n").ToString();
    }

    // One pass over the lines; open lists are a stack of their indentation.
    private sealed class Blocks(StringBuilder html)
    {
        private readonly Stack<(int Indent, string Tag)> _lists = new();

        public void Write(string[] lines)
        {
            for (var index = 0; index < lines.Length; index++)
            {
                var line = lines[index];
                var (text, indent) = (line.TrimStart(' '), line.Length - line.TrimStart(' ').Length);
                if (text.StartsWith("~~~~", StringComparison.Ordinal))
                {
                    index = Code(lines, index, indent);
                }
                else if (line.StartsWith('|'))
                {
                    index = Table(lines, index);
                }
                else if (Item(text, out var tag, out var content))
                {
                    Begin(indent, tag);
                    html.Append(Inline(content)).Append('\n');
                }
                else if (indent > 0 && text.Length > 0 && _lists.Count > 0)
                {
                    Begin(indent, _lists.Peek().Tag);
                    html.Append(Inline(text)).Append('\n');
                }
                else
                {
                    Paragraph(text);
                }
            }

            Close(-1);
        }

        private void Paragraph(string text)
        {
            if (text.Length == 0)
            {
                return;
            }

            Close(-1);
            var level = text.StartsWith("# ", StringComparison.Ordinal) ? 1 : text.StartsWith("## ", StringComparison.Ordinal) ? 2 : 0;
            html.Append(CultureInfo.InvariantCulture, $"<{(level == 0 ? "p" : $"h{level}")}>").Append(Inline(level == 0 ? text : text[(level + 1)..])).Append(CultureInfo.InvariantCulture, $"</{(level == 0 ? "p" : $"h{level}")}>\n");
        }

        private static bool Item(string text, out string tag, out string content)
        {
            var digits = text.TakeWhile(char.IsAsciiDigit).Count();
            var numbered = digits is > 0 and < 6 && text.AsSpan(digits).StartsWith(". ");
            (tag, content) = numbered ? ("ol", text[(digits + 2)..]) : ("ul", text.StartsWith("- ", StringComparison.Ordinal) ? text[2..] : "");
            return numbered || text.StartsWith("- ", StringComparison.Ordinal);
        }

        // A list within an item stands before the item's end.
        private void Begin(int indent, string tag)
        {
            Close(indent);
            if (_lists.Count > 0 && _lists.Peek().Indent == indent && _lists.Peek().Tag != tag)
            {
                Close(indent - 1);
            }

            if (_lists.Count == 0 || _lists.Peek().Indent < indent)
            {
                html.Append(CultureInfo.InvariantCulture, $"<{tag}>\n");
                _lists.Push((indent, tag));
            }
            else
            {
                html.Append("</li>\n");
            }

            html.Append("<li>");
        }

        private void Close(int indent)
        {
            while (_lists.Count > 0 && _lists.Peek().Indent > indent)
            {
                html.Append(CultureInfo.InvariantCulture, $"</li>\n</{_lists.Pop().Tag}>\n");
            }
        }

        private int Code(string[] lines, int index, int indent)
        {
            html.Append("<pre>");
            for (index++; index < lines.Length && !lines[index].TrimStart(' ').StartsWith("~~~~", StringComparison.Ordinal); index++)
            {
                var line = lines[index].Length >= indent ? lines[index][indent..] : lines[index].TrimStart(' ');
                var safe = WebUtility.HtmlEncode(line);
                html.Append(line.StartsWith('+') ? $"<ins>{safe}</ins>" : line.StartsWith('-') ? $"<del>{safe}</del>" : safe).Append('\n');
            }

            html.Append("</pre>\n");
            return index;
        }

        private int Table(string[] lines, int index)
        {
            Close(-1);
            html.Append("<div class=\"scroll\"><table><thead><tr>");
            foreach (var cell in Cells(lines[index]))
            {
                html.Append("<th scope=\"col\">").Append(Inline(cell)).Append("</th>");
            }

            html.Append("</tr></thead><tbody>\n");
            for (index += 2; index < lines.Length && lines[index].StartsWith('|'); index++)
            {
                html.Append("<tr>");
                foreach (var cell in Cells(lines[index]))
                {
                    html.Append("<td>").Append(Inline(cell)).Append("</td>");
                }

                html.Append("</tr>\n");
            }

            html.Append("</tbody></table></div>\n");
            return index - 1;
        }

        // A stroke in a cell is escaped, also within code.
        private static IEnumerable<string> Cells(string row)
        {
            var cell = new StringBuilder();
            for (var index = 1; index < row.Length; index++)
            {
                if (row[index] == '\\' && index + 1 < row.Length)
                {
                    cell.Append(row[index + 1] == '|' ? "|" : row.Substring(index, 2));
                    index++;
                }
                else if (row[index] == '|')
                {
                    yield return cell.ToString().Trim();
                    cell.Clear();
                }
                else
                {
                    cell.Append(row[index]);
                }
            }
        }

        // Code spans, emphasis of a whole line, and escaped characters; nothing else is more than text.
        private static string Inline(string text)
        {
            if (text.Length > 2 && text[0] == '_' && text[^1] == '_')
            {
                return $"<em>{Inline(text[1..^1])}</em>";
            }

            var html = new StringBuilder();
            for (var index = 0; index < text.Length; index++)
            {
                var end = text[index] == '`' ? text.IndexOf('`', index + 1) : -1;
                if (end > 0)
                {
                    html.Append("<code>").Append(WebUtility.HtmlEncode(text[(index + 1)..end])).Append("</code>");
                    index = end;
                }
                else
                {
                    index += text[index] == '\\' && index + 1 < text.Length && char.IsAsciiLetterOrDigit(text[index + 1]) is false && text[index + 1] != ' ' ? 1 : 0;
                    var length = char.IsHighSurrogate(text[index]) && index + 1 < text.Length ? 2 : 1;
                    html.Append(WebUtility.HtmlEncode(text.Substring(index, length)));
                    index += length - 1;
                }
            }

            return html.ToString();
        }
    }
}

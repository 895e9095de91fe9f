using System.Text;

namespace WreSkills.Loading;

/// <summary>
/// The parts of a skill's text that are meant for certain agents (see docs/reference/loading.md): leaves out those that are for others, whole lines at a
/// time, and never touches another byte. Linear in the length of the text, whatever it holds.
/// </summary>
public sealed class AgentSections
{
    private readonly string _text;
    private readonly List<Part> _parts = [];

    private AgentSections(string text) => _text = text;

    /// <summary>All agents that the text singles out, as they are compared; without repetitions, in order.</summary>
    public IReadOnlyList<string> Agents => [.. _parts.SelectMany(part => part.Names).Distinct()];

    /// <summary>Finds the parts of a text.</summary>
    /// <param name="text">The whole <c>SKILL.md</c>, with front matter.</param>
    /// <param name="known">Names that count in headings and bold markers, as they are compared.</param>
    public static AgentSections Read(string text, IReadOnlySet<string> known)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(known);
        var sections = new AgentSections(text);
        if (MayHold(text))
        {
            new Builder(MarkedLines.Read(text, known), sections._parts).Run();
        }

        return sections;
    }

    /// <summary>The text without the parts for other agents.</summary>
    /// <param name="identities">All names that the agent answers to.</param>
    /// <param name="from">Where to begin, such as behind the front matter.</param>
    /// <returns>The text, the very same one when nothing is left out; and how many parts were left out.</returns>
    public (string Text, int Dropped) For(IReadOnlySet<string> identities, int from = 0)
    {
        var dropped = _parts.Where(part => part.End > part.Start && !part.Names.Any(identities.Contains)).OrderBy(part => part.Start).ToList();
        if (dropped.Count == 0)
        {
            return (from == 0 ? _text : _text[from..], 0);
        }

        var result = new StringBuilder(_text.Length);
        var (at, count) = (from, 0);
        foreach (var part in dropped)
        {
            // What lies within a part that is left out already is no further one.
            count += part.End > at ? 1 : 0;
            if (part.Start > at)
            {
                result.Append(_text, at, part.Start - at);
            }

            at = Math.Max(at, part.End);
        }

        return (result.Append(_text, at, _text.Length - at).ToString(), count);
    }

    // Most texts have nothing of the kind, and one look says so.
    private static bool MayHold(string text) => text.Contains("agent", StringComparison.OrdinalIgnoreCase) || text.Contains("for", StringComparison.OrdinalIgnoreCase);

    private sealed record Part(int Start, int End, IReadOnlyList<string> Names);

    private sealed class Builder(IReadOnlyList<MarkerLine> lines, List<Part> parts)
    {
        private readonly Stack<(int Start, int Level, IReadOnlyList<string> Names)> _headings = [];
        private (int Start, IReadOnlyList<string> Names, bool IsParagraph)? _bold;
        private (int Start, IReadOnlyList<string> Names, int Level, bool IsClosed)? _comment;
        private int _level;

        public void Run()
        {
            var closes = Closes();
            for (var index = 0; index < lines.Count; index++)
            {
                Take(lines[index], closes[index]);
            }

            var end = lines.Count == 0 ? 0 : lines[^1].Next;
            EndBold(end);
            EndComment(end);
            EndHeadings(end, 0);
        }

        private void Take(MarkerLine line, bool isClosed)
        {
            switch (line.Kind)
            {
                case MarkerKind.Blank when _bold is { IsParagraph: true }:
                case MarkerKind.Break:
                    EndBold(line.Start);
                    break;
                case MarkerKind.Heading:
                    TakeHeading(line);
                    break;
                case MarkerKind.Section or MarkerKind.Paragraph:
                    EndBold(line.Start);
                    _bold = AgentNames.MeansEverybody(line.Names!) ? null : (line.Start, line.Names!, line.Kind == MarkerKind.Paragraph);
                    break;
                case MarkerKind.Open or MarkerKind.OneLine:
                    EndBold(line.Start);
                    EndComment(line.Start);
                    if (!AgentNames.MeansEverybody(line.Names!))
                    {
                        _comment = (line.Start, line.Names!, _level, isClosed);
                    }

                    if (line.Kind == MarkerKind.OneLine)
                    {
                        EndComment(line.Next);
                    }

                    break;
                case MarkerKind.Close:
                    EndBold(line.Start);
                    EndComment(line.Next);
                    break;
                default:
                    break;
            }
        }

        private void TakeHeading(MarkerLine line)
        {
            EndBold(line.Start);
            EndHeadings(line.Start, line.Level);

            // Without a closing comment the part ends with the section that it stands in; before the first heading, at that heading.
            if (_comment is { IsClosed: false } comment && (comment.Level == 0 || line.Level <= comment.Level))
            {
                EndComment(line.Start);
            }

            _level = line.Level;
            if (line.Names is { } names && !AgentNames.MeansEverybody(names))
            {
                _headings.Push((line.Start, line.Level, names));
            }
        }

        private void EndBold(int end)
        {
            if (_bold is { } bold)
            {
                parts.Add(new Part(bold.Start, end, bold.Names));
                _bold = null;
            }
        }

        private void EndComment(int end)
        {
            if (_comment is { } comment)
            {
                parts.Add(new Part(comment.Start, end, comment.Names));
                _comment = null;
            }
        }

        private void EndHeadings(int end, int level)
        {
            while (_headings.TryPeek(out var heading) && heading.Level >= level)
            {
                parts.Add(new Part(heading.Start, end, heading.Names));
                _headings.Pop();
            }
        }

        // For every comment that opens a part: whether the next comment about agents closes it.
        private bool[] Closes()
        {
            var closes = new bool[lines.Count];
            var next = MarkerKind.Text;
            for (var index = lines.Count - 1; index >= 0; index--)
            {
                closes[index] = next == MarkerKind.Close;
                next = lines[index].Kind is MarkerKind.Open or MarkerKind.OneLine or MarkerKind.Close ? lines[index].Kind : next;
            }

            return closes;
        }
    }
}

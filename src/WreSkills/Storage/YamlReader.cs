using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace WreSkills.Storage;

/// <summary>
/// Reads YAML that strangers wrote: bounded in size, depth and nodes; anchors, aliases and explicit tags are refused
/// (they buy nothing here and have been the vehicle of every YAML attack), and so are duplicate keys. All findings are
/// listed, each with its line.
/// </summary>
public static class YamlReader
{
    /// <summary>Largest document in characters.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most nodes in a document.</summary>
    public const int MaxNodes = 20_000;

    /// <summary>Most findings that are listed.</summary>
    public const int MaxProblems = 50;

    /// <summary>Reads one document.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="firstLine">The number of the text's first line in its file, for findings.</param>
    /// <param name="problems">Gains a finding per violation, as <c>line N: …</c>.</param>
    /// <returns>The root, or null when the text is empty or cannot be read at all.</returns>
    public static YamlNode? Read(string text, int firstLine, ICollection<YamlProblem> problems)
    {
        if (text.Length > MaxLength)
        {
            problems.Add(new YamlProblem(firstLine, $"the YAML is {text.Length:N0} characters long; at most {MaxLength:N0} are read"));
            return null;
        }

        var walk = new Walk(new Parser(new StringReader(text)), firstLine - 1, problems);
        try
        {
            return walk.Document();
        }
        catch (YamlException error)
        {
            problems.Add(new YamlProblem((int)error.Start.Line + firstLine - 1, "not valid YAML: " + Clean(error)));
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Some broken texts trip the parser over its own assumptions (at least three kinds of exceptions are known).
            problems.Add(new YamlProblem(firstLine, "not valid YAML"));
            return null;
        }
    }

    private static string Clean(YamlException error)
    {
        var message = (error.InnerException ?? error).Message;
        var colon = message.IndexOf("): ", StringComparison.Ordinal);
        return (message.StartsWith('(') && colon > 0 ? message[(colon + 3)..] : message).TrimEnd('.');
    }

    private sealed class Walk(Parser parser, int lineOffset, ICollection<YamlProblem> problems)
    {
        private int _nodes;

        public YamlNode? Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return null;
            }

            parser.Consume<DocumentStart>();
            var root = Node(0);
            if (_nodes <= MaxNodes && parser.TryConsume<DocumentEnd>(out _) && !parser.Accept<StreamEnd>(out _))
            {
                Problem(parser.Current!.Start, "a second YAML document begins here; only one is read");
            }

            return root;
        }

        private YamlNode? Node(int depth)
        {
            var current = parser.Current ?? throw new YamlException("unexpected end");
            var line = Line(current.Start);
            if (++_nodes > MaxNodes)
            {
                throw new YamlException(current.Start, current.End, $"more than {MaxNodes:N0} values");
            }

            if (depth > MaxDepth)
            {
                throw new YamlException(current.Start, current.End, $"nested deeper than {MaxDepth} levels");
            }

            if (current is NodeEvent node)
            {
                Refuse(node);
            }

            if (parser.TryConsume<Scalar>(out var scalar))
            {
                return new YamlScalar(scalar.Value, scalar.Style != ScalarStyle.Plain, line);
            }

            if (parser.TryConsume<SequenceStart>(out _))
            {
                return Sequence(depth, line);
            }

            if (parser.TryConsume<MappingStart>(out _))
            {
                return Mapping(depth, line);
            }

            // What is left is an alias; its place stays empty.
            Problem(current.Start, "YAML aliases are not allowed");
            parser.MoveNext();
            return null;
        }

        private YamlSequence Sequence(int depth, int line)
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (Node(depth + 1) is { } item)
                {
                    items.Add(item);
                }
            }

            return new YamlSequence(items, line);
        }

        private YamlMapping Mapping(int depth, int line)
        {
            var entries = new List<KeyValuePair<string, YamlNode>>();
            var seen = new HashSet<string>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var start = parser.Current!.Start;
                var key = Node(depth + 1);
                var value = Node(depth + 1);
                if (key is not YamlScalar { Text: var name })
                {
                    Problem(start, "a key must be plain text");
                }
                else if (!seen.Add(name))
                {
                    Problem(start, $"the key '{name}' stands here a second time");
                }
                else if (value is not null)
                {
                    entries.Add(new(name, value));
                }
            }

            return new YamlMapping(entries, line);
        }

        private void Refuse(NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
            {
                Problem(node.Start, "YAML anchors are not allowed");
            }

            if (!node.Tag.IsEmpty)
            {
                Problem(node.Start, $"YAML tags are not allowed ('{(node.Tag.IsNonSpecific ? "!" : node.Tag.Value)}')");
            }
        }

        private void Problem(Mark mark, string message)
        {
            if (problems.Count < MaxProblems)
            {
                problems.Add(new YamlProblem(Line(mark), message));
            }
        }

        private int Line(Mark mark) => (int)mark.Line + lineOffset;
    }
}

/// <summary>A finding in a YAML text.</summary>
/// <param name="Line">The line in the file, from 1.</param>
/// <param name="Message">What is wrong.</param>
public sealed record YamlProblem(int Line, string Message)
{
    /// <summary><c>line N: message</c>.</summary>
    public override string ToString() => $"line {Line}: {Message}";
}

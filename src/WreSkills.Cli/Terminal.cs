using Spectre.Console;

using WreSkills.Policy;

namespace WreSkills.Cli;

/// <summary>Text for people: aligned columns, colour only on a terminal that wants it, no wrapping when piped.</summary>
internal sealed class Terminal
{
    private readonly IAnsiConsole _console;
    private readonly TextWriter _output;
    private readonly bool _plain;

    private Terminal(IAnsiConsole console, TextWriter output, bool plain)
    {
        _console = console;
        _output = output;
        _plain = plain;
    }

    public static Terminal On(TextWriter output)
    {
        var plain = System.Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        return new Terminal(Console(output, plain), output, plain);
    }

    private static IAnsiConsole Console(TextWriter output, bool plain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (System.Console.IsOutputRedirected)
        {
            // A pipe has no width: whoever reads it wants one record a line.
            console.Profile.Width = 10_000;
        }

        return console;
    }

    /// <summary>Empties the screen; a pipe gets an empty line instead.</summary>
    public void Clear()
    {
        if (System.Console.IsOutputRedirected)
        {
            _output.WriteLine();
        }
        else
        {
            _output.Write("\u001b[H\u001b[2J");
        }
    }

    public void Line(string text = "") => _output.WriteLine(Safe(text));

    public void Heading(string text) => _console.MarkupLine($"[bold]{Markup.Escape(Safe(text))}[/]");

    /// <summary>The lines of a unified diff: green what comes, red what goes.</summary>
    public void Diff(string diff)
    {
        foreach (var line in diff.TrimEnd('\n').Split('\n'))
        {
            var style = line switch
            {
                ['+', ..] when !line.StartsWith("+++ ", StringComparison.Ordinal) => "green",
                ['-', ..] when !line.StartsWith("--- ", StringComparison.Ordinal) => "red",
                ['@', '@', ..] => "aqua",
                _ => null,
            };
            if (style is null || _plain)
            {
                Line(line.TrimEnd('\r'));
            }
            else
            {
                _console.MarkupLine($"[{style}]{Markup.Escape(Safe(line.TrimEnd('\r')))}[/]");
            }
        }
    }

    /// <summary>Text that cannot steer the terminal: names of agents, reasons and breadcrumbs come from records that anybody may write.</summary>
    public static string Safe(string text)
    {
        static bool Steers(char character) => char.IsControl(character) && character is not ('\n' or '\t');
        return text.Any(Steers) ? string.Concat(text.Replace("\r\n", "\n", StringComparison.Ordinal).Select(character => Steers(character) ? '\uFFFD' : character)) : text;
    }

    /// <summary>Columns of the terminal; very many when piped.</summary>
    public int Width => _console.Profile.Width;

    /// <summary>Prints rows in columns; one of them, by default the last, wraps when the width runs out.</summary>
    public void Rows(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows, int? wrapping = null)
    {
        var cells = rows.ToList();
        var wraps = wrapping ?? headers.Count - 1;
        const int leastForWrapping = 12;
        var rigid = Enumerable.Range(0, headers.Count).Where(index => index != wraps)
            .Sum(index => 2 + Math.Max(headers[index].Length, cells.Select(row => row[index].Length).DefaultIfEmpty(0).Max()));
        var tooNarrow = rigid + leastForWrapping > Width;
        var table = new Table { Border = TableBorder.None, ShowHeaders = headers.Any(header => header.Length > 0) };
        for (var index = 0; index < headers.Count; index++)
        {
            var column = new TableColumn(new Text(headers[index], new Style(decoration: Decoration.Dim))) { Padding = new Padding(index == 0 ? 2 : 0, 0, 2, 0) };
            table.AddColumn(index == wraps || tooNarrow ? column : column.NoWrap());
        }

        foreach (var row in cells)
        {
            table.AddRow(row.Select(cell => (Spectre.Console.Rendering.IRenderable)new Text(Safe(cell), StyleOf(cell))));
        }

        if (!_plain)
        {
            _console.Write(table);
            return;
        }

        // A pipe gets no padding at the end of its lines.
        using var buffer = new StringWriter();
        Console(buffer, plain: true).Write(table);
        foreach (var line in buffer.ToString().TrimEnd('\n').Split('\n'))
        {
            _output.WriteLine(line.TrimEnd());
        }
    }

    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "PASS",
        Verdict.Fail => "FAIL",
        Verdict.Inconclusive => "WAIT",
        Verdict.NoData => "NO DATA",
        _ => "ERROR",
    };

    private static Style StyleOf(string cell) => cell switch
    {
        "PASS" or "ok" => new Style(Color.Green),
        "FAIL" or "ERROR" or "error" => new Style(Color.Red),
        "WAIT" or "NO DATA" or "warning" => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}

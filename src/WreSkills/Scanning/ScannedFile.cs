using System.Text;

namespace WreSkills.Scanning;

/// <summary>What kind of text a file is, as far as the rules care.</summary>
internal enum TextKind
{
    Markdown,
    Script,
    Data,
    Lock,
    Other,
}

/// <summary>A file's text with what the rules need to know about where they are.</summary>
internal sealed class ScannedFile
{
    private static readonly HashSet<string> s_scripts = new(StringComparer.OrdinalIgnoreCase)
    {
        ".sh", ".bash", ".zsh", ".fish", ".ksh", ".py", ".pyw", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".ps1", ".psm1", ".rb", ".pl", ".php", ".lua", ".bat", ".cmd", ".vbs",
        ".go", ".rs", ".java", ".cs", ".c", ".cpp", ".h", ".swift", ".kt", ".r", ".jl", ".awk", ".applescript", ".scpt", ".command",
    };

    private static readonly HashSet<string> s_data = new(StringComparer.OrdinalIgnoreCase)
    {
        ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".csv", ".tsv", ".xml", ".xsd", ".html", ".htm", ".svg", ".css", ".env", ".properties", ".plist", ".sql", ".log", ".ipynb",
    };

    private static readonly HashSet<string> s_locks = new(StringComparer.OrdinalIgnoreCase)
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "cargo.lock", "go.sum", "gemfile.lock",
        "composer.lock", "packages.lock.json", "flake.lock", "mix.lock", "deno.lock", "pubspec.lock", "podfile.lock", "gradle.lockfile", "checksums.txt", "sha256sums",
    };

    private const int MostWindow = 400;
    private int[]? _lineStarts;
    private int[]? _fences;
    private int _frontMatterEnd = -1;

    private ScannedFile(string path, string text, TextKind kind)
    {
        Path = path;
        Text = text;
        Kind = kind;
    }

    /// <summary>Path below the scanned folder.</summary>
    public string Path { get; }

    /// <summary>The text with its own line endings.</summary>
    public string Text { get; }

    public TextKind Kind { get; }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsSkillDocument => Name == Skills.SkillFolder.SkillFileName;

    /// <summary>Where the front matter ends; 0 when there is none.</summary>
    public int FrontMatterEnd => _frontMatterEnd >= 0 ? _frontMatterEnd : _frontMatterEnd = FindFrontMatterEnd();

    public static ScannedFile Of(string path, string text) => new(path, text, KindOf(path, text));

    /// <summary>Line and column of a character, both from 1.</summary>
    public (int Line, int Column) Place(int index)
    {
        var starts = _lineStarts ??= LineStarts(Text);
        var line = Array.BinarySearch(starts, index);
        line = line < 0 ? ~line - 1 : line;
        return (line + 1, index - starts[line] + 1);
    }

    /// <summary>The line that holds a character, cut to a bounded part around it.</summary>
    /// <param name="index">The character.</param>
    /// <param name="offset">Where it stands in the part.</param>
    public ReadOnlySpan<char> Window(int index, out int offset)
    {
        var from = Math.Max(0, index - MostWindow);
        var start = Text.AsSpan(from, index - from).LastIndexOfAny('\n', '\r') + 1 + from;
        var rest = Text.AsSpan(index, Math.Min(MostWindow, Text.Length - index));
        var end = rest.IndexOfAny('\n', '\r');
        offset = index - start;
        return Text.AsSpan(start, offset + (end < 0 ? rest.Length : end));
    }

    /// <summary>Whether a character stands in a script, a fence or inline code.</summary>
    public bool IsCode(int index) => Kind == TextKind.Script || (Kind == TextKind.Markdown && (IsFenced(index) || IsInlineCode(index)));

    /// <summary>Whether a character of a Markdown text stands between fences.</summary>
    public bool IsFenced(int index)
    {
        var fences = _fences ??= MarkdownPlace.Fences(Text);
        var at = Array.BinarySearch(fences, index);
        return ((at < 0 ? ~at : at + 1) & 1) == 1;
    }

    /// <summary>Whether a character stands between backticks on its line.</summary>
    public bool IsInlineCode(int index)
    {
        var line = Window(index, out var offset);
        return line[..offset].Count('`') % 2 == 1;
    }

    private static TextKind KindOf(string path, string text)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (s_locks.Contains(name))
        {
            return TextKind.Lock;
        }

        var extension = System.IO.Path.GetExtension(name);
        return extension.ToLowerInvariant() is ".md" or ".mdx" or ".markdown" or ".mdc" ? TextKind.Markdown
            : s_scripts.Contains(extension) || text.StartsWith("#!", StringComparison.Ordinal) || name is "Makefile" or "Dockerfile" or "justfile" ? TextKind.Script
            : s_data.Contains(extension) || name.StartsWith(".env", StringComparison.Ordinal) ? TextKind.Data
            : TextKind.Other;
    }

    private static int[] LineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny('\n', '\r');
            if (end < 0)
            {
                break;
            }

            at += end + (text[at + end] == '\r' && at + end + 1 < text.Length && text[at + end + 1] == '\n' ? 2 : 1);
            starts.Add(at);
        }

        return [.. starts];
    }

    private int FindFrontMatterEnd()
    {
        if (!Text.StartsWith("---", StringComparison.Ordinal))
        {
            return 0;
        }

        var end = Text.IndexOf("\n---", 3, StringComparison.Ordinal);
        return end < 0 ? 0 : end + 4;
    }
}

/// <summary>Decodes a file's bytes, whatever they are.</summary>
internal static class TextDecoding
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>How bytes became text.</summary>
    public enum Form
    {
        Utf8,
        Utf16,
        Latin1,
        Binary,
    }

    /// <summary>Decodes; a byte order mark at the very beginning is not part of the text.</summary>
    public static (string Text, Form Form) Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            var encoding = bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode;
            return (encoding.GetString(bytes[2..(bytes.Length & ~1)]), Form.Utf16);
        }

        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[3..];
        }

        try
        {
            return (s_strict.GetString(bytes), bytes.Contains((byte)0) ? Form.Binary : Form.Utf8);
        }
        catch (DecoderFallbackException)
        {
            return (Encoding.Latin1.GetString(bytes), bytes.Contains((byte)0) ? Form.Binary : Form.Latin1);
        }
    }
}

using System.Text;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>A <c>SKILL.md</c>: front matter and body. LF and CRLF, a byte order mark and a missing last newline are all fine.</summary>
public sealed class SkillDocument
{
    private SkillDocument(YamlMapping? frontMatter, string body, int bodyLine)
    {
        FrontMatter = frontMatter;
        Body = body;
        BodyLine = bodyLine;
    }

    /// <summary>The front matter, or null when the file has none.</summary>
    public YamlMapping? FrontMatter { get; }

    /// <summary>The instructions below the front matter, with line feeds only.</summary>
    public string Body { get; }

    /// <summary>The line of the file on which the body starts, from 1.</summary>
    public int BodyLine { get; }

    /// <summary>Reads a file's bytes. Never throws; what is wrong becomes a finding.</summary>
    internal static SkillDocument? Read(byte[] bytes, string file, FindingList findings)
    {
        if (Decode(bytes, file, findings) is not { } text)
        {
            return null;
        }

        // Not ReplaceLineEndings: it also breaks lines at separators and form feeds, which no editor counts as lines.
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        if (lines[0].TrimEnd() != "---")
        {
            return new SkillDocument(null, string.Join('\n', lines), 1);
        }

        var end = Array.FindIndex(lines, 1, line => line.TrimEnd() == "---");
        if (end < 0)
        {
            findings.Error("skill.front-matter", file, "the front matter begins with '---' but never ends with '---'", 1);
            return new SkillDocument(null, "", lines.Length);
        }

        var problems = new List<YamlProblem>();
        var root = YamlReader.Read(string.Join('\n', lines[1..end]), 2, problems);
        foreach (var problem in problems)
        {
            findings.Error("skill.yaml", file, problem.Message, problem.Line);
        }

        if (root is not (null or YamlMapping) && problems.Count == 0)
        {
            findings.Error("skill.front-matter", file, "the front matter must be a mapping (key: value)", root.Line);
        }

        return new SkillDocument(root as YamlMapping ?? new YamlMapping([], 1), string.Join('\n', lines[(end + 1)..]), end + 2);
    }

    /// <summary>Decodes strict UTF-8 without NUL characters, or reports where it is broken.</summary>
    internal static string? Decode(byte[] bytes, string file, FindingList findings)
    {
        ReadOnlySpan<byte> content = bytes;
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        var nul = content.IndexOf((byte)0);
        if (nul >= 0)
        {
            findings.Error("file.nul", file, "contains a NUL character", content[..nul].Count((byte)'\n') + 1);
            return null;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            var line = content[..Math.Clamp(error.Index, 0, content.Length)].Count((byte)'\n') + 1;
            findings.Error("file.utf8", file, "is not valid UTF-8", line);
            return null;
        }
    }
}

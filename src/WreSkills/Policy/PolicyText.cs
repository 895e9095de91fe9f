using System.Globalization;

using WreSkills.Storage;

namespace WreSkills.Policy;

/// <summary>The text of a policy document: its comments, and the lines that a change rewrites.</summary>
public static class PolicyText
{
    /// <summary>The comment at the end of each key's line, by the key's path.</summary>
    public static IReadOnlyDictionary<string, string> Comments(string text)
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(YamlReader.Read(text, 1, []), "", text.ReplaceLineEndings("\n").Split('\n'), comments);
        return comments;
    }

    /// <summary>The document with another version and day; every other byte stays.</summary>
    /// <exception cref="WreException">The document does not have these keys on lines of their own.</exception>
    public static string Stamp(string text, string version, string day)
    {
        var stamped = Set(Set(text, "version", $"\"{version}\"", add: true), "last_updated", day, add: false);
        var read = PolicyDocument.Parse(stamped, "the proposed policy");
        return read.Version == version ? stamped : throw new WreException("The proposed policy does not state its version on a line of its own.", "write `version: \"1.0\"` as the first line");
    }

    /// <summary>The version that a change leads to: the one that the document states if it is new, else the next minor one, or the next major one when the change loosens anything.</summary>
    /// <param name="inForce">The version in force.</param>
    /// <param name="stated">What the proposed document states.</param>
    /// <param name="differences">What changes.</param>
    /// <param name="problem">Why there is none; null when there is.</param>
    public static string NextVersion(string inForce, string stated, IReadOnlyList<PolicyDifference> differences, out string? problem)
    {
        problem = null;
        var (old, given) = (Numbers(inForce), Numbers(stated));
        if (stated != inForce)
        {
            problem = old is { } before && given is { } after && after.CompareTo(before) <= 0 ? $"version is {stated}, which does not follow {inForce}; it was made from an older document" : null;
            return stated;
        }

        if (old is not var (major, minor))
        {
            problem = $"version is {inForce}, which is no MAJOR.MINOR to count on from; state the new version in the document";
            return stated;
        }

        return differences.Any(difference => difference.Effect == PolicyEffect.Looser)
            ? string.Create(CultureInfo.InvariantCulture, $"{major + 1}.0")
            : string.Create(CultureInfo.InvariantCulture, $"{major}.{minor + 1}");
    }

    private static (int Major, int Minor)? Numbers(string version) =>
        version.Split('.') is [var major, var minor] && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? (first, second)
            : null;

    private static void Collect(YamlNode? node, string path, string[] lines, Dictionary<string, string> comments)
    {
        foreach (var (key, value) in (node as YamlMapping)?.Entries ?? [])
        {
            var name = path + key;
            if (value is YamlMapping { Entries.Count: > 0 })
            {
                Collect(value, name + ".", lines, comments);
            }
            else if (value.Line >= 1 && value.Line <= lines.Length && Comment(lines[value.Line - 1]) is { Length: > 0 } comment)
            {
                comments[name] = comment;
            }
        }
    }

    private static string? Comment(string line)
    {
        var quote = '\0';
        for (var index = 0; index < line.Length; index++)
        {
            if (quote != '\0')
            {
                quote = line[index] == quote ? '\0' : quote;
            }
            else if (line[index] is '"' or '\'')
            {
                quote = line[index];
            }
            else if (line[index] == '#' && (index == 0 || line[index - 1] == ' '))
            {
                return line[(index + 1)..].Trim();
            }
        }

        return null;
    }

    private static string Set(string text, string key, string value, bool add)
    {
        if ((YamlReader.Read(text, 1, []) as YamlMapping)?[key] is not YamlScalar scalar)
        {
            return add ? $"{key}: {value}\n{text}" : text;
        }

        var lines = text.Split('\n');
        var line = lines[scalar.Line - 1];
        if (!line.StartsWith(key + ":", StringComparison.Ordinal))
        {
            return text;
        }

        var end = line.EndsWith('\r') ? "\r" : "";
        var comment = Comment(line.TrimEnd('\r'));
        lines[scalar.Line - 1] = $"{key}: {value}{(comment is null ? "" : $"    # {comment}")}{end}";
        return string.Join('\n', lines);
    }
}

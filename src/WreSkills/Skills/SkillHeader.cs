using System.Text;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>The few things that a list of skills needs, read from the front matter (and the sidecar, which wins) alone.</summary>
public sealed record SkillHeader
{
    /// <summary>Bytes of a file in which its front matter must end.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>The name as written, or null.</summary>
    public string? Name { get; init; }

    /// <summary>What the skill does and when to use it; empty when absent.</summary>
    public string Description { get; init; } = "";

    /// <summary>The label that the author gave, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The state as written (<c>prototype</c>, <c>staged</c>, <c>production</c>), or null when none of them is.</summary>
    public string? State { get; init; }

    /// <summary>The agent that runs it first, or null.</summary>
    public string? PrimaryAgent { get; init; }

    /// <summary>Agents the skill is written for.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>What kind of task it is, or null.</summary>
    public string? IntentType { get; init; }

    /// <summary><c>domain/module</c>, or null.</summary>
    public string? Module { get; init; }

    /// <summary>Why the front matter cannot be used, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads the beginning of a <c>SKILL.md</c>.</summary>
    /// <param name="bytes">The beginning of the file.</param>
    /// <param name="whole">Whether that is all of it.</param>
    /// <returns>The header; null when the front matter does not end within the bytes and there are more.</returns>
    public static SkillHeader? Read(ReadOnlySpan<byte> bytes, bool whole)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (Fence(bytes, 0, out var start) is not true)
        {
            return new SkillHeader { Problem = "there is no front matter" };
        }

        var end = start;
        while (end < bytes.Length)
        {
            if (Fence(bytes, end, out var next) is true)
            {
                return ReadYaml(bytes[start..end]);
            }

            end = next;
        }

        return whole ? new SkillHeader { Problem = "the front matter begins with '---' but never ends with '---'" } : null;
    }

    /// <summary>Reads the header of a skill folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="buffer">Is written over; front matter usually fits into 16 KiB.</param>
    /// <returns>The header and the name of the file that makes the folder a skill; null when it has none.</returns>
    public static (string File, SkillHeader Header)? OfFolder(string folder, byte[] buffer)
    {
        foreach (var file in (ReadOnlySpan<string>)[SkillFolder.SkillFileName, SkillFolder.LegacyFileName])
        {
            var path = Path.Join(folder, file);
            try
            {
                var read = UntrustedFile.ReadBeginning(path, buffer, out var length);
                if (read < 0)
                {
                    continue;
                }

                var header = Read(buffer.AsSpan(0, read), read >= length) ?? ReadMore(path);
                return UntrustedFile.ReadBeginning(Path.Join(folder, SkillSettings.SidecarFile), buffer, out length) is >= 0 and var sidecar && sidecar >= length
                    ? (file, header.With(ReadYaml(buffer.AsSpan(0, sidecar))))
                    : (file, header);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return (file, new SkillHeader { Problem = error.Message });
            }
        }

        return null;
    }

    private static SkillHeader ReadMore(string path)
    {
        var buffer = new byte[MostBytes];
        var read = UntrustedFile.ReadBeginning(path, buffer, out var length);
        return Read(buffer.AsSpan(0, Math.Max(0, read)), read >= length) ?? new SkillHeader { Problem = $"the front matter does not end within the first {MostBytes:N0} bytes" };
    }

    /// <summary>Reads YAML without fences: the front matter between them, or a sidecar.</summary>
    internal static SkillHeader ReadYaml(ReadOnlySpan<byte> yaml)
    {
        var values = new HeaderValues();
        return FrontMatterScan.TryRead(yaml, values) ? values.ToHeader() : ReadSlowly(yaml);
    }

    /// <summary>Reads YAML by the YAML reader; what the scan is held against.</summary>
    internal static SkillHeader ReadSlowly(ReadOnlySpan<byte> yaml)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(yaml).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }
        catch (DecoderFallbackException)
        {
            return new SkillHeader { Problem = "the front matter is not valid UTF-8" };
        }

        var problems = new List<YamlProblem>();
        var root = YamlReader.Read(text, 2, problems);
        if (problems.Count > 0 || root is not (null or YamlMapping))
        {
            return new SkillHeader { Problem = problems.Count > 0 ? problems[0].ToString() : "the front matter must be a mapping (key: value)" };
        }

        var values = new HeaderValues();
        foreach (var (key, node) in (root as YamlMapping)?.Entries ?? [])
        {
            var name = Encoding.UTF8.GetBytes(key);
            if (node is YamlSequence)
            {
                values.Set(name, [.. ((YamlMapping)root!).Texts(key)]);
            }
            else if (node is YamlScalar { IsNull: false } scalar)
            {
                values.Set(name, scalar.Text);
            }
        }

        return values.ToHeader();
    }

    /// <summary>This header with what a sidecar says over it.</summary>
    internal SkillHeader With(SkillHeader sidecar) => this with
    {
        Version = sidecar.Version ?? Version,
        State = sidecar.State ?? State,
        PrimaryAgent = sidecar.PrimaryAgent ?? PrimaryAgent,
        Agents = sidecar.Agents.Count > 0 ? sidecar.Agents : Agents,
        IntentType = sidecar.IntentType ?? IntentType,
        Module = sidecar.Module ?? Module,
    };

    // A fence is three hyphens and nothing else but white space at the end of the line.
    private static bool Fence(ReadOnlySpan<byte> bytes, int position, out int next)
    {
        var rest = bytes[position..];
        var end = rest.IndexOf((byte)'\n');
        next = end < 0 ? bytes.Length : position + end + 1;
        return (end < 0 ? rest : rest[..end]).TrimEnd(" \t\r"u8).SequenceEqual("---"u8);
    }
}

/// <summary>Collects the keys that a header has while it is read.</summary>
internal sealed class HeaderValues
{
    private SkillHeader _header = new();

    public SkillHeader ToHeader() => _header;

    public void Set(ReadOnlySpan<byte> key, string? text)
    {
        if (text is null)
        {
            return;
        }

        _header = key switch
        {
            _ when key.SequenceEqual("name"u8) => _header with { Name = text },
            _ when key.SequenceEqual("description"u8) => _header with { Description = text.Trim() },
            _ when key.SequenceEqual("version"u8) => _header with { Version = text },
            _ when key.SequenceEqual("promotion_state"u8) => _header with { State = text.Trim().ToLowerInvariant() is "prototype" or "staged" or "production" ? text.Trim().ToLowerInvariant() : null },
            _ when key.SequenceEqual("primary_agent"u8) => _header with { PrimaryAgent = text },
            _ when key.SequenceEqual("agents"u8) => _header with { Agents = [text] },
            _ when key.SequenceEqual("intent_type"u8) => _header with { IntentType = text },
            _ when key.SequenceEqual("module"u8) => _header with { Module = text },
            _ => _header,
        };
    }

    public void Set(ReadOnlySpan<byte> key, List<string> items)
    {
        if (key.SequenceEqual("agents"u8))
        {
            _header = _header with { Agents = items };
        }
    }
}

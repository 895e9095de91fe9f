using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Scanning;

/// <summary>
/// Looks for what is dangerous in a skill folder, or in any tree of files with many skills: hidden text, secrets, commands,
/// instructions against the person, files that are not what they seem. It reads only, follows no link, and no input makes it
/// hang: files, effort and findings are bounded, and what was not looked at is a finding.
/// </summary>
/// <param name="limits">The bounds.</param>
public sealed class SkillScanner(ScanLimits? limits = null)
{
    private const int MostDepth = 2;
    private const int MostHidden = 400;

    private readonly ScanLimits _limits = limits ?? new ScanLimits();

    /// <summary>Scans a folder or a single file.</summary>
    /// <exception cref="WreException">There is no such file or folder.</exception>
    public ScanReport Scan(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null ? Tree(path)
            : File.Exists(path) || new FileInfo(path).LinkTarget is not null ? Alone(path)
            : throw new WreException($"There is no file or folder {path}.", "name a skill folder, a folder with skills, or a file");
    }

    /// <summary>Scans a text as if it stood in a file of that name.</summary>
    /// <param name="name">Path of the file, which says what kind of text it is.</param>
    /// <param name="text">The text.</param>
    public IReadOnlyList<ScanFinding> ScanText(string name, string text)
    {
        var sink = new FindingSink(_limits);
        var file = ScannedFile.Of(name, text);
        Text(file, name.Contains('/', StringComparison.Ordinal) ? name.Split('/')[^2] : null, null, sink);
        return Ordered(sink.Findings);
    }

    private ScanReport Tree(string root)
    {
        var walked = new FindingSink(_limits);
        var all = new List<ScanFinding>();
        var skills = new Dictionary<string, SkillTexts>();
        var (files, bytes, notListed) = (0, 0L, 0);
        foreach (var entry in ScanWalk.Files(root, _limits, walked))
        {
            var sink = new FindingSink(_limits);
            bytes += Look(root, entry, skills, sink);
            files++;
            notListed += sink.NotListed;
            Take(all, sink.Findings, ref notListed);
        }

        Take(all, walked.Findings, ref notListed);
        return new ScanReport { Root = root, Files = files, Bytes = bytes, Findings = Ordered(all), NotListed = notListed + walked.NotListed };
    }

    private ScanReport Alone(string path)
    {
        var sink = new FindingSink(_limits);
        var bytes = 0L;
        if (new FileInfo(path).LinkTarget is { } target)
        {
            sink.Add(StructureRules.LinkOutside, Path.GetFileName(path), $"→ {target}");
        }
        else
        {
            StructureScan.Names(Path.GetFileName(path), Path.GetFileName(path), sink);
            bytes = Look(Path.GetDirectoryName(path)!, new ScanEntry(Path.GetFileName(path), path, null), [], sink);
        }

        return new ScanReport { Root = path, Files = 1, Bytes = bytes, Findings = Ordered(sink.Findings), NotListed = sink.NotListed };
    }

    // Beyond the bound only blocking findings are taken, so that a flood of warnings cannot hide one.
    private void Take(List<ScanFinding> all, IReadOnlyList<ScanFinding> found, ref int notListed)
    {
        foreach (var finding in found)
        {
            if (all.Count < _limits.Findings || (finding.Severity == ScanSeverity.Block && all.Count < 2 * _limits.Findings))
            {
                all.Add(finding);
            }
            else
            {
                notListed++;
            }
        }
    }

    private long Look(string root, ScanEntry entry, Dictionary<string, SkillTexts> skills, FindingSink sink)
    {
        if (entry.Skill is not null)
        {
            StructureScan.Place(entry.Path, entry.InSkill, sink);
        }

        if (Read(entry, sink) is not { } bytes)
        {
            return 0;
        }

        var (text, form) = TextDecoding.Decode(bytes);
        if (StructureScan.Bytes(entry.Path, bytes, form, sink))
        {
            var skill = Skill(root, entry.Skill, skills);
            if (skill is not null && text.StartsWith("#!", StringComparison.Ordinal) && !skill.Mentions(entry.InSkill))
            {
                sink.Add(StructureRules.Undeclared, entry.Path, Scanning.ScanText.Visible(text.AsSpan(0, Math.Min(60, text.AsSpan().IndexOf('\n') is >= 0 and var end ? end : text.Length))));
            }

            var folder = entry.Path.Contains('/', StringComparison.Ordinal) ? entry.Path.Split('/')[^2] : Path.GetFileName(root);
            Text(ScannedFile.Of(entry.Path, form == TextDecoding.Form.Binary ? text.Replace("\0", "", StringComparison.Ordinal) : text), folder, skill?.Tools, sink);
        }

        return bytes.Length;
    }

    // What is too long is read in part, for what its beginning says about it.
    private byte[]? Read(ScanEntry entry, FindingSink sink)
    {
        try
        {
            using var handle = UntrustedFile.Open(entry.FullPath);
            var length = RandomAccess.GetLength(handle);
            var bytes = new byte[Math.Min(length, _limits.FileBytes)];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is > 0 and var count)
            {
                read += count;
            }

            if (length > _limits.FileBytes && FileSignature.Of(bytes) is not (FileKind.Media or FileKind.Document))
            {
                sink.Add(StructureRules.TooLarge, entry.Path, $"{length:N0} bytes; only the first {_limits.FileBytes:N0} were looked at");
            }

            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (IOException error) when (error.Message.Contains("not a regular file", StringComparison.Ordinal) || error.Message.Contains("errno 6", StringComparison.Ordinal))
        {
            sink.Add(StructureRules.Special, entry.Path, "not a regular file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            sink.Add(StructureRules.Unreadable, entry.Path, Scanning.ScanText.Visible(error.Message));
        }

        return null;
    }

    private SkillTexts? Skill(string root, string? skill, Dictionary<string, SkillTexts> skills)
    {
        if (skill is null)
        {
            return null;
        }

        if (!skills.TryGetValue(skill, out var known))
        {
            skills[skill] = known = SkillTexts.Read(Path.Combine(root, skill), _limits);
        }

        return known;
    }

    private static void Text(ScannedFile file, string? folder, IReadOnlyList<string>? tools, FindingSink sink)
    {
        sink.Allow(file.Text.Length);
        if (file.IsSkillDocument)
        {
            var matter = FrontMatterRules.Run(file, folder, sink);
            tools ??= matter?["allowed-tools"] is { } declared ? ToolNames.Of(declared) : null;
        }

        StructureScan.Package(file, sink);
        ReferenceScan.Run(file, sink);
        HiddenMarkup.Run(file, sink);
        if (tools is not null)
        {
            ToolRules.Run(file, tools, sink);
        }

        Content(file, sink, 0);
    }

    // The rules that hold for hidden text as well.
    private static void Content(ScannedFile file, FindingSink sink, int depth)
    {
        UnicodeScan.Run(file, sink);
        SecretScan.Run(file, sink);
        if (file.Kind != TextKind.Lock)
        {
            CommandScan.Run(file, sink);
            InstructionScan.Run(file, sink);
            EncodedText.Run(file, sink);
        }

        for (var index = 0; index < Math.Min(MostHidden, sink.Hidden.Count); index++)
        {
            var (outer, at, text, how) = sink.Hidden[index];
            if (depth >= MostDepth)
            {
                sink.Add(EncodedText.Nested, outer, at, Scanning.ScanText.Visible(text, 40));
                break;
            }

            Content(ScannedFile.Of("hidden", text), sink.Inside(outer, at, how), depth + 1);
        }
    }

    private static IReadOnlyList<ScanFinding> Ordered(IEnumerable<ScanFinding> findings) =>
    [
        .. findings.OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.File, StringComparer.Ordinal).ThenBy(finding => finding.Line).ThenBy(finding => finding.Column).ThenBy(finding => finding.Rule.Id, StringComparer.Ordinal),
    ];
}

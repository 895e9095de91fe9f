using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>A file of a skill.</summary>
/// <param name="Path">Relative to the folder, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
public sealed record SkillFile(string Path, long Length);

/// <summary>
/// A skill folder as it was found: files, front matter, patterns, dependencies, benchmark cases and everything wrong
/// with it. Reading never throws for what the folder contains; a folder with an error is refused by whoever needs it sound.
/// </summary>
public sealed class SkillFolder
{
    /// <summary>The file that makes a folder a skill.</summary>
    public const string SkillFileName = "SKILL.md";

    /// <summary>What the policy's Python tools call it; read where there is no <see cref="SkillFileName"/>, so that their folders keep every byte.</summary>
    public const string LegacyFileName = "SKILLz.md";

    private readonly byte[]? _skillBytes;

    private SkillFolder(string path, string name, string skillFile, IReadOnlyList<SkillFile> files, byte[]? skillBytes)
    {
        Path = path;
        Name = name;
        SkillFile = skillFile;
        Files = files;
        _skillBytes = skillBytes;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The skill's name: the folder's, without its state suffix, unless the folder is named by a digest.</summary>
    public string Name { get; }

    /// <summary><see cref="SkillFileName"/> or <see cref="LegacyFileName"/>.</summary>
    public string SkillFile { get; }

    /// <summary>All files that the digest covers, in digest order.</summary>
    public IReadOnlyList<SkillFile> Files { get; }

    /// <summary>The parsed <c>SKILL.md</c>; null when it is missing or not text.</summary>
    public SkillDocument? Document { get; private init; }

    /// <summary>What the skill says about itself.</summary>
    public SkillSettings Settings { get; private init; } = new();

    /// <summary>Expected patterns of front matter, sidecar and body, without repetitions.</summary>
    public IReadOnlyList<ExpectedPattern> Patterns { get; private init; } = [];

    /// <summary>Benchmark cases.</summary>
    public IReadOnlyList<BenchmarkCase> Cases { get; private init; } = [];

    /// <summary>Everything wrong with it.</summary>
    public IReadOnlyList<SkillFinding> Findings { get; private init; } = [];

    /// <summary>True when nothing refuses it.</summary>
    public bool IsSound => !Findings.Any(finding => finding.Severity == FindingSeverity.Error);

    /// <summary>Reads a folder within bounds.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="limits">Bounds of files, sizes and depth.</param>
    /// <param name="skill">The skill's name if it is known already; else it comes from the folder's name.</param>
    public static SkillFolder Read(string path, SkillLimits limits, string? skill = null)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var findings = new FindingList();
        var name = skill ?? SkillName.WithoutState(System.IO.Path.GetFileName(path));
        if (SkillName.Problem(name) is { } problem)
        {
            findings.Error("skill.name", "", problem);
        }

        var files = SkillFileWalk.List(path, limits, findings);
        var skillFile = files.Any(file => file.Path == SkillFileName) || !files.Any(file => file.Path == LegacyFileName) ? SkillFileName : LegacyFileName;
        var bytes = ReadFile(path, skillFile, limits.SkillFileBytes, files, findings);
        if (bytes is null && !files.Any(file => file.Path == skillFile))
        {
            findings.Error("skill.missing", "", $"there is no {SkillFileName} in {path}");
        }

        var document = bytes is null ? null : SkillDocument.Read(bytes, skillFile, findings);
        var sidecar = ReadSidecar(path, limits, files, findings);
        var settings = SkillSettings.Read(document?.FrontMatter, sidecar, findings);
        var patterns = new List<ExpectedPattern>();
        var patternFile = sidecar?["expected_patterns"] is null ? skillFile : SkillSettings.SidecarFile;
        ExpectedPatternReader.ReadList(sidecar?["expected_patterns"] ?? document?.FrontMatter?["expected_patterns"], patternFile, patterns, findings);
        if (document is not null)
        {
            ExpectedPatternReader.ReadBody(document, skillFile, patterns, findings);
        }

        var caseBytes = ReadFile(path, BenchmarkCaseReader.FileName, limits.FileBytes, files, findings);
        IReadOnlyList<BenchmarkCase> cases = caseBytes is null ? [] : BenchmarkCaseReader.Read(caseBytes, name, settings, findings);
        return new SkillFolder(path, name, skillFile, files, bytes)
        {
            Document = document,
            Settings = settings,
            Patterns = patterns,
            Cases = cases,
            Findings = findings.All,
        };
    }

    /// <summary>The file that makes a folder a skill, or null when the folder has none.</summary>
    public static string? SkillFileIn(string folder) => Array.Find([System.IO.Path.Combine(folder, SkillFileName), System.IO.Path.Combine(folder, LegacyFileName)], File.Exists);

    /// <summary>Reads a folder and refuses it when anything is wrong with it.</summary>
    /// <exception cref="WreException">The folder is missing or has errors; all are listed.</exception>
    public static SkillFolder ReadSound(string path, SkillLimits limits, string? skill = null)
    {
        if (!Directory.Exists(path))
        {
            throw new WreException($"There is no skill folder {path}.", "check the skill's name; `wre list` shows what this workspace has");
        }

        var folder = Read(path, limits, skill);
        return folder.IsSound ? folder : throw Refusal(folder);
    }

    /// <summary>The text of <c>SKILL.md</c>, byte for byte; null when it is missing or too large.</summary>
    public ReadOnlyMemory<byte>? SkillBytes => _skillBytes is { } bytes ? (ReadOnlyMemory<byte>?)bytes : null;

    /// <summary>The refusal of a folder with errors, all of them listed.</summary>
    internal static WreException Refusal(SkillFolder folder) => new(
        $"The skill folder {folder.Path} is refused.",
        "mend the findings; `wre lint` shows them again",
        [.. folder.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.ToString())]);

    private static byte[]? ReadFile(string folder, string relative, long limit, IReadOnlyList<SkillFile> files, FindingList findings)
    {
        if (!files.Any(file => file.Path == relative))
        {
            return null;
        }

        try
        {
            var bytes = UntrustedFile.ReadAllBytes(System.IO.Path.Combine(folder, relative), limit);
            if (bytes is null)
            {
                findings.Error("file.size", relative, $"is larger than {limit:N0} bytes");
            }

            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            findings.Error("file.unreadable", relative, error.Message);
            return null;
        }
    }

    private static YamlMapping? ReadSidecar(string folder, SkillLimits limits, IReadOnlyList<SkillFile> files, FindingList findings)
    {
        const string file = SkillSettings.SidecarFile;
        if (ReadFile(folder, file, limits.SkillFileBytes, files, findings) is not { } bytes
            || SkillDocument.Decode(bytes, file, findings) is not { } text)
        {
            return null;
        }

        var problems = new List<YamlProblem>();
        var root = YamlReader.Read(text, 1, problems);
        foreach (var problem in problems)
        {
            findings.Error("sidecar.yaml", file, problem.Message, problem.Line);
        }

        if (root is not (null or YamlMapping))
        {
            findings.Error("sidecar.yaml", file, "must be a mapping (key: value)", root.Line);
        }

        foreach (var (key, value) in (root as YamlMapping)?.Entries ?? [])
        {
            if (!SkillSettings.WreKeys.Contains(key))
            {
                findings.Warn("sidecar.unknown-key", file, $"'{key}' is not a key of the sidecar", value.Line);
            }
        }

        return root as YamlMapping;
    }
}

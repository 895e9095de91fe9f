using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Scanning;

/// <summary>What a skill's own document says about its files and tools.</summary>
internal sealed class SkillTexts
{
    private readonly string _document;

    private SkillTexts(string document, IReadOnlyList<string>? tools)
    {
        _document = document;
        Tools = tools;
    }

    /// <summary>What <c>allowed-tools</c> names; null when the skill declares nothing.</summary>
    public IReadOnlyList<string>? Tools { get; }

    /// <summary>Reads the document of a skill folder; one that cannot be read mentions nothing.</summary>
    public static SkillTexts Read(string folder, ScanLimits limits)
    {
        try
        {
            var bytes = UntrustedFile.ReadAllBytes(Path.Combine(folder, SkillFolder.SkillFileName), limits.FileBytes);
            var file = ScannedFile.Of(SkillFolder.SkillFileName, bytes is null ? "" : TextDecoding.Decode(bytes).Text);
            var matter = FrontMatterRules.Run(file, null, new FindingSink(limits));
            return new SkillTexts(file.Text, matter?["allowed-tools"] is { } tools ? ToolNames.Of(tools) : null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new SkillTexts("", null);
        }
    }

    /// <summary>Whether the document names a file, by its path or its name.</summary>
    public bool Mentions(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return _document.Contains(name, StringComparison.Ordinal) || _document.Contains(System.IO.Path.GetFileNameWithoutExtension(name), StringComparison.Ordinal);
    }
}

using System.Text;

using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>The text of a draft's <c>SKILL.md</c>, to be changed and written back byte for byte.</summary>
/// <param name="Folder">The draft.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Text">The text, with a byte order mark if it has one.</param>
public sealed record DraftText(SkillFolder Folder, string Digest, string Text)
{
    /// <summary>Reads the text of a sound draft.</summary>
    public static DraftText Of(SkillFolder folder, string digest) => new(folder, digest, Encoding.UTF8.GetString((folder.SkillBytes ?? default).Span));

    /// <summary>The front matter with its marks; empty without one.</summary>
    internal string Head => Beginning(Text, Folder.Document?.BodyLine ?? 1);

    /// <summary>The lines in front of the body.</summary>
    internal static string Beginning(string text, int bodyLine) => string.Concat(UnifiedDiff.Lines(text).Take(bodyLine - 1));

    /// <summary>True when a carriage return stands alone, which some tools count as the end of a line and others do not.</summary>
    internal static bool HasLoneReturns(string text) => text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\r');
}

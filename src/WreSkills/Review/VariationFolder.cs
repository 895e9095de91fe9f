using System.Text;

using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>A copy of a draft with an edited <c>SKILL.md</c>, outside of the workspace and gone when it is no longer needed.</summary>
internal sealed class VariationFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("wre-variation-").FullName;

    /// <summary>Makes the copy.</summary>
    /// <param name="draft">The draft, sound and thus without links.</param>
    /// <param name="text">The edited text.</param>
    /// <param name="limits">Bounds of a skill folder.</param>
    public VariationFolder(SkillFolder draft, string text, SkillLimits limits)
    {
        // The same name, since a folder's name is part of what lint and scan look at.
        var path = Path.Combine(_root, Path.GetFileName(draft.Path));
        foreach (var file in draft.Files)
        {
            var target = Path.Combine(path, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (file.Path == draft.SkillFile)
            {
                File.WriteAllBytes(target, Encoding.UTF8.GetBytes(text));
            }
            else
            {
                File.Copy(Path.Combine(draft.Path, file.Path), target);
            }
        }

        Folder = SkillFolder.Read(path, limits, draft.Name);
    }

    /// <summary>The copy as it reads.</summary>
    public SkillFolder Folder { get; }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

using WreSkills.Search;
using WreSkills.Skills;

namespace WreSkills.Promotion;

/// <summary>An existing skill that is like the one to promote, so that the reviewer can tell whether it duplicates existing code (policy 2.1).</summary>
/// <param name="Skill">Its name.</param>
/// <param name="State">State of the version compared.</param>
/// <param name="Similarity">0 to 1, see docs/reference/search.md.</param>
/// <param name="Passages">The longest passages that both have.</param>
public sealed record NearestSkill(string Skill, string State, double Similarity, IReadOnlyList<NearestPassage> Passages)
{
    /// <summary>Skills less alike than this have common speech in common, and nothing else.</summary>
    public const double Floor = 0.2;

    private const int Most = 3;

    /// <summary>The nearest skills of the index above <see cref="Floor"/>; null when the index is not complete or cannot be read.</summary>
    public static IReadOnlyList<NearestSkill>? Of(SkillIndex index, SkillFolder? folder, string skill)
    {
        try
        {
            if (folder is null || !index.IsComplete)
            {
                return null;
            }

            var text = new SimilarText(folder.Settings.Description, folder.Document?.Body ?? "", folder.Document?.BodyLine ?? 1);
            return
            [
                .. index.Similar(text, Most, except: skill).Where(similar => similar.Similarity >= Floor)
                    .Select(similar => new NearestSkill(
                        similar.Skill, similar.State, Math.Round(similar.Similarity, 3), [.. similar.Passages.Select(passage => new NearestPassage(passage.Text, passage.Line, passage.OtherLine))])),
            ];
        }
        catch (WreException)
        {
            // A ticket without this help is better than no ticket; it says that nobody looked.
            return null;
        }
    }
}

/// <summary>A passage that two skills share word for word.</summary>
/// <param name="Text">The passage.</param>
/// <param name="Line">Its line in the skill to promote.</param>
/// <param name="OtherLine">Its line in the existing one.</param>
public sealed record NearestPassage(string Text, int Line, int OtherLine);

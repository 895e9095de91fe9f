using System.Text;
using System.Text.Json;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>The stored reviews: <c>reports/reviews/&lt;skill&gt;/&lt;moment&gt;.json</c>, with the same as Markdown and HTML beside it.</summary>
public sealed class ReviewStore(WorkspaceLayout layout)
{
    /// <summary>The folder with a skill's reviews.</summary>
    public string FolderOf(string skill) => Path.Combine(layout.ReportsFolder, "reviews", skill);

    /// <summary>A review's file.</summary>
    /// <param name="review">The review.</param>
    /// <param name="ending"><c>json</c>, <c>md</c> or <c>html</c>.</param>
    public string FileOf(SkillReview review, string ending) => Path.Combine(FolderOf(review.Skill), $"{review.Name}.{ending}");

    /// <summary>Stores a review; it replaces one of the same skill and second. Durable when it returns.</summary>
    public void Save(SkillReview review)
    {
        var markdown = ReviewMarkdown.Write(review);
        DurableFile.Replace(FileOf(review, "md"), markdown);
        DurableFile.Replace(FileOf(review, "html"), ReportHtml.Write($"Review of {review.Skill}", markdown));
        DurableFile.Replace(FileOf(review, "json"), Json(review));
    }

    /// <summary>The JSON of a review, as it is stored and as <c>wre review --output json</c> answers.</summary>
    public static string Json(SkillReview review) => JsonSerializer.Serialize(review, ReviewJson.Default.SkillReview) + "\n";

    /// <summary>Names of the skills that have reviews.</summary>
    public IReadOnlyList<string> Skills()
    {
        var folder = Path.Combine(layout.ReportsFolder, "reviews");
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(Path.GetFileName).OfType<string>().Where(name => SkillName.Problem(name) is null).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The reviews of a skill, newest first; files that are no reviews are passed over, and those from before a renaming go by its present name.</summary>
    public IEnumerable<SkillReview> Of(string skill)
    {
        var folder = FolderOf(skill);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal).Select(Read).OfType<SkillReview>().Select(review => review with { Skill = skill }) : [];
    }

    private static SkillReview? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ReviewJson.Default.SkillReview);
        }
        catch (Exception error) when (error is JsonException or IOException or DecoderFallbackException)
        {
            return null;
        }
    }
}

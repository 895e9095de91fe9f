using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Search;

/// <summary>A skill as the index sees it.</summary>
/// <param name="Skill">The name.</param>
/// <param name="State">State of the version that is indexed.</param>
/// <param name="Version">Its label; empty for a draft without one.</param>
/// <param name="Folder">Its content.</param>
public sealed record IndexedSkill(string Skill, PromotionState State, string Version, SkillFolder Folder)
{
    /// <summary>Digest of the content; computed from the folder when null.</summary>
    public string? Digest { get; init; }

    /// <summary>The folder relative to the workspace, for a skill that was found outside of registry and drafts; else empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>How the files of a draft looked (<see cref="SkillStamp"/>); empty for a version of the store, which never changes.</summary>
    public string Stamp { get; init; } = "";
}

/// <summary>How the text files of a skill folder look from outside, so that an unchanged one need not be read.</summary>
public static class SkillStamp
{
    /// <summary>Times and lengths of <c>SKILL.md</c> and the sidecar; null when there is no <c>SKILL.md</c>.</summary>
    public static string? Of(string folder) => OfFile(System.IO.Path.Combine(folder, SkillFolder.SkillFileName)) is { } skill
        ? skill + OfFile(System.IO.Path.Combine(folder, SkillSettings.SidecarFile))
        : null;

    /// <summary>Time and length of a file; null when it is missing.</summary>
    public static string? OfFile(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? $"{file.LastWriteTimeUtc.Ticks:x}.{file.Length:x};" : null;
    }
}

/// <summary>A skill's document in the index, without its text.</summary>
/// <param name="Id">Its number in the index.</param>
/// <param name="Skill">The name.</param>
/// <param name="Path">The folder of a skill that was found outside of registry and drafts; else empty.</param>
/// <param name="State">State of the version.</param>
/// <param name="Version">Its label.</param>
/// <param name="Digest">Digest of its content.</param>
/// <param name="Stamp">How the draft's files looked; empty for a version of the store.</param>
public sealed record IndexEntry(long Id, string Skill, string Path, string State, string Version, string Digest, string Stamp);

/// <summary>A question to the index.</summary>
/// <param name="Text">Words; every one may match, more matches rank higher.</param>
public sealed record SearchQuery(string Text)
{
    /// <summary>Only skills indexed in this state; null for all.</summary>
    public PromotionState? State { get; init; }

    /// <summary>Only skills that this agent runs, as primary, fallback or listed agent; null for all.</summary>
    public string? Agent { get; init; }

    /// <summary>Most results, 1 to 100. Default 10.</summary>
    public int Top { get; init; } = 10;

    /// <summary>The text as a vector of the model, when there is one.</summary>
    public QueryVector? Vector { get; init; }
}

/// <summary>A query as a model sees it.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Values">The vector.</param>
public sealed record QueryVector(string Model, ReadOnlyMemory<float> Values);

/// <summary>Where words of the query were found.</summary>
/// <param name="Field">The field: <c>name</c>, <c>keywords</c>, <c>description</c>, <c>headings</c>, <c>body</c> or <c>about</c>.</param>
/// <param name="Words">The words as they stand there, without repetitions, at most eight.</param>
public sealed record FieldMatch(string Field, IReadOnlyList<string> Words);

/// <summary>A search result and why it is one.</summary>
/// <param name="Skill">The name.</param>
/// <param name="State">State of the version found.</param>
/// <param name="Version">Its label.</param>
/// <param name="Description">Its description.</param>
/// <param name="Score">Sum of the reciprocal ranks, larger is better; comparable within one answer only. An exact name comes first whatever it is.</param>
/// <param name="Snippet">Where the words were found, matches in square brackets.</param>
public sealed record SearchHit(string Skill, string State, string Version, string Description, double Score, string Snippet)
{
    /// <summary>The folder of a skill that was found outside of registry and drafts, relative to the workspace; else empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>Digest of its content.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The agent that runs it first.</summary>
    public string Agent { get; init; } = "";

    /// <summary>True when the query is the skill's name.</summary>
    public bool ExactName { get; init; }

    /// <summary>Where words of the query stand, field by field.</summary>
    public IReadOnlyList<FieldMatch> Matches { get; init; } = [];

    /// <summary>What each ranking added to the score.</summary>
    public IReadOnlyList<RankContribution> Contributions { get; init; } = [];
}

/// <summary>The answer to a search.</summary>
/// <param name="Hits">The results, best first.</param>
/// <param name="Corrections">Words of the query that stand in no skill, with the words that were looked for instead.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, IReadOnlyDictionary<string, IReadOnlyList<string>> Corrections);

/// <summary>What a re-index did.</summary>
/// <param name="Skills">Skills in the index now.</param>
/// <param name="Descriptions">Of these, with a description.</param>
/// <param name="Dependencies">Dependencies mapped.</param>
/// <param name="ElapsedMs">Time in milliseconds.</param>
public sealed record ReindexResult(int Skills, int Descriptions, int Dependencies, double ElapsedMs)
{
    /// <summary>Skills that were read and indexed anew.</summary>
    public int Indexed { get; init; }

    /// <summary>Skills that were left as they are, because nothing about them changed.</summary>
    public int Unchanged { get; init; }

    /// <summary>Skills that are gone from the index.</summary>
    public int Removed { get; init; }

    /// <summary>What a person should know, such as an index that was damaged; empty when nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

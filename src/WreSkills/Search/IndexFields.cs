namespace WreSkills.Search;

/// <summary>The fields of a document in the order of their columns, with their weights.</summary>
internal static class IndexFields
{
    /// <summary>Names of the fields.</summary>
    public static IReadOnlyList<string> Names { get; } = ["name", "keywords", "description", "headings", "body", "about"];

    /// <summary>Column of the name.</summary>
    public const int Name = 0;

    /// <summary>Column of the description.</summary>
    public const int Description = 2;

    /// <summary>Column of the body.</summary>
    public const int Body = 4;

    /// <summary>BM25 weights of all fields: a word in the name says more than one somewhere in the instructions.</summary>
    public const string WordWeights = "6.0, 5.0, 4.0, 2.0, 1.0, 1.0";

    /// <summary>BM25 weights of what introduces a skill: the first three fields, in a table of their own, so that a long body neither adds nor takes away.</summary>
    public const string TitleWeights = "5.0, 4.0, 4.0";
}

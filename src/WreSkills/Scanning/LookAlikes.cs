using System.Buffers;

namespace WreSkills.Scanning;

/// <summary>Letters of other scripts that look like Latin ones.</summary>
internal static class LookAlikes
{
    // Pairs of a look-alike and the ASCII letter that people take it for (Unicode Technical Standard 39).
    private const string Pairs =
        "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwνvοoιiАAВBЕEКKМMНHОOРPСCТTХXІIЈJЅSΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXҮYӀIӏlԌGԍgѵvѴVԜWԚQցgհhոnսuօoյj";

    private static readonly Dictionary<char, char> s_ascii = Enumerable.Range(0, Pairs.Length / 2).DistinctBy(index => Pairs[2 * index]).ToDictionary(index => Pairs[2 * index], index => Pairs[(2 * index) + 1]);

    /// <summary>All look-alikes.</summary>
    public static SearchValues<char> All { get; } = SearchValues.Create([.. s_ascii.Keys]);

    /// <summary>The ASCII letter that a character looks like, or the character itself.</summary>
    public static char Fold(char character) => character switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(character - 0xFEE0),
        _ => s_ascii.GetValueOrDefault(character, character),
    };
}

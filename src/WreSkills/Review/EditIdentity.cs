using System.Security.Cryptography;
using System.Text;

namespace WreSkills.Review;

/// <summary>What makes two edits the same, and one the undoing of another: the words of their lines, whatever spaces, marks and case; pure.</summary>
public static class EditIdentity
{
    /// <summary>Identifies what an edit takes away and puts there: 64 lower-case hex digits.</summary>
    public static string Of(UnifiedDiff diff)
    {
        var text = string.Join('\n', Words(diff.Removed)) + "\n→\n" + string.Join('\n', Words(diff.Added));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>True when an edit takes an earlier one back: everything that the earlier one added goes, and everything that it removed returns.</summary>
    public static bool Reverts(UnifiedDiff diff, UnifiedDiff earlier)
    {
        var (removed, added) = (Words(diff.Removed).ToHashSet(), Words(diff.Added).ToHashSet());
        var (gone, brought) = (Words(earlier.Removed), Words(earlier.Added));

        // Lines that the earlier edit only moved say nothing about its direction.
        var (takenBack, returned) = (brought.Except(gone).ToList(), gone.Except(brought).ToList());
        return takenBack.Count + returned.Count > 0 && takenBack.All(removed.Contains) && returned.All(added.Contains);
    }

    /// <summary>A line's words in lower case, one space between them; lines without a word are left out.</summary>
    internal static List<string> Words(IEnumerable<string> lines) => [.. lines.Select(Words).Where(line => line.Length > 0)];

    /// <summary>A line's words in lower case, one space between them.</summary>
    internal static string Words(string line)
    {
        var words = new StringBuilder(line.Length);
        foreach (var character in line)
        {
            // Figures keep their signs and points, so that 0.5 and 05 are not the same limit.
            if (char.IsLetterOrDigit(character) || character is '_' or '.' or '<' or '>' or '=' or '-')
            {
                words.Append(char.ToLowerInvariant(character));
            }
            else if (words.Length > 0 && words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        return words.ToString().Trim(' ', '.', '-');
    }
}

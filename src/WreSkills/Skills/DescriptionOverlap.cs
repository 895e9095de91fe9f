using System.Text;

namespace WreSkills.Skills;

/// <summary>Two descriptions that say much the same, so that a model can hardly choose between their skills.</summary>
/// <param name="First">Name of one skill.</param>
/// <param name="Second">Name of the other.</param>
/// <param name="Similarity">Cosine of their words, rare ones counting more; 0 to 1.</param>
public sealed record DescriptionOverlap(string First, string Second, double Similarity)
{
    /// <summary>From this similarity on a pair is named.</summary>
    public const double Threshold = 0.6;

    private const int MostPairs = 50;
    private const int MostPostings = 2_000;

    /// <summary>Finds the pairs that overlap, the closest first. Only pairs that share a word of some rarity are looked at.</summary>
    public static IReadOnlyList<DescriptionOverlap> Find(IReadOnlyList<(string Name, string Description)> skills)
    {
        var texts = skills.Select(skill => Words(skill.Description)).ToList();
        var frequency = texts.SelectMany(words => words.Keys).CountBy(word => word).ToDictionary();
        var vectors = texts.ConvertAll(words => Vector(words, frequency, texts.Count));
        var postings = new Dictionary<string, List<int>>();
        var pairs = new List<DescriptionOverlap>();
        for (var index = 0; index < vectors.Count; index++)
        {
            var sums = new Dictionary<int, double>();
            foreach (var (word, weight) in vectors[index])
            {
                var others = postings.TryGetValue(word, out var known) ? known : postings[word] = [];
                foreach (var other in others)
                {
                    sums[other] = sums.GetValueOrDefault(other) + (weight * vectors[other][word]);
                }

                // A word that thousands share tells nobody apart.
                if (others.Count < MostPostings)
                {
                    others.Add(index);
                }
            }

            pairs.AddRange(sums.Where(sum => sum.Value >= Threshold).Select(sum => new DescriptionOverlap(skills[sum.Key].Name, skills[index].Name, Math.Min(1, sum.Value))));
        }

        return [.. pairs.OrderByDescending(pair => pair.Similarity).ThenBy(pair => pair.First, StringComparer.Ordinal).ThenBy(pair => pair.Second, StringComparer.Ordinal).Take(MostPairs)];
    }

    private static Dictionary<string, double> Vector(Dictionary<string, int> words, Dictionary<string, int> frequency, int documents)
    {
        var weights = words.ToDictionary(word => word.Key, word => (1 + Math.Log(word.Value)) * Math.Log(1 + ((double)documents / frequency[word.Key])));
        var length = Math.Sqrt(weights.Values.Sum(weight => weight * weight));
        return length == 0 ? [] : weights.ToDictionary(weight => weight.Key, weight => weight.Value / length);
    }

    private static Dictionary<string, int> Words(string text)
    {
        var words = new Dictionary<string, int>();
        var word = new StringBuilder();
        foreach (var c in text + " ")
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0)
            {
                var one = Stem(word.ToString());
                words[one] = words.GetValueOrDefault(one) + 1;
                word.Clear();
            }
        }

        return words;
    }

    // Plurals and verbs in -s alone: enough to see that two texts say the same.
    private static string Stem(string word) => word.Length > 3 && word[^1] == 's' && word[^2] != 's' ? word[..^1] : word;
}

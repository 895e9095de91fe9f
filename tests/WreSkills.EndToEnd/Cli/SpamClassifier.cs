using System.Globalization;

namespace WreSkills.EndToEnd.Cli;

/// <summary>
/// A linear classifier: each word, pair of neighbouring words and "has a link" has a weight; a comment is spam when the sum
/// exceeds a limit. The tests write weights and limit into a skill; an agent in awk reads them there and decides by itself.
/// This is the test's own copy, to know what the agent should have answered.
/// </summary>
internal sealed record SpamClassifier(IReadOnlyDictionary<string, double> Weights, double Limit)
{
    private const string Bias = "#bias";
    private const string Link = "#link";

    /// <summary>What a comment shows: its features in order, each once.</summary>
    public static (IReadOnlyList<string> Features, int Words, bool HasLink) Look(string text)
    {
        // Only ASCII letters change their case, as in the C locale that the agent runs in.
        var lower = string.Concat(text.Select(character => character is >= 'A' and <= 'Z' ? (char)(character + 32) : character));
        var words = string.Concat(lower.Select(character => character is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? character : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var hasLink = ((string[])["http", "www.", ".com"]).Any(part => lower.Contains(part, StringComparison.Ordinal));
        var features = words.SelectMany((word, index) => index == 0 ? (string[])[word] : [word, $"{words[index - 1]}_{word}"]);
        return ([Bias, .. features.Distinct(), .. hasLink ? (string[])[Link] : []], words.Length, hasLink);
    }

    public double Score(string text) => Look(text).Features.Sum(feature => Weights.GetValueOrDefault(feature));

    public bool IsSpam(string text) => Score(text) > Limit;

    public bool KnowsLinks => Weights.ContainsKey(Link);

    /// <summary>The resource file of the skill: a feature and its weight a line.</summary>
    public string Table => string.Concat(Weights.Select(weight => $"{weight.Key}\t{weight.Value.ToString("R", CultureInfo.InvariantCulture)}\n"));

    /// <summary>Counts listed words: the filter that everybody writes first.</summary>
    public static SpamClassifier Keywords(params IEnumerable<string> words) => new(words.ToDictionary(word => word, _ => 1.0), 0.5);

    /// <summary>
    /// Logistic regression by stochastic gradient descent in the order of the comments. The limit is chosen by five-fold
    /// cross-validation within the training part: the score that 3 % of its legitimate comments exceed when they are left out.
    /// </summary>
    public static SpamClassifier Train(IReadOnlyList<SpamComment> comments)
    {
        const int folds = 5;
        const double tolerated = 0.03;
        var legitimate = Enumerable.Range(0, folds).SelectMany(fold =>
        {
            var model = new SpamClassifier(Descend([.. comments.Where((_, index) => index % folds != fold)]), 0);
            return comments.Where((comment, index) => index % folds == fold && !comment.Spam).Select(comment => model.Score(comment.Text));
        }).OrderDescending().ToList();
        return new SpamClassifier(Descend(comments), legitimate[(int)(legitimate.Count * tolerated)]);
    }

    private static Dictionary<string, double> Descend(IReadOnlyList<SpamComment> comments)
    {
        const int epochs = 30;
        const double step = 0.1, decay = 0.005;
        var rows = comments.Select(comment => (Look(comment.Text).Features, comment.Spam)).ToList();
        var weights = rows.SelectMany(row => row.Features).Distinct().ToDictionary(feature => feature, _ => 0.0);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var (features, spam) in rows)
            {
                var error = (1 / (1 + Math.Exp(-features.Sum(feature => weights[feature])))) - (spam ? 1 : 0);
                foreach (var feature in features)
                {
                    weights[feature] -= step * (error + (feature == Bias ? 0 : decay * weights[feature]));
                }
            }
        }

        return weights;
    }
}

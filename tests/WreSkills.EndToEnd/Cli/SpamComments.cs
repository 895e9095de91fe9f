using System.Text;

namespace WreSkills.EndToEnd.Cli;

/// <summary>A labelled comment of the YouTube Spam Collection.</summary>
internal sealed record SpamComment(string Id, string Text, bool Spam);

/// <summary>
/// The comments, split before anything is learnt: of each file, in the order in which it stands (its time), the first 70 % are
/// for training and the rest, which no training ever sees, is the benchmark. Nothing is chosen or left out. Spammers repeat
/// themselves, so some spam of the benchmark resembles spam of the training part; that is what a filter meets in life.
/// </summary>
internal static class SpamComments
{
    private static readonly (string File, string Prefix)[] s_files = [("Youtube01-Psy.csv", "psy"), ("Youtube02-KatyPerry.csv", "perry"), ("Youtube03-LMFAO.csv", "lmfao")];

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(WreCommand.RepositoryRoot, "..", "shared", "data", "youtube-spam"));

    public static bool Available => s_files.All(file => File.Exists(Path.Combine(Folder, file.File)));

    public static (IReadOnlyList<SpamComment> Training, IReadOnlyList<SpamComment> Unseen) Split()
    {
        var files = s_files.Select(file => Read(Path.Combine(Folder, file.File), file.Prefix)).ToList();
        return ([.. files.SelectMany(comments => comments.Take(comments.Count * 7 / 10))], [.. files.SelectMany(comments => comments.Skip(comments.Count * 7 / 10))]);
    }

    private static IReadOnlyList<SpamComment> Read(string path, string prefix)
    {
        var rows = Rows(File.ReadAllText(path)).Where(row => row.Count == 5).ToList();
        var (text, label) = (rows[0].IndexOf("CONTENT"), rows[0].IndexOf("CLASS"));
        return [.. rows.Skip(1).Select((row, index) => new SpamComment($"{prefix}-{index + 1:000}", row[text], row[label] == "1"))];
    }

    // Comma-separated with quotes, in which commas, line feeds and doubled quotes stand.
    private static IEnumerable<List<string>> Rows(string csv)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var index = 0; index < csv.Length; index++)
        {
            var character = csv[index];
            switch (character)
            {
                case '"' when quoted && index + 1 < csv.Length && csv[index + 1] == '"':
                    field.Append('"');
                    index++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' or '\n' when !quoted:
                    row.Add(field.ToString().TrimEnd('\r'));
                    field.Clear();
                    if (character == '\n')
                    {
                        yield return row;
                        row = [];
                    }

                    break;
                default:
                    field.Append(character);
                    break;
            }
        }

        row.Add(field.ToString());
        yield return row;
    }
}

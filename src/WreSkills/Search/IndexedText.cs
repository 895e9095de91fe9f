using System.Buffers.Binary;
using System.Text;

using WreSkills.Skills;

namespace WreSkills.Search;

/// <summary>A skill taken apart for the index: everything that needs no database, so that many can be prepared at once.</summary>
internal sealed class IndexedText
{
    /// <summary>Characters of a body that are indexed; whoever writes more hides nothing that a search is for.</summary>
    private const int LongestBody = 200_000;

    private IndexedText(IndexedSkill skill, string digest, object change)
    {
        Skill = skill;
        Digest = digest;
        Change = change;
    }

    /// <summary>The skill.</summary>
    public IndexedSkill Skill { get; }

    /// <summary>Digest of its content.</summary>
    public string Digest { get; }

    /// <summary>The texts of the fields, as they are.</summary>
    public IReadOnlyList<string> Texts { get; private init; } = [];

    /// <summary>The stems of the fields, separated by blanks: what the full-text index holds.</summary>
    public IReadOnlyList<string> Stems { get; private init; } = [];

    /// <summary>The change that it is for.</summary>
    public object Change { get; }

    /// <summary>Its words as far as the change's writer may not know them yet; some of them twice.</summary>
    public IReadOnlyList<WordForm> NewWords { get; private init; } = [];

    /// <summary>Line of <c>SKILL.md</c> on which the body begins, from 1.</summary>
    public int BodyLine { get; private init; }

    /// <summary>Fingerprints of the body, four bytes each.</summary>
    public byte[] Fingerprints { get; private init; } = [];

    /// <summary>Other skills that it speaks of.</summary>
    public IReadOnlyList<SkillReference> References { get; private init; } = [];

    /// <summary>Takes a skill apart.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="change">The change that it is for; the same object for all skills that are written together.</param>
    public static IndexedText Of(IndexedSkill skill, object change)
    {
        var (settings, document) = (skill.Folder.Settings, skill.Folder.Document);
        var body = document?.Body ?? "";
        body = body.Length <= LongestBody ? body : body[..LongestBody];
        var about = string.Join(' ', [.. Known(settings.IntentType), .. Known(settings.PrimaryAgent), .. Known(settings.FallbackAgent), .. settings.Agents, .. Known(settings.Module), .. settings.Dependencies.All.Select(item => item.Name)]);
        string[] texts = [skill.Skill, string.Join(", ", settings.TriggerKeywords), settings.Description, string.Join('\n', Headings(body)), body, about];
        var words = new List<WordForm>();
        var tokens = Array.ConvertAll(texts, field => WordSplitter.Split(field));
        var text = new IndexedText(skill, skill.Digest ?? SkillDigest.Compute(skill.Folder), change)
        {
            Texts = texts,
            Stems = [.. tokens.Select((field, index) => StemsOf(field, words, index, change))],
            NewWords = words,
            BodyLine = document?.BodyLine ?? 1,
            Fingerprints = Bytes(Search.Fingerprints.Of(TextWords.Of(body, tokens[IndexFields.Body]))),
            References = SkillReferences.Of(skill.Folder),
        };
        return text;
    }

    /// <summary>The headings of a Markdown text, without their signs.</summary>
    public static IEnumerable<string> Headings(string body)
    {
        for (var (start, end) = (0, 0); start < body.Length; start = end + 1)
        {
            end = body.IndexOf('\n', start) is var found and >= 0 ? found : body.Length;
            if (body[start] == '#' && body[start..end].TrimStart('#') is [' ', ..] heading)
            {
                yield return heading.Trim();
            }
        }
    }

    private static IEnumerable<string> Known(string? value) => value is null or "unknown" ? [] : [value];

    private static string StemsOf(List<Token> tokens, List<WordForm> words, int field, object change)
    {
        var stems = new StringBuilder(tokens.Count * 7);
        foreach (var token in tokens)
        {
            // Function words are a good part of a body and of no use in it.
            if (field == IndexFields.Body && token.Form.IsStopWord)
            {
                continue;
            }

            if (token.Form.WrittenBy != change)
            {
                words.Add(token.Form);
            }

            stems.Append(token.Form.Stem).Append(' ');
        }

        // People write a name together that is written apart.
        if (field == IndexFields.Name && tokens.Count > 1)
        {
            var joined = string.Concat(tokens.Where(token => token.Kind != TokenKind.Part).Select(token => token.Text));
            if (joined.Length <= WordSplitter.LongestWord)
            {
                var form = new WordForm(joined);
                words.Add(form);
                stems.Append(form.Stem);
            }
        }

        return stems.ToString();
    }

    private static byte[] Bytes(IReadOnlyCollection<uint> hashes)
    {
        var bytes = new byte[hashes.Count * sizeof(uint)];
        var at = 0;
        foreach (var hash in hashes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), hash);
            at += sizeof(uint);
        }

        return bytes;
    }
}

using System.CommandLine;

using WreSkills.Hosting;
using WreSkills.Search;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre search</c>: find skills by words, or skills like another.</summary>
internal static class SearchCommand
{
    /// <summary>Skills less alike than this are not worth a line.</summary>
    private const double Noise = 0.05;

    private static readonly Argument<string?> s_query = new("QUERY") { Description = "Words; what is misspelt or incomplete is found too.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> s_state = new("--state") { Description = "Only skills in this state.", HelpName = "STATE" };
    private static readonly Option<string?> s_agent = new("--agent") { Description = "Only skills for this agent.", HelpName = "AGENT" };
    private static readonly Option<int> s_top = new("--top") { Description = "Most results, 1 to 100.", DefaultValueFactory = _ => 10, HelpName = "N" };
    private static readonly Option<string?> s_similar = new("--similar-to") { Description = "Instead of words: a skill or a folder; finds the skills most like it and the passages they share.", HelpName = "NAME|FOLDER" };

    public static Command Create()
    {
        s_state.AcceptOnlyFromAmong("prototype", "staged", "production");
        return Invocation.With(
            new Command("search", "Find skills by words in name, keywords, description and body, or skills like another one. Exit 1 when nothing was found.") { s_query, s_state, s_agent, s_top, s_similar }, RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        var (text, similar) = (parsed.GetValue(s_query), parsed.GetValue(s_similar));
        if ((text is null) == (similar is null))
        {
            throw new WreException("Search for what?", "pass words, or --similar-to with the name or folder of a skill");
        }

        if (similar is not null)
        {
            return Similar(invocation, similar);
        }

        var query = new SearchQuery(text!) { State = parsed.GetValue(s_state) is { } state ? GlobalOptions.ParseState(state) : null, Agent = parsed.GetValue(s_agent), Top = parsed.GetValue(s_top) };
        var (answer, warnings) = await invocation.Workspace.SkillSearch.RunAsync(query, cancellationToken);
        Warn(invocation, warnings);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, SearchViews.Answer(query, answer, warnings));
        }
        else
        {
            SearchViews.Print(invocation.Terminal, answer);
        }

        return answer.Hits.Count == 0 ? 1 : 0;
    }

    private static int Similar(Invocation invocation, string subject)
    {
        var (workspace, top) = (invocation.Workspace, invocation.Parsed.GetValue(s_top));
        var folder = Subject(workspace, subject);

        // A folder that is the draft of a skill is not like itself; a folder of the same name elsewhere may be its copy.
        var isOwn = workspace.SkillNames().Contains(folder.Name) && (folder.Name == subject || folder.Path == workspace.Layout.PrototypeFolder(folder.Name) || folder.Path == workspace.Layout.StagedFolder(folder.Name));
        var text = new SimilarText(folder.Settings.Description, folder.Document?.Body ?? "", folder.Document?.BodyLine ?? 1);
        var (found, warnings) = workspace.SkillSearch.Similar(index => index.Similar(text, top, isOwn ? folder.Name : null));
        var skills = found.Where(skill => skill.Similarity >= Noise).ToList();
        Warn(invocation, warnings);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, SearchViews.Similar(subject, skills, warnings));
        }
        else
        {
            SearchViews.Print(invocation.Terminal, folder.Name, skills);
        }

        return skills.Count == 0 ? 1 : 0;
    }

    // A name means what the index has of the skill; everything else is a folder.
    private static SkillFolder Subject(Workspace workspace, string subject)
    {
        if (SkillName.Problem(subject) is null && workspace.SkillNames().Contains(subject))
        {
            return workspace.Loader.LoadState(subject, workspace.Registry.Load().Find(subject) is { Active.Count: > 0 } entry ? entry.PromotionState : Registry.PromotionState.Prototype).Folder;
        }

        var path = Path.GetFullPath(subject);
        return Directory.Exists(path)
            ? SkillFolder.Read(path, workspace.Policy.SkillLimits)
            : throw new WreException($"There is no skill '{subject}' here, and no folder of that name.", "`wre list` shows the skills; a folder holds a SKILL.md");
    }

    private static void Warn(Invocation invocation, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings)
        {
            invocation.Error.WriteLine($"warning: {warning}");
        }
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre search</c>: find skills by words.</summary>
internal static class SearchCommand
{
    private static readonly Argument<string> s_query = new("QUERY") { Description = "Words." };
    private static readonly Option<string?> s_state = new("--state") { Description = "Only skills in this state.", HelpName = "STATE" };
    private static readonly Option<int> s_top = new("--top") { Description = "Most results.", DefaultValueFactory = _ => 10, HelpName = "N" };

    public static Command Create()
    {
        s_state.AcceptOnlyFromAmong("prototype", "staged", "production");
        return Invocation.With(new Command("search", "Find skills by words in name, keywords, description and body. Exit 1 when nothing was found.") { s_query, s_state, s_top }, Run);
    }

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var hits = invocation.Workspace.Index.Search(parsed.GetValue(s_query)!, parsed.GetValue(s_state) is { } state ? GlobalOptions.ParseState(state) : null, parsed.GetValue(s_top));
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["query"] = parsed.GetValue(s_query),
                ["hits"] = JsonOutput.List(hits, hit => new JsonObject
                {
                    ["skill"] = hit.Skill,
                    ["state"] = hit.State,
                    ["version"] = hit.Version,
                    ["description"] = hit.Description,
                    ["score"] = hit.Score,
                    ["snippet"] = hit.Snippet,
                }),
            });
        }
        else if (hits.Count == 0)
        {
            invocation.Terminal.Line("Nothing found. `wre reindex` reads drafts that were never promoted.");
        }
        else
        {
            invocation.Terminal.Rows(["skill", "state", "version", "where"], hits.Select(hit => (IReadOnlyList<string>)[hit.Skill, hit.State, hit.Version, hit.Snippet]));
        }

        return hits.Count == 0 ? 1 : 0;
    }
}

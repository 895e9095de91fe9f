using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre list --budget</c>: what fits a client's listing, what overlaps, what was never used.</summary>
internal static class ListingBudgetView
{
    public static int Run(Invocation invocation, SkillClient client, int? tokens, bool user)
    {
        var workspace = invocation.Workspace;
        workspace.Ingestor.Run();
        var found = new SkillDiscovery(workspace.Layout) { Home = user ? DiscoverCommand.Home : null }.Run();
        var executions = workspace.Database.ExecutionCounts();
        var listed = ClientView.Listed(client, found.Skills);
        var plan = ListingPlan.Of(client, listed.Select(skill => (skill, executions.GetValueOrDefault(skill.Name))), tokens);
        var overlaps = DescriptionOverlap.Find([.. plan.Skills.Select(skill => (skill.Name, skill.Skill.Header.Description))]);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["client"] = client.Name,
                ["rule"] = client.Budget.Words,
                ["limit_characters"] = plan.Limit,
                ["characters"] = plan.Characters,
                ["skills"] = JsonOutput.List(plan.Skills, skill => new JsonObject
                {
                    ["name"] = skill.Name,
                    ["path"] = skill.Skill.Path,
                    ["characters"] = skill.Characters,
                    ["executions"] = skill.Executions,
                    ["listed"] = Word(skill.How),
                }),
                ["cut_off"] = JsonOutput.Texts(plan.Skills.Where(skill => skill.How != Listed.Whole).Select(skill => skill.Name)),
                ["overlaps"] = JsonOutput.List(overlaps, pair => new JsonObject { ["first"] = pair.First, ["second"] = pair.Second, ["similarity"] = Math.Round(pair.Similarity, 3) }),
                ["never_used"] = JsonOutput.Texts(plan.Skills.Where(skill => skill.Executions == 0).Select(skill => skill.Name)),
            });
            return 0;
        }

        var terminal = invocation.Terminal;
        terminal.Heading($"{client.Title}: {plan.Skills.Count} skill{(plan.Skills.Count == 1 ? "" : "s")}, {plan.Characters:N0} characters{(plan.Limit is { } limit ? $" of {limit:N0}" : "")}");
        terminal.Line(tokens is null ? $"Its rule: {client.Budget.Words}." : $"The budget asked for: {tokens:N0} tokens, {ListingPlan.CharactersPerToken} characters each.");
        terminal.Rows(
            ["skill", "characters", "executions", "listed"],
            plan.Skills.Select(skill => (IReadOnlyList<string>)[skill.Name, $"{skill.Characters}", skill.Executions == 0 ? "never used" : $"{skill.Executions}", Word(skill.How).Replace('_', ' ')]));
        foreach (var pair in overlaps)
        {
            terminal.Line($"{pair.First} and {pair.Second} say much the same ({pair.Similarity:0.00}); a model can hardly choose between them.");
        }

        var cut = plan.Skills.Count(skill => skill.How != Listed.Whole);
        terminal.Line(cut == 0 ? "Everything fits." : $"{cut} of {plan.Skills.Count} are cut: shorten descriptions, retire what was never used, or raise the client's budget.");
        return 0;
    }

    private static string Word(Listed how) => how switch { Listed.Whole => "whole", Listed.Shortened => "shortened", Listed.NameOnly => "name_only", _ => "omitted" };
}

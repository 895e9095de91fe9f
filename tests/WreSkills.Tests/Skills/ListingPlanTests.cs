using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class ListingPlanTests
{
    [Fact]
    public void Everything_fits_where_there_is_room()
    {
        var plan = ListingPlan.Of(SkillClient.Claude, [Skill("a", 100), Skill("b", 200)], null);
        Assert.Equal((8_000, 1 + 100 + 5 + 1 + 200 + 5), (plan.Limit, plan.Characters));
        Assert.All(plan.Skills, skill => Assert.Equal(Listed.Whole, skill.How));
    }

    [Fact]
    public void Claude_keeps_every_name_and_drops_the_descriptions_of_the_least_used()
    {
        // 4 names with 6 characters each leave 226 of 250 for descriptions of 100.
        var plan = ListingPlan.Of(SkillClient.Claude, [Skill("a", 100, 1), Skill("b", 100, 9), Skill("c", 100), Skill("d", 100, 5)], 250 / 4 + 1);
        Assert.Equal(["a NameOnly", "b Whole", "c NameOnly", "d Whole"], plan.Skills.Select(skill => $"{skill.Name} {skill.How}"));
    }

    [Fact]
    public void Claude_reads_the_beginning_of_a_very_long_description() =>
        Assert.Equal((Listed.Shortened, 1 + 1_536 + 5), (ListingPlan.Of(SkillClient.Claude, [Skill("a", 2_000)], null).Skills[0] is var skill ? (skill.How, skill.Characters) : default));

    [Fact]
    public void Codex_shortens_all_long_descriptions_alike_and_omits_skills_only_without_any_room()
    {
        var plan = ListingPlan.Of(SkillClient.Codex, [Skill("a", 500), Skill("b", 20), Skill("c", 900)], 100);
        Assert.Equal(["a Shortened", "b Whole", "c Shortened"], plan.Skills.Select(skill => $"{skill.Name} {skill.How}"));
        Assert.Equal(["a NameOnly", "b NameOnly", "c Omitted"], ListingPlan.Of(SkillClient.Codex, [Skill("a", 500), Skill("b", 20), Skill("c", 900)], 40).Skills.Select(skill => $"{skill.Name} {skill.How}"));
    }

    [Fact]
    public void Copilot_ends_its_list_at_the_first_skill_that_does_not_fit()
    {
        var plan = ListingPlan.Of(SkillClient.Copilot, [Skill("z", 1), Skill("a", 10_000), Skill("b", 9_000), Skill("c", 10)], null);
        Assert.Equal(["a Whole", "b Omitted", "c Omitted", "z Omitted"], plan.Skills.Select(skill => $"{skill.Name} {skill.How}"));
    }

    [Fact]
    public void A_client_without_a_limit_lists_everything_unless_one_is_asked_for()
    {
        Assert.Null(ListingPlan.Of(SkillClient.Gemini, [Skill("a", 100_000)], null).Limit);
        Assert.Equal(Listed.Omitted, ListingPlan.Of(SkillClient.Gemini, [Skill("a", 100_000)], 100).Skills[0].How);
    }

    [Fact]
    public void No_listing_is_longer_than_its_limit()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var skills = Enumerable.Range(0, random.Next(1, 12)).Select(number => Skill($"s{number}", random.Next(0, 400), random.Next(3))).ToList();
            foreach (var client in SkillClient.All)
            {
                var plan = ListingPlan.Of(client, skills, random.Next(1, 400));
                var least = plan.Skills.Where(skill => skill.How != Listed.Omitted).Sum(skill => skill.How == Listed.Whole ? skill.Characters : skill.Name.Length + client.Budget.Overhead);
                Assert.True(least <= plan.Limit || (client == SkillClient.Claude && plan.Skills.All(skill => skill.How == Listed.NameOnly)), $"seed {seed}, {client.Name}");
            }
        }
    }

    [Fact]
    public void Descriptions_that_say_much_the_same_are_named_and_others_are_not()
    {
        var overlaps = DescriptionOverlap.Find(
        [
            ("a", "Reviews pull requests for bugs and style. Use when somebody asks for a review."), ("b", "Review a pull request for bugs and style; use when someone asks for reviews."),
            ("c", "Brings a release to the servers."), ("d", "Writes release notes from merged changes."), ("e", ""),
        ]);
        var pair = Assert.Single(overlaps);
        Assert.Equal(("a", "b"), (pair.First, pair.Second));
        Assert.InRange(pair.Similarity, DescriptionOverlap.Threshold, 0.99);
    }

    [Fact]
    public void The_same_description_twice_is_wholly_alike() => Assert.Equal(1, Assert.Single(DescriptionOverlap.Find([("a", "Sends mail."), ("b", "Sends mail."), ("c", "Does sums.")])).Similarity, 9);

    private static (DiscoveredSkill Skill, long Executions) Skill(string name, int description, long executions = 0) => (new DiscoveredSkill
    {
        Name = name,
        Path = $".claude/skills/{name}",
        File = "SKILL.md",
        Place = ".claude/skills",
        State = "production",
        Header = new SkillHeader { Name = name, Description = new string('x', description) },
    }, executions);
}

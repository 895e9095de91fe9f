using WreSkills.Skills;

namespace WreSkills.Loading;

/// <summary>
/// Names under which a skill may speak to an agent: those of wre.yaml, those that the skill itself names, and families of models. An agent answers to its
/// own name and to the family that its name or its model belongs to.
/// </summary>
public sealed class AgentNames
{
    /// <summary>Stands for every agent; ends a part that was for some.</summary>
    public const string Everybody = "all";

    private const int MostCharacters = 128;
    private static readonly HashSet<string> s_everybody = ["all", "everyone", "everybody", "every-agent", "all-agents", "any-agent"];
    private readonly Dictionary<string, string?> _agents = [];

    /// <summary>Collects the agents of a workspace.</summary>
    /// <param name="agents">Name and model of each; null for an agent without a model.</param>
    public AgentNames(IEnumerable<KeyValuePair<string, string?>> agents)
    {
        ArgumentNullException.ThrowIfNull(agents);
        foreach (var (name, model) in agents)
        {
            _agents[Normalize(name)] = model;
        }
    }

    /// <summary>Families of models that skills may name without further ado.</summary>
    public static IReadOnlyList<string> Families { get; } = ["gemma", "qwen", "claude", "gpt", "codex", "copilot", "gemini", "llama", "mistral", "grok", "deepseek"];

    /// <summary>Refuses what is no name of an agent.</summary>
    /// <exception cref="WreException">It is empty, too long, or has control characters.</exception>
    public static void Require(string agent)
    {
        if (string.IsNullOrWhiteSpace(agent) || agent.Length > MostCharacters || agent.Any(char.IsControl))
        {
            throw new WreException($"An agent's name has 1 to {MostCharacters} characters, none of them a control character.", "name an agent of wre.yaml, or what you call yours, such as gemma");
        }
    }

    /// <summary>How names are compared: in lower case, with <c>_</c> and spaces as <c>-</c>.</summary>
    public static string Normalize(string name) => string.Join('-', name.Split([' ', '_', '\t', '-'], StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    /// <summary>All names that count in a skill's headings.</summary>
    internal HashSet<string> Known(SkillSettings settings)
    {
        var known = new HashSet<string>([.. Families, .. _agents.Keys, .. s_everybody, "primary", "primary-agent", "fallback", "fallback-agent"], StringComparer.Ordinal);
        foreach (var name in settings.Agents.Append(settings.FallbackAgent).Append(settings.PrimaryAgent == "unknown" ? null : settings.PrimaryAgent))
        {
            if (name is not null && Normalize(name) is { Length: > 0 } normal)
            {
                known.Add(normal);
            }
        }

        return known;
    }

    /// <summary>True when one of the names stands for every agent.</summary>
    internal static bool MeansEverybody(IReadOnlyList<string> names) => names.Any(s_everybody.Contains);

    /// <summary>All names that an agent answers to in a skill.</summary>
    internal HashSet<string> Identities(string agent, SkillSettings settings)
    {
        var name = Normalize(agent);
        name = name is "primary" or "primary-agent" ? Normalize(settings.PrimaryAgent) : name is "fallback" or "fallback-agent" ? Normalize(settings.FallbackAgent ?? name) : name;
        var identities = new HashSet<string>(StringComparer.Ordinal) { name };
        identities.UnionWith(FamiliesOf(name));
        if (_agents.GetValueOrDefault(name) is { } model)
        {
            identities.Add(Normalize(model));
            identities.UnionWith(FamiliesOf(model));
        }

        if (identities.Contains(Normalize(settings.PrimaryAgent)))
        {
            identities.UnionWith(["primary", "primary-agent"]);
        }

        if (settings.FallbackAgent is { } fallback && identities.Contains(Normalize(fallback)))
        {
            identities.UnionWith(["fallback", "fallback-agent"]);
        }

        return identities;
    }

    // A family is a whole run of letters of a name: gemma3:270m and google/gemma-3-4b-it are Gemmas, and no gemmalike is.
    private static IEnumerable<string> FamiliesOf(string name)
    {
        for (int start = 0, end; start < name.Length; start = end + 1)
        {
            for (end = start; end < name.Length && char.IsLetter(name[end]); end++)
            {
            }

            var run = name[start..end].ToLowerInvariant();
            if (Families.Contains(run))
            {
                yield return run;
            }
        }
    }
}

using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Review;
using WreSkills.Scoring;

namespace WreSkills.Hosting;

/// <summary>The agents, judges and advisors that <c>wre.yaml</c> names, made when they are asked for.</summary>
public sealed class WorkspaceAgents(WorkspaceConfiguration configuration, JudgeCertificateStore certificates, TimeProvider time)
{
    /// <summary>An agent by name.</summary>
    /// <param name="name">Its name in <c>wre.yaml</c>; null for the only one there is beside the advisor.</param>
    /// <param name="cache">Whether answers of models may be kept and used again where the request allows it. Default true.</param>
    /// <exception cref="WreException">There is no such agent, or several to choose from.</exception>
    public IAgent Named(string? name, bool cache = true)
    {
        var agents = configuration.Agents;
        var known = agents.Count == 0 ? "it names none" : $"it names {string.Join(", ", agents.Keys)}";

        // Who only advises runs no skill unless it is named.
        var only = agents.Where(agent => agents.Count == 1 || agent.Value != configuration.Advisor?.Model).Select(agent => agent.Key).ToList();
        if (name is null && only.Count != 1)
        {
            throw new WreException($"Which agent? {WorkspaceConfiguration.FileName} does not name exactly one ({known}).", "pass --agent NAME; agents stand under `agents:` in wre.yaml");
        }

        return agents.TryGetValue(name ?? only[0], out var settings) ? Make(settings, cache)
            : throw new WreException($"There is no agent '{name}' in {WorkspaceConfiguration.FileName}; {known}.", "add it under `agents:` with `command: [program, argument, …]`, or `kind: chat` and a model");
    }

    private IAgent Make(AgentSettings settings, bool cache) =>
        settings is ChatAgentSettings chat ? new ChatAgent(Model(chat, cache), time) : new CommandAgent((CommandAgentSettings)settings, time);

    /// <summary>The judge that wre.yaml names, or null when it names none.</summary>
    /// <param name="cache">Whether earlier answers to the very same question may be used again.</param>
    public JudgeCascade? Judge(bool cache) => configuration.Judge is { } settings
        ? new JudgeCascade(Model(settings.Scorer, cache), settings.Second is { } second ? Model(second, cache) : null, settings.Margin)
        : null;

    /// <summary>The advisor's model that wre.yaml names, or null when it names none; dispose of it.</summary>
    public AdvisorModel? Advisor() => configuration.Advisor is { } settings ? new AdvisorModel(Model(settings.Model, cache: false), settings.Limit, time) : null;

    /// <summary>Why what a judge decided does not count any more; null while it is the workspace's judge and its latest certificate says so.</summary>
    internal string? JudgeProblem(string skill, JudgeUse used) =>
        configuration.Judge is { } settings && JudgeCascade.IdentityOf(settings.Scorer, settings.Second) is var identity && identity != used.Judge ? $"{used.Judge} answered, and wre.yaml names {identity} now"
        : used.Prompt != JudgePrompt.Digest ? "its prompt has changed since"
        : certificates.Find(skill)?.Problem(used.Judge, used.Model, JudgePrompt.Digest);

    /// <summary>A model by its settings.</summary>
    internal ChatModel Model(ChatAgentSettings settings, bool cache) => new(settings, cache ? new ChatCache(configuration.Layout.ChatCacheFolder) : null, time);
}

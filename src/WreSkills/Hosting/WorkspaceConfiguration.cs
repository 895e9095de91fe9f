using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Notifications;
using WreSkills.Scoring;
using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What <c>wre.yaml</c> says: where things are and which agents there are.</summary>
/// <param name="Layout">Where things are.</param>
/// <param name="Agents">Agents by name.</param>
public sealed record WorkspaceConfiguration(WorkspaceLayout Layout, IReadOnlyDictionary<string, AgentSettings> Agents)
{
    /// <summary>Who answers the questions of judge patterns; null when nobody is asked.</summary>
    public JudgeSettings? Judge { get; init; }

    /// <summary>The model that reads reviews and failure analyses; null when none is asked.</summary>
    public AdvisorSettings? Advisor { get; init; }

    /// <summary>The model that ranks search results by meaning; null when search goes by words alone.</summary>
    public EmbeddingSettings? Embeddings { get; init; }

    /// <summary>Data stores and MCP endpoints with their probes, in the order of the file.</summary>
    public IReadOnlyList<DependencySettings> Dependencies { get; init; } = [];

    /// <summary>Throttles and required context that skills name.</summary>
    public ContextCatalog Catalog { get; init; } = ContextCatalog.Empty;

    /// <summary>Who is told what, in the order of the file.</summary>
    public IReadOnlyList<NotifierSettings> Notifiers { get; init; } = [];

    /// <summary>The file at the root of a workspace.</summary>
    public const string FileName = "wre.yaml";

    /// <summary>Finds the root of the workspace around a folder: the nearest with <c>wre.yaml</c>, else with the policy's registry folder, else with <c>.git</c>, else the folder itself.</summary>
    public static string FindRoot(string start)
    {
        start = Path.GetFullPath(start);
        foreach (var mark in (ReadOnlySpan<string>)[FileName, "modules/infrastructure/wre_core/skills", ".wre", ".git"])
        {
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (Path.Exists(Path.Combine(folder, mark)))
                {
                    return folder;
                }
            }
        }

        return start;
    }

    /// <summary>Loads the configuration of a workspace; without the file the policy's own paths hold.</summary>
    /// <exception cref="WreException">The file is not valid; every finding is listed.</exception>
    public static WorkspaceConfiguration Load(string root)
    {
        root = Path.GetFullPath(root);
        var path = Path.Combine(root, FileName);
        if (!File.Exists(path))
        {
            return new WorkspaceConfiguration(WorkspaceLayout.ForPreset("policy", root), new Dictionary<string, AgentSettings>());
        }

        var problems = new List<YamlProblem>();
        var document = new YamlSection(YamlReader.Read(File.ReadAllText(path), 1, problems), problems);
        document.Whole("version", 1, 1, 1);
        var layout = ReadLayout(document, root);
        var agents = ReadAgents(document.Section("agents"), root);
        var judge = ReadJudge(document.Section("judge"), agents);
        var advisor = ReadAdvisor(document.Section("advisor"), agents);
        var dependencies = DependencySettingsReader.Read(document.Section("dependencies"), root);
        var catalog = ContextSettingsReader.Read(document.Section("throttles"), document.Section("context"), root);
        var embeddings = EmbeddingSettingsReader.Read(document.Section("embeddings"));
        var notifiers = NotifierSettingsReader.Read(document.Section("notifications"), root);
        document.ReportUnknownKeys();
        return problems.Count == 0
            ? new WorkspaceConfiguration(layout, agents) { Judge = judge, Advisor = advisor, Embeddings = embeddings, Notifiers = notifiers, Dependencies = dependencies, Catalog = catalog }
            : throw new WreException(
                $"{path} is not a valid workspace configuration.", "mend the lines named; `wre init` in an empty folder shows a good one",
                [.. problems.OrderBy(problem => problem.Line).Select(problem => problem.ToString())]);
    }

    private static WorkspaceLayout ReadLayout(YamlSection document, string root)
    {
        var section = document.Section("layout");
        var preset = section.Choice("preset", "policy", "policy", "claude", "agents");
        var layout = WorkspaceLayout.ForPreset(preset, root);
        var chosen = layout with
        {
            Core = Inside(section, "core", layout.Core),
            Metrics = Inside(section, "metrics", layout.Metrics),
            Prototype = Inside(section, "prototype", layout.Prototype, "{skill}"),
            Staged = Inside(section, "staged", layout.Staged, "{skill}"),
            StagedArchive = Inside(section, "staged_archive", layout.StagedArchive, "{skill}", "{timestamp}"),
            Production = Inside(section, "production", layout.Production, "{skill}"),
            Module = Inside(section, "module", layout.Module),
        };
        Separate(section, chosen);
        return chosen;
    }

    // What is extracted to a folder replaces what is there: a draft, a staged and a production version in one place would
    // delete one another, and our own files with them.
    private static void Separate(YamlSection section, WorkspaceLayout layout)
    {
        const string any = "x";
        (string Key, string Folder)[] folders =
            [("prototype", layout.PrototypeFolder(any)), ("staged", layout.StagedFolder(any)), ("staged_archive", layout.StagedArchiveFolder(any, default)), ("production", layout.ProductionFolder(any, "y/z"))];
        for (var index = 0; index < folders.Length; index++)
        {
            var (key, folder) = folders[index];
            if (layout.IsOurs(folder))
            {
                section.Report(key, "must lie outside of our own folders");
            }

            foreach (var (other, occupied) in folders[..index])
            {
                if (WorkspaceLayout.Overlap(folder, occupied))
                {
                    section.Report(key, $"must be another folder than {other}, and neither inside nor around it");
                }
            }
        }
    }

    private static string Inside(YamlSection section, string key, string fallback, params ReadOnlySpan<string> needed)
    {
        var path = section.Text(key, fallback)!;
        if (path.Length > 0 && (Path.IsPathRooted(path) || path.Split('/', '\\').Contains("..")))
        {
            section.Report(key, "must be a relative path inside the workspace");
            return fallback;
        }

        foreach (var placeholder in needed)
        {
            if (!path.Contains(placeholder, StringComparison.Ordinal))
            {
                section.Report(key, $"must contain {placeholder}");
                return fallback;
            }
        }

        return path.TrimEnd('/');
    }

    private static Dictionary<string, AgentSettings> ReadAgents(YamlSection section, string root)
    {
        var agents = new Dictionary<string, AgentSettings>();
        foreach (var name in section.Keys)
        {
            var agent = section.Section(name);
            AgentSettings? settings = agent.Choice("kind", "command", "command", "chat") == "chat" ? ReadChat(agent, name) : ReadCommand(agent, name, root);
            if (settings is not null)
            {
                agents[name] = settings;
            }
        }

        return agents;
    }

    private static JudgeSettings? ReadJudge(YamlSection section, Dictionary<string, AgentSettings> agents)
    {
        if (!section.Exists)
        {
            return null;
        }

        ChatAgentSettings? Model(string key, bool required)
        {
            var name = section.Text(key);
            if (name is null && !required)
            {
                return null;
            }

            if (agents.GetValueOrDefault(name ?? "") is ChatAgentSettings chat)
            {
                return chat;
            }

            section.Report(key, name is null ? "is missing: the name of an agent of kind chat" : $"'{name}' is no agent of kind chat");
            return null;
        }

        var (scorer, second) = (Model("model", required: true), Model("escalate_to", required: false));
        var margin = section.Number("margin", JudgeCascade.DefaultMargin, 0, 1);
        return scorer is null ? null : new JudgeSettings(scorer, second, margin);
    }

    private static AdvisorSettings? ReadAdvisor(YamlSection section, Dictionary<string, AgentSettings> agents)
    {
        if (!section.Exists)
        {
            return null;
        }

        var name = section.Text("model");
        var limit = Seconds(section, "time_limit_seconds", AdvisorSettings.DefaultLimitSeconds);
        if (agents.GetValueOrDefault(name ?? "") is ChatAgentSettings chat)
        {
            return new AdvisorSettings(chat, limit);
        }

        section.Report("model", name is null ? "is missing: the name of an agent of kind chat" : $"'{name}' is no agent of kind chat");
        return null;
    }

    private static CommandAgentSettings? ReadCommand(YamlSection agent, string name, string root)
    {
        var command = agent.Texts("command");
        if (command.Count == 0)
        {
            agent.Report("command", "is missing: a list such as [python3, agents/spam.py]");
            return null;
        }

        return new CommandAgentSettings { Name = name, Command = command, WorkingDirectory = root, Timeout = Seconds(agent, "timeout_seconds", 60) };
    }

    private static ChatAgentSettings? ReadChat(YamlSection agent, string name)
    {
        var model = agent.Text("model");
        var endpoint = agent.Text("endpoint", ChatAgentSettings.DefaultEndpoint)!;
        if (agent.Text("api_key") is not null)
        {
            agent.Report("api_key", "must not stand in a file: name an environment variable with api_key_env");
        }

        var address = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        if (address is null)
        {
            agent.Report("endpoint", "must be an http or https address up to its version, such as http://localhost:11434/v1");
        }

        if (model is null)
        {
            agent.Report("model", "is missing: the model's name as the endpoint knows it, such as qwen3:1.7b");
        }

        double? Optional(string key, double most) => agent.Keys.Contains(key) ? agent.Number(key, 0, 0, most) : null;
        var settings = new ChatAgentSettings
        {
            Name = name,
            Endpoint = address ?? new Uri(ChatAgentSettings.DefaultEndpoint),
            Model = model ?? "",
            ApiKeyVariable = agent.Text("api_key_env"),
            Temperature = Optional("temperature", 2),
            TopP = Optional("top_p", 1),
            MaxTokens = agent.Keys.Contains("max_tokens") ? agent.Whole("max_tokens", 1, 1, 10_000_000) : null,
            Seed = agent.Keys.Contains("seed") ? agent.Whole("seed", 0, 0, int.MaxValue) : null,
            Timeout = Seconds(agent, "timeout_seconds", 60),
            Retries = agent.Whole("retries", 3, 0, 20),
            RetryDelay = Seconds(agent, "retry_delay_seconds", 0.5),
            MaxParallel = agent.Whole("max_parallel", 4, 1, 1000),
            Stream = agent.Flag("stream", false),
            Structured = agent.Flag("structured", true),
            System = agent.Text("system", "")!,
        };
        return address is null || model is null ? null : settings;
    }

    private static TimeSpan Seconds(YamlSection agent, string key, double fallback) => TimeSpan.FromSeconds(agent.Number(key, fallback, 0.01, 86_400));
}

/// <summary>Who answers the questions of judge patterns.</summary>
/// <param name="Scorer">Asked first.</param>
/// <param name="Second">Asked where the first was uncertain; null for nobody.</param>
/// <param name="Margin">Probability that an answer must have where its model tells one, 0–1.</param>
public sealed record JudgeSettings(ChatAgentSettings Scorer, ChatAgentSettings? Second, double Margin);

/// <summary>Who reads reviews and failure analyses (policy 4.1).</summary>
/// <param name="Model">The model.</param>
/// <param name="Limit">How long one answer may take in all, retries included.</param>
public sealed record AdvisorSettings(ChatAgentSettings Model, TimeSpan Limit)
{
    /// <summary>Seconds that an answer may take unless told otherwise.</summary>
    public const double DefaultLimitSeconds = 120;
}

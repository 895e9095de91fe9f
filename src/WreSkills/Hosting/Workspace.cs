using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Review;
using WreSkills.Scoring;
using WreSkills.Search;
using WreSkills.Skills;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Hosting;

/// <summary>
/// An opened workspace: every stage, connected. Opening finishes what an interrupted command left undone. Cheap to open;
/// holds no lock and no open file between calls.
/// </summary>
public sealed class Workspace : IDisposable
{
    private Workspace(WorkspaceConfiguration configuration, string? trustRoot, IReadOnlyDictionary<string, string> minimum, PromotionPolicy? policy, TimeProvider time)
    {
        Time = time;
        Configuration = configuration;
        Layout = configuration.Layout;
        Policy = policy ?? PolicyDocument.Load(Layout.PolicyFile);
        Locks = new WorkspaceLock(Layout);
        Store = new VersionStore(Layout, Policy.SkillLimits);
        Registry = new SkillRegistry(Layout, time);
        Graph = new SkillsGraph(Layout);
        Index = new SkillIndex(Layout, time);
        Breakers = new BreakerStore(Layout, Policy.Breaker, time);
        Audit = new AuditLog(Layout);
        Tickets = new TicketStore(Layout);
        Trust = new TrustRootStore(Layout.TrustFolder, trustRoot, time);
        PolicyProposals = new PolicyProposalStore(Layout);
        PolicyHistory = new PolicyHistory(Layout, Audit, PolicyProposals, Trust);
        PolicyGuardian = new PolicyGuardian(Layout, PolicyHistory, minimum);
        Statements = new OverrideStatements(Layout, Trust, Policy, time);
        TicketChecker = new TicketChecker(Tickets, Audit, Trust, Policy, configuration.Agents.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase), time);
        Approvals = new ServedApproval(Layout, Tickets, Statements, TicketChecker, Audit, Trust);
        Outbox = new Outbox(Layout);
        Drift = new DriftAlerts(Outbox, Policy, time);
        Loader = new SkillLoader(Layout, Registry, Store, Breakers, Policy.SkillLimits, Approvals.Refuse, altered => _ = Drift.TellStore(altered));
        Executions = new ExecutionLog(Layout);
        Metrics = new MetricsLog(Layout, time);
        Database = new MetricsDatabase(Layout.MetricsDatabase, time);
        Ingestor = new MetricsIngestor(Layout.MetricsFolder, Layout.MetricsDatabase, time);
        Benchmarks = new BenchmarkStore(Layout);
        Flags = new ReviewFlagStore(Layout);
        Monitor = new SkillMonitor(Database, Flags, time);
        Ledger = new DeliveryLedger(Layout);
        Journal = new TransitionJournal(Layout);
        Inspection = new AuditInspection(Layout, Audit);
        Deadlines = new RollbackDeadlines(Database);
        Dependencies = new DependencyHealth(Layout, configuration.Dependencies, Policy.Triggers.DependencyFailure, time);
        Reader = new SkillReader(
            Loader, new AgentNames(configuration.Agents.Select(agent => KeyValuePair.Create(agent.Key, (agent.Value as ChatAgentSettings)?.Model))), new DependencyResolver(Layout, Dependencies, configuration.Catalog));
        Certificates = new JudgeCertificateStore(Layout);
        Agents = new WorkspaceAgents(configuration, Certificates, time);
        Checker = new PromotionChecker(Layout, Registry, Loader, Benchmarks, Ingestor, Database, Dependencies, Policy, time, Agents.JudgeProblem);
        Issuer = new TicketIssuer(Checker, Tickets, Index, Audit, Policy, time);
        Settlement = new Settlement(Layout, Locks, Registry, Store, Loader, Journal, Audit, Metrics, Ingestor, Database, Outbox, Index, Graph, Policy, time);
        Promoter = new Promoter(Layout, Locks, Registry, Store, Journal, TicketChecker, Audit, Checker, Settlement, Statements, PolicyGuardian, Policy, time);
        RollbackReviews = new RollbackReviews(Locks, Registry, Audit, Policy, time);
        Rollouts = new RolloutController(Locks, Registry, Settlement, new TransitionCommitter(Registry, Store, Journal, time), Policy);
        Adopter = new Adopter(Layout, Locks, Registry, Store, Settlement, new TransitionCommitter(Registry, Store, Journal, time), Policy);
        Lifecycle = new SkillLifecycle(Layout, Locks, Registry, Store, Settlement, new TransitionCommitter(Registry, Store, Journal, time), Database, Graph, Index, Statements, Policy, time);
        Proposals = new ProposalStore(Layout);
        Decisions = new ProposalDecisions(Layout, Proposals, Loader, Registry, Audit, Policy, configuration.Agents.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase), time);
        Reports = new FailureReport(Layout, Database, Executions, Store, Registry, configuration.Advisor?.Model.Model, time);
        Reviews = new ReviewStore(Layout);
        Anomalies = new AnomalyStore(Layout);
        Advisor = new SkillAdvisor(Registry, Loader, Store, Database, Executions, Monitor, Checker, Anomalies, Policy, time);
        IndexRefresh = new IndexRefresh(this);
        SkillSearch = new SkillSearch(this);
        Queries = new SkillQueries(this);
        Worker = new DeadlineWorker(this);
        ReviewWorker = new ReviewWorker(this);
        Watch = new SkillWatch(this);
        Recorder = new ExecutionRecorder(this);
        PolicyChanges = new PolicyChanges(this);
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>What was odd among recent executions.</summary>
    public AnomalyStore Anomalies { get; }

    /// <summary>How well judges agree with people.</summary>
    public JudgeCertificateStore Certificates { get; }

    /// <summary>What <c>wre.yaml</c> says.</summary>
    public WorkspaceConfiguration Configuration { get; }

    /// <summary>The agents and models that it names.</summary>
    public WorkspaceAgents Agents { get; }

    /// <summary>Where things are.</summary>
    public WorkspaceLayout Layout { get; }

    /// <summary>The policy in force.</summary>
    public PromotionPolicy Policy { get; }

    /// <summary>The version store.</summary>
    public VersionStore Store { get; }

    /// <summary>The registry.</summary>
    public SkillRegistry Registry { get; }

    /// <summary>The skills graph.</summary>
    public SkillsGraph Graph { get; }

    /// <summary>The search index.</summary>
    public SkillIndex Index { get; }

    /// <summary>Keeps index and graph in line with registry and drafts.</summary>
    public IndexRefresh IndexRefresh { get; }

    /// <summary>Finds skills.</summary>
    public SkillSearch SkillSearch { get; }

    /// <summary>Readiness, figures and comparisons for programs (policy 5.4).</summary>
    public SkillQueries Queries { get; }

    /// <summary>Health of data stores and MCP endpoints.</summary>
    public DependencyHealth Dependencies { get; }

    /// <summary>The circuit breakers.</summary>
    public BreakerStore Breakers { get; }

    /// <summary>The one loader.</summary>
    public SkillLoader Loader { get; }

    /// <summary>What agents get to read.</summary>
    public SkillReader Reader { get; }

    /// <summary>The whole execution records.</summary>
    public ExecutionLog Executions { get; }

    /// <summary>The append-only metric files.</summary>
    public MetricsLog Metrics { get; }

    /// <summary>The metrics database.</summary>
    public MetricsDatabase Database { get; }

    /// <summary>The ingestion of this workspace's files into its database.</summary>
    public MetricsIngestor Ingestor { get; }

    /// <summary>The benchmark results.</summary>
    public BenchmarkStore Benchmarks { get; }

    /// <summary>The monitor.</summary>
    public SkillMonitor Monitor { get; }

    /// <summary>Fundamental problems that reviews have flagged.</summary>
    public ReviewFlagStore Flags { get; }

    /// <summary>The messages that wait.</summary>
    public Outbox Outbox { get; }

    /// <summary>How far the delivery of messages is.</summary>
    public DeliveryLedger Ledger { get; }

    /// <summary>The intents of unfinished transitions.</summary>
    public TransitionJournal Journal { get; }

    /// <summary>The audit log.</summary>
    public AuditLog Audit { get; }

    /// <summary>The check of the audit log against what tickets and promotion logs know of it.</summary>
    public AuditInspection Inspection { get; }

    /// <summary>The tickets.</summary>
    public TicketStore Tickets { get; }

    /// <summary>Whose keys count.</summary>
    public TrustRootStore Trust { get; }

    /// <summary>Checks tickets with their signatures.</summary>
    public TicketChecker TicketChecker { get; }

    /// <summary>The proposed changes of the policy.</summary>
    public PolicyProposalStore PolicyProposals { get; }

    /// <summary>Which policies were in force.</summary>
    public PolicyHistory PolicyHistory { get; }

    /// <summary>Whether anything may be promoted under the policy on the disk.</summary>
    public PolicyGuardian PolicyGuardian { get; }

    /// <summary>Changes the policy.</summary>
    public PolicyChanges PolicyChanges { get; }

    /// <summary>Signed decisions against the monitor's.</summary>
    public OverrideStatements Statements { get; }

    /// <summary>Whether what serves was approved.</summary>
    public ServedApproval Approvals { get; }

    /// <summary>Deadlines of rollbacks.</summary>
    public RollbackDeadlines Deadlines { get; }

    /// <summary>Readiness checks.</summary>
    public PromotionChecker Checker { get; }

    /// <summary>Writes tickets.</summary>
    public TicketIssuer Issuer { get; }

    /// <summary>The one promoter.</summary>
    public Promoter Promoter { get; }

    /// <summary>People's reviews of failure reports.</summary>
    public RollbackReviews RollbackReviews { get; }

    /// <summary>Changes the share of traffic of staged versions.</summary>
    public RolloutController Rollouts { get; }

    /// <summary>Takes existing skills over.</summary>
    public Adopter Adopter { get; }

    /// <summary>Retires and renames skills.</summary>
    public SkillLifecycle Lifecycle { get; }

    /// <summary>Reviews how skills perform.</summary>
    public SkillAdvisor Advisor { get; }

    /// <summary>The stored reviews.</summary>
    public ReviewStore Reviews { get; }

    /// <summary>Makes the reviews that the policy's schedule asks for, and asks the advisor's model.</summary>
    public ReviewWorker ReviewWorker { get; }

    /// <summary>Failure reports.</summary>
    public FailureReport Reports { get; }

    /// <summary>Edits of drafts that wait for a person.</summary>
    public ProposalStore Proposals { get; }

    /// <summary>People's decisions about them.</summary>
    public ProposalDecisions Decisions { get; }

    /// <summary>Does what rollbacks demand by a deadline.</summary>
    public DeadlineWorker Worker { get; }

    /// <summary>Looks at skills and does what their triggers ask for.</summary>
    public SkillWatch Watch { get; }

    /// <summary>Records executions.</summary>
    public ExecutionRecorder Recorder { get; }

    /// <summary>What opening found of interrupted transitions.</summary>
    public RecoveryOutcome Recovery { get; private set; } = new();

    /// <summary>What opening found of an interrupted change of the policy, in words; null for nothing.</summary>
    public string? PolicyRecovery { get; private set; }

    internal WorkspaceLock Locks { get; }

    internal DriftAlerts Drift { get; }

    internal Settlement Settlement { get; }

    /// <summary>Opens a workspace and finishes what an interrupted command left undone.</summary>
    /// <param name="root">Its root folder.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="trustRoot">A list of allowed signers outside of the workspace that alone is trusted; null for the workspace's own.</param>
    /// <param name="policyMinimum">Key → value that no policy of this workspace may be weaker than, pinned outside of it; null for none.</param>
    /// <exception cref="WreException">Configuration, policy or registry cannot be used.</exception>
    public static Workspace Open(string root, TimeProvider? time = null, string? trustRoot = null, IReadOnlyDictionary<string, string>? policyMinimum = null)
    {
        var workspace = new Workspace(WorkspaceConfiguration.Load(root), trustRoot, policyMinimum ?? new Dictionary<string, string>(), null, time ?? TimeProvider.System);
        workspace.Recovery = workspace.Promoter.Recover();
        workspace.PolicyRecovery = new PolicyApplication(workspace).Recover();
        return workspace;
    }

    /// <summary>This workspace as it would be under another policy. It is for asking only: dispose of it, and let nothing be written through it.</summary>
    internal Workspace Under(PromotionPolicy policy) => new(Configuration, Trust.Pinned, PolicyGuardian.Minimum, policy, Time);

    /// <summary>Closes the database; the next question opens it again.</summary>
    public void Dispose() => Database.Dispose();

    /// <summary>Who delivers messages of the outbox; dispose of those that are disposable.</summary>
    /// <param name="console">Where notifiers of kind console write.</param>
    public IReadOnlyList<OutboxCourier> Couriers(TextWriter console) => [.. Configuration.Notifiers.Select(settings => new OutboxCourier(Outbox, Ledger, Notifier(settings, console), Time))];

    /// <summary>Tries to deliver every message that is due, once.</summary>
    /// <returns>What each notifier's round did, by name.</returns>
    public Task<IReadOnlyDictionary<string, DeliveryRound>> DeliverAsync(TextWriter console, CancellationToken cancellationToken) =>
        new MonitorDelivery(Layout.Root, Time, console, TimeSpan.Zero, static (_, _) => { }).RunOnceAsync(cancellationToken);

    private INotifier Notifier(NotifierSettings settings, TextWriter console) => settings switch
    {
        WebhookSettings webhook => new WebhookNotifier(webhook, Time),
        CommandNotifierSettings command => new CommandNotifier(command, Time),
        _ => new ConsoleNotifier((ConsoleSettings)settings, console),
    };

    /// <summary>Benchmarks a skill and notes its draft in the registry.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="state">Which content: the draft, or the live version of a state.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="parallel">Runs at a time.</param>
    /// <param name="progress">Told finished and all runs.</param>
    /// <param name="cancellationToken">Stops the benchmark.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    public async Task<BenchmarkResult> BenchAsync(
        string skill, PromotionState state, IAgent agent, int parallel, Action<int, int>? progress, CancellationToken cancellationToken, JudgeCascade? judge = null)
    {
        var loaded = await Reader.ForAgentAsync(Loader.LoadState(skill, state), agent.Name, cancellationToken).ConfigureAwait(false);
        var runner = new BenchmarkRunner(Executions, Metrics, Benchmarks, Time);
        var threshold = loaded.Folder.Settings.PatternFidelityThreshold ?? Policy.PrototypeToStaged.PatternFidelity;
        var result = await runner.RunAsync(loaded, agent, parallel, threshold, progress, cancellationToken, judge is null ? null : (judge, Certificates.Find(skill))).ConfigureAwait(false);
        Ingestor.Run(skill);
        if (state == PromotionState.Prototype)
        {
            Promoter.NotePrototype(skill, loaded.Digest, loaded.Folder.Settings);
        }

        return result;
    }

    /// <summary>Data stores and MCP endpoints by name, with the skills whose furthest live version (or draft) names them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> DependencyUsers()
    {
        var registry = Registry.Load();
        var users = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var skill in SkillNames())
        {
            foreach (var name in Settlement.Indexed(skill, registry.Find(skill))?.Folder.Settings.Dependencies.Probed ?? [])
            {
                var known = users.TryGetValue(name, out var skills) ? skills : [];
                users[name] = known.Contains(skill) ? known : [.. known, skill];
            }
        }

        return users;
    }

    /// <summary>Names of all skills: those of the registry, and drafts that are not registered yet.</summary>
    public IReadOnlyList<string> SkillNames()
    {
        var names = new SortedSet<string>(Registry.Load().Skills.Keys, StringComparer.Ordinal);
        var template = Path.GetFileName(Layout.PrototypeFolder("*"));
        var folder = Path.GetDirectoryName(Layout.PrototypeFolder("x"))!;
        if (Directory.Exists(folder))
        {
            foreach (var draft in Directory.EnumerateDirectories(folder, template))
            {
                var name = Path.GetFileName(draft)[..^(template.Length - 1)];
                if (SkillName.Problem(name) is null && SkillFolder.SkillFileIn(draft) is not null)
                {
                    names.Add(name);
                }
            }
        }

        return [.. names];
    }

    /// <summary>Throws when neither the registry nor a draft has such a skill.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <exception cref="WreException">It is not a name, or there is no such skill.</exception>
    public void RequireKnown(string skill)
    {
        SkillName.Require(skill);
        if (!SkillNames().Contains(skill))
        {
            throw new WreException($"There is no skill '{skill}' here.", "`wre list` shows what there is");
        }
    }

    /// <summary>Rebuilds graph and index from registry, store and drafts (policy 5.1).</summary>
    public ReindexResult Reindex() => IndexRefresh.Run(full: true, []);
}

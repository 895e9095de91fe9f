using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// What an agent gets to read, in three levels (policy 6): name and description, the text, a file on demand. Which version that is, the
/// <see cref="SkillLoader"/> decides at every call; texts are kept in memory by digest and agent, so a change of the registry counts at once.
/// </summary>
/// <param name="loader">Decides and verifies.</param>
/// <param name="agents">Names under which skills may speak to agents.</param>
/// <param name="resolver">Resolves what skills depend on.</param>
public sealed class SkillReader(SkillLoader loader, AgentNames agents, DependencyResolver resolver)
{
    private const int MostTexts = 1024;
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly BoundedCache<(string Digest, string? Agent, DisclosureLevel Level), (string Text, int Dropped)> _texts = new(MostTexts, MostBytes);

    /// <summary>How many texts are in memory.</summary>
    public int CachedTexts => _texts.Count;

    /// <summary>Reads the version that serves a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The text, or why it is refused; null when no version serves the key: work without the skill.</returns>
    /// <exception cref="WreException">The skill is unknown, or the content is not what the registry names.</exception>
    public async Task<SkillText?> ReadAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = request.Key ?? Guid.NewGuid().ToString();
        if (Load(request, key) is not { } loaded)
        {
            return null;
        }

        var described = Describe(request, key, loaded);
        if (request.Level == DisclosureLevel.Metadata)
        {
            return described;
        }

        var resolved = request.Inject ? await resolver.ResolveAsync(loaded.Folder.Settings.Dependencies, request.Context, cancellationToken).ConfigureAwait(false) : null;
        if (resolved is { Refused.Count: > 0 })
        {
            return described with { Refused = resolved.Refused };
        }

        var (text, dropped) = TextFor(loaded, request.Agent, request.Level);
        return described with { Text = resolved is { Context.Count: > 0 } ? ContextBlock.Append(text, resolved.Context) : text, SectionsDropped = dropped };
    }

    /// <summary>Reads one file of exactly the version that serves a request.</summary>
    /// <param name="request">What is asked for; its level does not matter.</param>
    /// <param name="path">Path of the file as <see cref="SkillText.Files"/> lists it.</param>
    /// <returns>The file; null when no version serves the key.</returns>
    /// <exception cref="WreException">The skill is unknown, the version has no such file, or its content is not what the registry names.</exception>
    public ServedContent? ReadFile(LoadRequest request, string path)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(path);
        var key = request.Key ?? Guid.NewGuid().ToString();
        if (Load(request, key) is not { } loaded)
        {
            return null;
        }

        // The path is looked up among the names of the version's files and never walked, so nothing outside of it can be named.
        var file = loaded.Files.FirstOrDefault(file => file.Path == path)
            ?? throw new WreException(
                $"{loaded.Skill} {loaded.Version ?? "(draft)"} has no file '{path}'.",
                "name one of the files above, exactly as it stands there",
                [.. loaded.Files.Select(file => file.Path)]);
        return new ServedContent(Describe(request with { Level = DisclosureLevel.Metadata }, key, loaded), file, Bytes(loaded, file));
    }

    /// <summary>
    /// A version as an agent that is about to run it reads it: its parts of the text and, when everything that the skill depends on is there, what that is. A
    /// run is not refused: whoever starts it has decided, and the record shows what came of it.
    /// </summary>
    public async Task<LoadedSkill> ForAgentAsync(LoadedSkill loaded, string agent, CancellationToken cancellationToken)
    {
        var (text, _) = TextFor(loaded, agent);
        var resolved = await resolver.ResolveAsync(loaded.Folder.Settings.Dependencies, new Dictionary<string, string>(), cancellationToken).ConfigureAwait(false);
        return loaded with { AgentText = resolved is { Refused.Count: 0, Context.Count: > 0 } ? ContextBlock.Append(text, resolved.Context) : text };
    }

    /// <summary>The text of a version for an agent, without what it depends on.</summary>
    /// <param name="loaded">The version.</param>
    /// <param name="agent">The agent; null keeps the parts for all agents.</param>
    /// <param name="level">Document or body.</param>
    /// <returns>The text, and how many parts for other agents were left out.</returns>
    public (string Text, int Dropped) TextFor(LoadedSkill loaded, string? agent, DisclosureLevel level = DisclosureLevel.Document)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        if (agent is not null)
        {
            AgentNames.Require(agent);
            agent = AgentNames.Normalize(agent);
        }

        var key = (loaded.Digest, agent, level);
        if (_texts.TryGet(key, out var known))
        {
            return known;
        }

        var text = loaded.Text;
        var from = level == DisclosureLevel.Body ? MarkedLines.BodyStart(text) : 0;
        var settings = loaded.Folder.Settings;
        var made = agent is null
            ? (from == 0 ? text : text[from..], 0)
            : AgentSections.Read(text, agents.Known(settings)).For(agents.Identities(agent, settings), from);
        _texts.Put(key, made, made.Item1.Length * (long)sizeof(char));
        return made;
    }

    private LoadedSkill? Load(LoadRequest request, string key)
    {
        if (request.Agent is { } agent)
        {
            AgentNames.Require(agent);
        }

        return request.State is { } state ? loader.LoadState(request.Skill, state) : loader.Load(request.Skill, key, request.Labels);
    }

    private static SkillText Describe(LoadRequest request, string key, LoadedSkill loaded) => new()
    {
        Skill = loaded.Skill,
        Key = key,
        Version = loaded.Version,
        Digest = loaded.Digest,
        Arm = loaded.Arm,
        State = loaded.State,
        StateSerial = loaded.StateSerial,
        Folder = loaded.Folder.Path,
        Agent = request.Agent,
        Level = request.Level,
        Description = loaded.Folder.Settings.Description,
        Files = loaded.Files,
    };

    // Read once more and held against the hash: what changes between the check and now is not handed out.
    private static ReadOnlyMemory<byte> Bytes(LoadedSkill loaded, ServedFile file)
    {
        var path = Path.Combine(loaded.Folder.Path, file.Path);
        try
        {
            if (UntrustedFile.ReadAllBytes(path, file.Length) is { } bytes && SkillDigest.Of(bytes) == file.Sha256)
            {
                return bytes;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WreException($"Cannot read {path}: {error.Message}", "`wre doctor` shows what is wrong with the version store", innerException: error);
        }

        throw new WreException($"{path} was changed while it was read.", "load it again; `wre doctor` shows what is wrong with the version store");
    }
}

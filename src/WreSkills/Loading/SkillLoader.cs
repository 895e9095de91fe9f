using System.Text;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>A version as an agent gets it.</summary>
/// <param name="Skill">The skill's name.</param>
/// <param name="Version">Label, or null for a prototype.</param>
/// <param name="Digest">Digest of the content that was verified just now.</param>
/// <param name="State">Its state.</param>
/// <param name="StateSerial">Registry serial with which it entered that state; 0 for a prototype.</param>
/// <param name="Arm"><c>baseline</c>, <c>candidate</c> or <c>pinned</c>.</param>
/// <param name="Folder">The content.</param>
public sealed record LoadedSkill(string Skill, string? Version, string Digest, PromotionState State, long StateSerial, string Arm, SkillFolder Folder)
{
    /// <summary>The text of <c>SKILL.md</c>.</summary>
    public string Text => Folder.SkillBytes is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";

    /// <summary>What the agent that runs it gets to read. Default: <see cref="Text"/>.</summary>
    public string AgentText { get => field ?? Text; init; }

    /// <summary>Its files with their hashes, in digest order.</summary>
    public IReadOnlyList<ServedFile> Files { get => field ??= Hash(Folder).Files; init; }

    /// <summary>Digest and files of a folder.</summary>
    internal static (string Digest, IReadOnlyList<ServedFile> Files) Hash(SkillFolder folder)
    {
        var (digest, files) = SkillDigest.ComputeWithFiles(folder);
        return (digest, [.. folder.Files.Zip(files, (file, sha256) => new ServedFile(file.Path, file.Length, sha256))]);
    }
}

/// <summary>Says why a version must not serve although the registry names it; null when it may.</summary>
public delegate string? ServingRefusal(string skill, SkillEntry entry, ServingArm arm);

/// <summary>A version whose content in the store is not what the registry names.</summary>
/// <param name="Skill">The skill's name.</param>
/// <param name="Version">Label.</param>
/// <param name="Digest">What it ought to be.</param>
/// <param name="Drift">What tells this alteration from others.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record AlteredVersion(string Skill, string? Version, string Digest, string Drift, string Reason);

/// <summary>The one loader (policy 6): decides which version serves a request and hands out exactly what the registry names.</summary>
/// <param name="layout">Where things are.</param>
/// <param name="registry">The registry; what another process commits counts with the very next call.</param>
/// <param name="store">The versions.</param>
/// <param name="breakers">The circuit breakers.</param>
/// <param name="limits">Bounds of drafts.</param>
/// <param name="refuses">Says why a version must not serve; null for never.</param>
/// <param name="altered">Told of content that was altered, at every attempt to load it; must not throw. Null for nobody.</param>
public sealed class SkillLoader(
    WorkspaceLayout layout, SkillRegistry registry, VersionStore store, BreakerStore breakers, SkillLimits limits, ServingRefusal? refuses = null, Action<AlteredVersion>? altered = null)
{
    private readonly ContentCache _contents = new(store);
    private volatile SkillRouter? _router;

    /// <summary>Loads the version that serves a key.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="key">What identifies the request; the same key always gets the same arm.</param>
    /// <param name="labels">Labels of the request, such as <c>low-risk</c>; null for none.</param>
    /// <returns>The version, or null when no version serves this key.</returns>
    /// <exception cref="WreException">The skill is unknown, or the content is not what the registry names.</exception>
    public LoadedSkill? Load(string skill, string key, IReadOnlyCollection<string>? labels = null)
    {
        var router = Router();
        var arm = router.Decide(skill, key, labels switch { null => [], string[] known => known, _ => [.. labels] }, breakers.Now);

        // What stands in for production may have been swept out of the store.
        return arm is null || (arm == router.Route(skill).Plan.Fallback && !store.Contains(arm.Digest)) ? null : Open(skill, Approved(skill, router.Registry.Require(skill), arm));
    }

    /// <summary>The routes by registry and breakers as they are on disk now; the same router as long as neither changed.</summary>
    /// <exception cref="WreException">The registry cannot be used.</exception>
    public SkillRouter Router()
    {
        var document = registry.Load();
        var (seen, settled) = breakers.Edition();
        return _router is { AreBreakersSettled: true } known && ReferenceEquals(known.Registry, document) && known.BreakersSeen == seen
            ? known
            : _router = new SkillRouter(document, breakers.Load, breakers.Rules) { BreakersSeen = seen, AreBreakersSettled = settled };
    }

    /// <summary>Loads the live version of a state, whatever the traffic split says; the prototype is its folder as it is now.</summary>
    /// <exception cref="WreException">There is no version in that state, or the content is not what the registry names.</exception>
    public LoadedSkill LoadState(string skill, PromotionState state)
    {
        if (state == PromotionState.Prototype)
        {
            return OpenPrototype(skill);
        }

        var entry = registry.Load().Require(skill);
        var live = entry.Live(state)
            ?? throw new WreException($"No version of {skill} is {(state == PromotionState.Staged ? "staged" : "in " + state.Text())}.", $"`wre show --skill {skill}` lists its versions");
        return FromStore(skill, Approved(skill, entry, new ServingArm("pinned", state, live.Label, live.Version.Digest, live.Version.StateSerial)));
    }

    private ServingArm Approved(string skill, SkillEntry entry, ServingArm arm) => refuses?.Invoke(skill, entry, arm) is not { } reason
        ? arm
        : throw new WreException(
            $"{skill} {arm.Version ?? "(draft)"} is not handed out: {reason}.",
            $"`wre audit verify` and `wre doctor` show what was changed; restore the workspace's files, or promote {skill} again with a signed ticket");

    /// <summary>Absolute folder of a skill's draft: where the layout has it, unless it was found elsewhere and is not there.</summary>
    public string DraftFolder(string skill)
    {
        var usual = layout.PrototypeFolder(skill);
        return !Directory.Exists(usual) && registry.Load().Find(skill)?.DraftFolder is { } found ? Path.GetFullPath(Path.Combine(layout.Root, found)) : usual;
    }

    /// <summary>Reads the draft of a skill.</summary>
    /// <exception cref="WreException">There is no sound draft.</exception>
    public LoadedSkill OpenPrototype(string skill)
    {
        SkillName.Require(skill);
        var folder = SkillFolder.ReadSound(DraftFolder(skill), limits, skill);
        return new LoadedSkill(skill, null, SkillDigest.Compute(folder), PromotionState.Prototype, 0, "pinned", folder);
    }

    private LoadedSkill? Open(string skill, ServingArm arm)
    {
        if (arm.State == PromotionState.Prototype)
        {
            return OpenBenchmarked(skill, arm);
        }

        return FromStore(skill, arm);
    }

    // The draft may have moved on since its benchmark, or be broken while somebody types; such a draft serves nobody.
    private LoadedSkill? OpenBenchmarked(string skill, ServingArm arm)
    {
        try
        {
            var draft = OpenPrototype(skill);
            return draft.Digest == arm.Digest ? draft with { Arm = arm.Arm } : null;
        }
        catch (WreException)
        {
            return null;
        }
    }

    private LoadedSkill FromStore(string skill, ServingArm arm)
    {
        if (_contents.TryOpen(skill, arm.Digest, out var content) is { } problem)
        {
            altered?.Invoke(new AlteredVersion(skill, arm.Version, arm.Digest, problem.Drift, problem.Refusal.Message));
            throw problem.Refusal;
        }

        return new LoadedSkill(skill, arm.Version, arm.Digest, arm.State, arm.StateSerial, arm.Arm, content!.Folder) { Files = content.Files };
    }
}

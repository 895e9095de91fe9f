using WreSkills.Executions;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Hosting;

/// <summary>Which version of a skill a client ran, as well as that can be told afterwards.</summary>
/// <param name="From">How it was told: <c>folder</c>, by the content of the folder that the client read; <c>lock</c>, by the lock file of an export; <c>serving</c>, by what serves the session.</param>
internal sealed record ClaudeVersion(string From)
{
    public string? Label { get; init; }

    public string? Digest { get; init; }

    public PromotionState? State { get; init; }

    public long? StateSerial { get; init; }

    /// <summary>Tells the version of an invocation.</summary>
    public static ClaudeVersion Of(Workspace workspace, string skill, SkillEntry entry, ClaudeInvocation invocation, ClaudeHookEvent hook)
    {
        var exports = Path.Combine(workspace.Layout.Root, SkillClient.Claude.ExportFolder);
        foreach (var folder in Folders(invocation, hook, exports).Where(Directory.Exists))
        {
            if (OfFolder(workspace, skill, entry, folder) is { } version)
            {
                return version;
            }
        }

        if (Locked(exports).GetValueOrDefault(skill) is { } exported && entry.LabelOf(exported.Digest) is { } label)
        {
            return new ClaudeVersion("lock") { Label = label, Digest = exported.Digest };
        }

        try
        {
            return workspace.Loader.Load(skill, hook.Session) is { } loaded
                ? new ClaudeVersion("serving") { Label = loaded.Version, Digest = loaded.Digest, State = loaded.State, StateSerial = loaded.StateSerial }
                : new ClaudeVersion("serving");
        }
        catch (WreException)
        {
            return new ClaudeVersion("serving");
        }
    }

    /// <summary>
    /// Whether a transcript can tell all that the version's patterns look for. Facts and messages are not in it; to score them as missed would roll
    /// back versions that do nothing wrong, so such an execution is not scored.
    /// </summary>
    public bool IsTold(Workspace workspace, string skill)
    {
        try
        {
            return Digest is { } digest && workspace.Store.Contains(digest) && workspace.Store.Open(skill, digest).Patterns.All(pattern => IsTold(pattern.Rule) && (pattern.When is null || IsTold(pattern.When)));
        }
        catch (WreException)
        {
            return false;
        }
    }

    private static bool IsTold(PatternRule rule) => rule.Kind is not ("fact" or "judge") && rule.Steps.All(step => step.Kind is not (StepKind.Message or StepKind.Fact)) && rule.Inner.All(IsTold);

    private static IEnumerable<string> Folders(ClaudeInvocation invocation, ClaudeHookEvent hook, string exports)
    {
        if (invocation.Folder is { } told)
        {
            return [told];
        }

        // What a plugin brings lies where only the client knows.
        var name = invocation.Name.TrimStart('/');
        return name.Contains(':', StringComparison.Ordinal) || name.AsSpan().ContainsAny('/', '\\') || name is "." or ".." ? []
            : ((string?[])[hook.Folder is null ? null : Path.Combine(hook.Folder, SkillClient.Claude.ExportFolder), exports]).OfType<string>().Select(folder => Path.Combine(folder, name));
    }

    private static ClaudeVersion? OfFolder(Workspace workspace, string skill, SkillEntry entry, string path)
    {
        try
        {
            var folder = SkillFolder.Read(path, workspace.Policy.SkillLimits, skill);
            if (!folder.IsSound)
            {
                return null;
            }

            var content = SkillDigest.Compute(folder);
            var digest = entry.LabelOf(content) is null && Locked(Path.GetDirectoryName(folder.Path)!).GetValueOrDefault(skill) is { } exported && exported.Content == content ? exported.Digest : content;
            return new ClaudeVersion("folder")
            {
                Label = entry.LabelOf(digest),
                Digest = digest,
                State = entry.LabelOf(digest) is null ? PromotionState.Prototype : null,
            };
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Dictionary<string, ExportedSkill> Locked(string folder)
    {
        try
        {
            return SkillExport.ReadLock(Path.Combine(folder, SkillExport.LockFileName));
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

using System.Text.Json;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// The intents of transitions that are not finished: <c>journal/&lt;operation&gt;.json</c>. An intent is written before
/// anything is changed and deleted after everything is done; whoever finds one finishes it, or, if its registry commit
/// never happened, forgets it.
/// </summary>
public sealed class TransitionJournal(WorkspaceLayout layout)
{
    /// <summary>Writes an intent durably.</summary>
    public void Begin(Transition transition) =>
        DurableFile.Replace(FileOf(transition.Operation), JsonSerializer.SerializeToUtf8Bytes(transition, PromotionJson.Readable.Transition));

    /// <summary>Deletes an intent.</summary>
    public void End(string operation) => DurableFile.Delete(FileOf(operation));

    /// <summary>True while the intent of an operation is there.</summary>
    public bool IsOpen(string operation) => File.Exists(FileOf(operation));

    /// <summary>All intents, oldest first.</summary>
    /// <exception cref="WreException">An intent is damaged, which only a person can cause.</exception>
    public IReadOnlyList<Transition> Open()
    {
        if (!Directory.Exists(layout.JournalFolder))
        {
            return [];
        }

        var transitions = new List<Transition>();
        foreach (var path in Directory.EnumerateFiles(layout.JournalFolder, "*.json").Order(StringComparer.Ordinal))
        {
            try
            {
                transitions.Add(JsonSerializer.Deserialize(File.ReadAllBytes(path), PromotionJson.Readable.Transition)!);
            }
            catch (FileNotFoundException)
            {
                // Its owner finished in between.
            }
            catch (JsonException error)
            {
                throw new WreException($"The intent {path} is damaged: {error.Message}", "it was edited; restore it, or delete it and run `wre doctor --rebuild`", innerException: error);
            }
        }

        return transitions;
    }

    /// <summary>True when the registry says that this intent was committed.</summary>
    public static bool IsCommitted(Transition transition, RegistryDocument registry) => registry.RecentOperations.Contains(transition.Operation);

    /// <summary>
    /// Announces that a rollback of a skill is on its way, so that a promotion in flight gives way. The announcement is a
    /// held lock: it vanishes with its owner, even when that is killed.
    /// </summary>
    public FileLock AnnounceRollback(string skill)
    {
        DurableFile.CreateDirectory(layout.JournalFolder);
        return FileLock.Acquire(RollbackFile(skill));
    }

    /// <summary>True when somebody has announced a rollback of this skill and not finished it.</summary>
    public bool IsRollbackAnnounced(string skill)
    {
        if (!File.Exists(RollbackFile(skill)))
        {
            return false;
        }

        try
        {
            FileLock.Acquire(RollbackFile(skill), TimeSpan.Zero).Dispose();
            return false;
        }
        catch (WreException)
        {
            return true;
        }
    }

    private string RollbackFile(string skill) => Path.Combine(layout.JournalFolder, $"rollback-{skill}.lock");

    private string FileOf(string operation) => Path.Combine(layout.JournalFolder, operation + ".json");
}

namespace WreSkills.Storage;

/// <summary>
/// The two locks of a workspace. <em>Commit</em> guards the time from a transition's intent to the registry commit;
/// <em>settle</em> guards the work after it (audit, folders, documents, database). They are two so that a rollback
/// can commit while a promotion's copying is still going on.
/// </summary>
public sealed class WorkspaceLock(WorkspaceLayout layout)
{
    /// <summary>Waits for the right to change the registry.</summary>
    public FileLock AcquireCommit(TimeSpan? timeout = null) => Acquire("commit.lock", timeout);

    /// <summary>Waits for the right to make the rest of the workspace match the registry.</summary>
    public FileLock AcquireSettle(TimeSpan? timeout = null) => Acquire("settle.lock", timeout);

    /// <summary>Tries for the right to be the workspace's monitor; null while another process is.</summary>
    public FileLock? TryAcquireMonitor()
    {
        try
        {
            return Acquire("monitor.lock", TimeSpan.Zero);
        }
        catch (WreException error) when (error.InnerException is IOException)
        {
            return null;
        }
    }

    private FileLock Acquire(string name, TimeSpan? timeout)
    {
        DurableFile.CreateDirectory(layout.JournalFolder);
        return FileLock.Acquire(Path.Combine(layout.JournalFolder, name), timeout);
    }
}

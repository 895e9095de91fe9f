using Microsoft.Data.Sqlite;

using WreSkills.Hosting;

namespace WreSkills.Mcp;

/// <summary>
/// The way of a request to the workspace. A <see cref="Workspace"/> is for one thread, so every request opens its own, which also keeps
/// nothing stale; that several are open is no more than several processes are. Recording takes turns: it writes.
/// </summary>
internal sealed class WorkspaceAccess(SkillMcpOptions options) : IDisposable
{
    private readonly SemaphoreSlim _readers = new(options.ParallelReads, options.ParallelReads);
    private readonly SemaphoreSlim _writer = new(1, 1);

    public SkillMcpOptions Options => options;

    /// <summary>What the one session has loaded; null where several clients share the server.</summary>
    public LoadedVersions? Loaded { get; } = options.SessionKey is null ? null : new LoadedVersions();

    public Task<T> ReadAsync<T>(Func<Workspace, Task<T>> read, CancellationToken cancellationToken) => InTurnAsync(_readers, read, cancellationToken);

    public Task<T> WriteAsync<T>(Func<Workspace, T> write, CancellationToken cancellationToken) => InTurnAsync(_writer, workspace => Task.FromResult(write(workspace)), cancellationToken);

    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }

    private async Task<T> InTurnAsync<T>(SemaphoreSlim turns, Func<Workspace, Task<T>> act, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Off the thread that reads the protocol's messages: a workspace works synchronously on files.
            return await Task.Run(() => ActAsync(act), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task<T> ActAsync<T>(Func<Workspace, Task<T>> act)
    {
        try
        {
            using var workspace = options.Open();
            Tell(workspace);
            return await act(workspace).ConfigureAwait(false);
        }
        catch (SqliteException error)
        {
            throw new WreException($"The database cannot be used: {error.Message}", "it is rebuildable: `wre doctor --rebuild`", innerException: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WreException(error.Message, "check that the workspace's files exist and may be read and written", innerException: error);
        }
    }

    private void Tell(Workspace workspace)
    {
        if (options.Log is not { } log)
        {
            return;
        }

        foreach (var transition in workspace.Recovery.Finished)
        {
            McpLog.Finished(log, transition.Title);
        }

        foreach (var (_, problem) in workspace.Recovery.Unfinished)
        {
            McpLog.Unfinished(log, problem.Message);
        }
    }
}

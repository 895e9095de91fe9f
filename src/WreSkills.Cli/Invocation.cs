using System.CommandLine;

using WreSkills.Hosting;
using WreSkills.Storage;

namespace WreSkills.Cli;

/// <summary>What every action needs: the parsed command line, the workspace, and where to write.</summary>
internal sealed class Invocation(ParseResult parsed) : IDisposable
{
    private Workspace? _workspace;

    public ParseResult Parsed => parsed;

    public bool Json => GlobalOptions.Json(parsed);

    public TextWriter Output => parsed.InvocationConfiguration.Output;

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    public Terminal Terminal => field ??= Terminal.On(Output);

    /// <summary>The workspace, opened at first use; what was left unfinished and what is overdue in it is said on stderr.</summary>
    public Workspace Workspace
    {
        get
        {
            if (_workspace is null)
            {
                _workspace = GlobalOptions.Open(parsed);
                foreach (var transition in _workspace.Recovery.Finished)
                {
                    Error.WriteLine($"note: {transition.Title} was left unfinished by another command; it is finished now");
                }

                foreach (var (_, problem) in _workspace.Recovery.Unfinished)
                {
                    Error.WriteLine($"warning: {problem.Message}{(problem.Hint is { } hint ? $" ({hint})" : "")}");
                }

                if (_workspace.PolicyRecovery is { } policy)
                {
                    Error.WriteLine(policy);
                }

                foreach (var deadline in Json ? [] : _workspace.Worker.Overdue())
                {
                    Error.WriteLine($"overdue: {deadline.Action.Replace('_', ' ')} of {deadline.Skill} was due at {deadline.DueAt}, late by {Late(deadline.DueAt)}{(deadline.Action == "human_review" ? $"; wre report review --skill {deadline.Skill} --approver ID --note \"…\"" : "")}");
                }
            }

            return _workspace;
        }
    }

    /// <summary>Keys of the person at the keyboard, and the trust root that lists them.</summary>
    public ApproverKeys Keys => field ??= new ApproverKeys(Workspace.Trust, Environment.GetEnvironmentVariable, GlobalOptions.Home, Workspace.Time);

    /// <summary>Closes what the workspace holds open, so that its database is one file again.</summary>
    public void Dispose() => _workspace?.Dispose();

    public string Now => Timestamp.ToIso(Workspace.Time.GetUtcNow());

    private string Late(string dueAt) => Timestamp.TryParse(dueAt, out var due) && _workspace!.Time.GetUtcNow() - due is var late
        ? late.TotalDays >= 2 ? $"{(int)late.TotalDays} days" : late.TotalHours >= 2 ? $"{(int)late.TotalHours} h" : $"{Math.Max(1, (int)late.TotalMinutes)} min"
        : "an unknown time";

    /// <summary>Makes a command's action.</summary>
    public static Command With(Command command, Func<Invocation, int> action)
    {
        command.SetAction(parsed =>
        {
            using var invocation = new Invocation(parsed);
            return action(invocation);
        });
        return command;
    }

    /// <summary>Makes a command's asynchronous action.</summary>
    public static Command With(Command command, Func<Invocation, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var invocation = new Invocation(parsed);
            return await action(invocation, cancellationToken);
        });
        return command;
    }
}

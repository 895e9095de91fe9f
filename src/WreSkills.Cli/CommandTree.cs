using System.CommandLine;

using WreSkills.Cli.Commands;

namespace WreSkills.Cli;

/// <summary>The root command with every verb, and the one way an invocation ends: 0 yes, 1 a negative answer, 2 an error.</summary>
internal sealed class CommandTree
{
    private readonly RootCommand _root;

    private CommandTree(RootCommand root) => _root = root;

    public RootCommand Root => _root;

    public static CommandTree Build()
    {
        var root = new RootCommand("Progressive delivery for AI-agent skills: prototype, staged, production, with gates, sign-off and automatic rollback.")
        {
            InitCommand.Create(), DiscoverCommand.Create(), NewCommand.Create(), ListCommand.Create(), ShowCommand.Create(), LintCommand.Create(), ScanCommand.Create(), RetireCommand.Create(), RenameCommand.Create(), GcCommand.Create(), ExportCommand.Create(),
            AgentsCommand.Create(), BenchCommand.Create(), RunCommand.Create(), RecordCommand.Create(), ScoreCommand.Create(), JudgeCommand.Create(),
            MetricsCommand.Create(), AnomaliesCommand.Create(), CompareCommand.Create(), IngestCommand.Create(),
            StatusCommand.Create(), ValidateCommand.Create(), TicketCommand.Create(), ApproversCommand.Create(), PromoteCommand.Create(), RolloutCommand.Create(), RollbackCommand.Create(), ReportCommand.Create(), ReviewCommand.Create(), ProposalsCommand.Create(), AuditCommand.Create(),
            PolicyCommand.Create(), MonitorCommand.Create(), AlertsCommand.Create(), DependenciesCommand.Create(), LoadCommand.Create(), McpCommand.Create(), HookCommand.Create(), SearchCommand.Create(), ReindexCommand.Create(), DoctorCommand.Create(), DemoCommand.Create(),
        };
        root.Options.Add(GlobalOptions.Workspace);
        root.Options.Add(GlobalOptions.Output);
        root.Options.Add(GlobalOptions.TrustRoot);
        return new CommandTree(root);
    }

    public async Task<int> InvokeAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var parsed = _root.Parse(arguments);
        // A wrong value of --output itself cannot be asked for.
        var json = parsed.GetResult(GlobalOptions.Output)?.Errors.Any() != true && parsed.GetResult(GlobalOptions.Format)?.Errors.Any() != true && GlobalOptions.Json(parsed);
        if (parsed.Errors.Count > 0)
        {
            var problems = parsed.Errors.Select(Sentence).Distinct().ToList();
            ErrorOutput.Write(new WreException(problems.Count == 1 ? problems[0] : "The command line has several mistakes.", Usage(parsed), problems.Count == 1 ? null : problems), json, output, error);
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, cancellationToken);
        }
        catch (WreException problem)
        {
            ErrorOutput.Write(problem, json, output, error);
            return 2;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("wre: stopped");
            return 2;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            ErrorOutput.Write(new WreException(problem.Message, "check that the file exists and may be read and written", innerException: problem), json, output, error);
            return 2;
        }
        catch (Exception problem) when (Environment.GetEnvironmentVariable("WRE_DEBUG") is not { Length: > 0 } && problem is not Microsoft.Data.Sqlite.SqliteException)
        {
            ErrorOutput.Write(new WreException($"wre failed unexpectedly: {problem.GetType().Name}: {problem.Message}", "this is a mistake in wre; run it again with WRE_DEBUG=1 and report the stack trace", innerException: problem), json, output, error);
            return 2;
        }
        catch (Microsoft.Data.Sqlite.SqliteException problem)
        {
            ErrorOutput.Write(new WreException($"The database cannot be used: {problem.Message}", "it is rebuildable: `wre doctor --rebuild`", innerException: problem), json, output, error);
            return 2;
        }
    }

    // The library lists choices one a line and does not say for which option.
    private static string Sentence(System.CommandLine.Parsing.ParseError problem)
    {
        var message = string.Join(' ', problem.Message.Split(['\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries));
        return problem.SymbolResult is System.CommandLine.Parsing.OptionResult option && !message.Contains(option.Option.Name, StringComparison.Ordinal)
            ? $"{option.Option.Name}: {message}"
            : message;
    }

    private static string Usage(ParseResult parsed)
    {
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is System.CommandLine.Parsing.CommandResult command && command.Command is not RootCommand; result = result.Parent)
        {
            names.Insert(0, command.Command.Name);
        }

        return $"`wre {string.Join("", names.Select(name => name + " "))}--help` lists the options";
    }
}

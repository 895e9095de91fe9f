using Microsoft.Extensions.Logging;

namespace WreSkills.Cli;

/// <summary>Writes log messages from warnings up, and those of wre itself, to stderr, a line each.</summary>
internal sealed class ErrorLog(TextWriter error) : ILoggerFactory
{
    private readonly Lock _turn = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName == "wre" ? LogLevel.Information : LogLevel.Warning);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place to write to.");

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string message, Exception? problem)
    {
        lock (_turn)
        {
            error.WriteLine($"{(level >= LogLevel.Error ? "error" : level == LogLevel.Warning ? "warning" : "note")}: {message}{(problem is null ? "" : $" ({problem.GetType().Name}: {problem.Message})")}");
            if (problem is not null && Environment.GetEnvironmentVariable("WRE_DEBUG") is { Length: > 0 })
            {
                error.WriteLine(problem);
            }
        }
    }

    private sealed class Logger(ErrorLog log, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(logLevel, formatter(state, exception), exception);
            }
        }
    }
}

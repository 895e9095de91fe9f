using System.Diagnostics;
using System.IO.Enumeration;

namespace WreSkills.Storage;

/// <summary>
/// Named points at which the crash tests kill the process or make the disk fail, and the race tests let another thread go first. Without
/// the environment variables <c>WRE_CRASH_AT</c> and <c>WRE_FAULT</c> every call is two null checks.
/// </summary>
internal static class FaultInjection
{
    private static readonly string? s_crashAt = Environment.GetEnvironmentVariable("WRE_CRASH_AT");
    private static readonly AsyncLocal<string?> s_fault = new();
    private static readonly string? s_environmentFault = Environment.GetEnvironmentVariable("WRE_FAULT");

    /// <summary>Sets the fault of the current test's flow: <c>flush:NAME</c> or <c>full:NAME</c>, NAME a part of the file's path.</summary>
    public static string? Fault
    {
        get => s_fault.Value ?? s_environmentFault;
        set => s_fault.Value = value;
    }

    [ThreadStatic]
    private static Action<string>? s_observer;

    /// <summary>Told of every point that the current thread reaches, before it goes on.</summary>
    public static Action<string>? Observer
    {
        get => s_observer;
        set => s_observer = value;
    }

    /// <summary>
    /// Dies by SIGKILL, as a power cut or an out-of-memory killer would end us, if this is the chosen point. The choice may
    /// hold <c>*</c> and <c>?</c>, because some points are named after files that are named after operation ids.
    /// </summary>
    public static void Reach(string point)
    {
        s_observer?.Invoke(point);
        if (s_crashAt is not null && FileSystemName.MatchesSimpleExpression(s_crashAt, point, ignoreCase: false))
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>True when flushing this file is to fail.</summary>
    public static bool FlushFails(string path) => Matches("flush:", path);

    /// <summary>Throws what a full disk throws, if writing this file is to fail.</summary>
    public static void ThrowIfDiskFull(string path)
    {
        if (Matches("full:", path))
        {
            throw new IOException($"No space left on device : '{path}'");
        }
    }

    private static bool Matches(string kind, string path) =>
        Fault is { } fault && fault.StartsWith(kind, StringComparison.Ordinal)
        && path.Contains(fault[kind.Length..], StringComparison.Ordinal);
}

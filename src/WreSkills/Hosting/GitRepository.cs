using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace WreSkills.Hosting;

/// <summary>What became of a commit.</summary>
/// <param name="Commit">Its hash; null when there is none.</param>
/// <param name="Problem">Why there is none, or null.</param>
public sealed record GitOutcome(string? Commit, string? Problem);

/// <summary>
/// Commits single files through the program <c>git</c>, without a shell. Whatever else is staged stays staged and is not committed. Hooks and
/// commit signing run as the user configured them; that they fail is reported and changes nothing.
/// </summary>
/// <param name="folder">A folder in the repository.</param>
internal sealed class GitRepository(string folder)
{
    /// <summary>The trailer by which a commit of ours is found again.</summary>
    public const string Trailer = "Wre-Policy-Operation";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Commits exactly these files as they are now; a commit with the same operation is not made twice.</summary>
    /// <param name="paths">Absolute paths of files.</param>
    /// <param name="message">Subject and body.</param>
    /// <param name="operation">The operation, which the message's trailer states.</param>
    public GitOutcome Commit(IReadOnlyList<string> paths, string message, string operation)
    {
        if (Run(null, "rev-parse", "--is-inside-work-tree") is not { ExitCode: 0 } inside || inside.Output.Trim() != "true")
        {
            return new GitOutcome(null, "this is no git repository, or git is not installed; nothing was committed");
        }

        if (CommitOf(operation) is { } known)
        {
            return new GitOutcome(known, null);
        }

        var files = paths.Where(File.Exists).Select(path => Path.GetRelativePath(folder, path)).ToList();
        var strangers = Names(Run(null, ["ls-files", "-z", "--others", "--exclude-standard", "--", .. files]));
        var tracked = Names(Run(null, ["ls-files", "-z", "--cached", "--", .. files]));
        List<string> taken = [.. tracked.Union(strangers)];
        if (taken.Count == 0)
        {
            return new GitOutcome(null, "git ignores the policy's files; nothing was committed");
        }

        if (strangers.Count > 0 && Run(null, ["add", "--intent-to-add", "--", .. strangers]) is { ExitCode: not 0 } refused)
        {
            return new GitOutcome(null, Problem("git add", refused));
        }

        var committed = Run($"{message}\n\n{Trailer}: {operation}\n", ["commit", "--quiet", "--cleanup=whitespace", "--file=-", "--only", "--", .. taken]);
        if (committed.ExitCode == 0)
        {
            return new GitOutcome(CommitOf(operation), null);
        }

        if (strangers.Count > 0)
        {
            // What was no part of the index before is none afterwards.
            Run(null, ["rm", "--cached", "--quiet", "--", .. strangers]);
        }

        return new GitOutcome(null, Problem("git commit", committed));
    }

    /// <summary>The commit of an operation, or null.</summary>
    public string? CommitOf(string operation) =>
        Run(null, "log", "--max-count=1", "--format=%H", "--fixed-strings", $"--grep={Trailer}: {operation}") is { ExitCode: 0 } found && found.Output.Trim() is { Length: > 0 } hash ? hash : null;

    private static List<string> Names((int ExitCode, string Output, string Error) answer) => answer.ExitCode == 0 ? [.. answer.Output.TrimEnd('\n').Split('\0', StringSplitOptions.RemoveEmptyEntries)] : [];

    private static string Problem(string command, (int ExitCode, string Output, string Error) answer)
    {
        var words = $"{answer.Error}\n{answer.Output}".Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return $"`{command}` failed{(words.Length == 0 ? "" : $": {string.Join("; ", words.Take(5))}")}; commit the files by hand";
    }

    private (int ExitCode, string Output, string Error) Run(string? input, params IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
        };
        foreach (var argument in (IEnumerable<string>)["--literal-pathspecs", .. arguments])
        {
            info.ArgumentList.Add(argument);
        }

        // Within a hook these name the index of the commit that is being made, which is not ours to touch.
        foreach (var name in (string[])["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"])
        {
            info.Environment.Remove(name);
        }

        info.Environment["GIT_TERMINAL_PROMPT"] = "0";
        info.Environment["GIT_EDITOR"] = "true";
        try
        {
            using var process = Process.Start(info)!;
            var (output, error) = (new StringBuilder(), new StringBuilder());
            process.OutputDataReceived += (_, line) => output.Append(line.Data).Append(line.Data is null ? "" : "\n");
            process.ErrorDataReceived += (_, line) => error.Append(line.Data).Append(line.Data is null ? "" : "\n");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            Feed(process, input);
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                return (-1, "", $"it did not end within {s_patience.TotalSeconds} s");
            }

            process.WaitForExit();
            return (process.ExitCode, output.ToString(), error.ToString());
        }
        catch (Win32Exception)
        {
            return (-1, "", "git is not installed");
        }
    }

    private static void Feed(Process process, string? input)
    {
        try
        {
            process.StandardInput.Write(input ?? "");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input; its exit code tells.
        }
    }
}

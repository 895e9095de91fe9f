using System.Diagnostics;
using System.Text;

namespace WreSkills.SshCases;

/// <summary>Asks the real <c>ssh-keygen -Y verify</c>, many cases a shell and several shells at once.</summary>
internal static class SshKeygenOracle
{
    private const int PerShell = 50;

    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "ssh-keygen")).FirstOrDefault(File.Exists);

    /// <summary>The version as <c>ssh -V</c> shows it.</summary>
    public static string Version()
    {
        using var process = Process.Start(new ProcessStartInfo("ssh", ["-V"]) { UseShellExecute = false, RedirectStandardError = true })!;
        return process.StandardError.ReadToEnd().Trim();
    }

    /// <summary>For each case, whether ssh-keygen says Good.</summary>
    public static bool[] Ask(IReadOnlyList<SshCase> cases)
    {
        var folder = Directory.CreateTempSubdirectory("wre-oracle-").FullName;
        try
        {
            var answers = new bool[cases.Count];
            Parallel.ForEach(Enumerable.Range(0, cases.Count).Chunk(PerShell), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, chunk =>
            {
                var script = new StringBuilder();
                foreach (var index in chunk)
                {
                    Write(folder, index, cases[index], script);
                }

                var exitCodes = Run(folder, script.ToString());
                foreach (var (index, exitCode) in chunk.Zip(exitCodes))
                {
                    answers[index] = exitCode == "0";
                }
            });
            return answers;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, int index, SshCase @case, StringBuilder script)
    {
        var encoding = new UTF8Encoding(false);
        File.WriteAllText(Path.Combine(folder, $"{index}.sig"), @case.Armored, encoding);
        File.WriteAllBytes(Path.Combine(folder, $"{index}.message"), @case.Message);
        File.WriteAllText(Path.Combine(folder, $"{index}.signers"), @case.Signers, encoding);
        var revoked = "";
        if (@case.Revoked is not null)
        {
            File.WriteAllText(Path.Combine(folder, $"{index}.revoked"), @case.Revoked, encoding);
            revoked = $" -r {index}.revoked";
        }

        script.Append($"'{Program}' -Y verify -f {index}.signers -I '{@case.Principal}' -n '{@case.Namespace}' -s {index}.sig");
        script.Append($" -O verify-time={SshCase.At.UtcDateTime:yyyyMMddHHmmss}Z{revoked} <{index}.message >/dev/null 2>&1; echo $?\n");
    }

    private static string[] Run(string folder, string script)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-s"]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        info.Environment["TZ"] = "UTC";
        using var process = Process.Start(info)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

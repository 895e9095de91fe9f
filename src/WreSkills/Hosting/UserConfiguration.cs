using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>
/// What a user or a server trusts, outside of every workspace: <c>wre/config.yaml</c> under <c>XDG_CONFIG_HOME</c> or <c>~/.config</c>.
/// Whoever can write a workspace cannot write this, so a trust root that stands here cannot be replaced with the workspace.
/// </summary>
/// <param name="File">Where it stands or would stand.</param>
/// <param name="TrustRoots">Workspace → list of allowed signers; <c>*</c> is every workspace.</param>
/// <param name="PolicyMinimums">Workspace → key of the policy → value that no policy may be weaker than; <c>*</c> is every workspace.</param>
public sealed record UserConfiguration(string File, IReadOnlyDictionary<string, string> TrustRoots, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> PolicyMinimums)
{
    /// <summary>Reads the user's configuration; without the file there is nothing in it.</summary>
    /// <param name="configurationHome">Value of <c>XDG_CONFIG_HOME</c>, or null.</param>
    /// <param name="home">The user's home folder.</param>
    /// <exception cref="WreException">The file is not valid; every finding is listed.</exception>
    public static UserConfiguration Load(string? configurationHome, string home)
    {
        var path = Path.Combine(string.IsNullOrEmpty(configurationHome) ? Path.Combine(home, ".config") : configurationHome, "wre", "config.yaml");
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        var minimums = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (!System.IO.File.Exists(path))
        {
            return new UserConfiguration(path, roots, minimums);
        }

        var problems = new List<YamlProblem>();
        var document = new YamlSection(YamlReader.Read(System.IO.File.ReadAllText(path), 1, problems), problems);
        document.Whole("version", 1, 1, 1);
        foreach (var section in document.Sections("trust_roots"))
        {
            if (section.Text("workspace") is not { Length: > 0 } workspace || section.Text("approvers") is not { Length: > 0 } approvers)
            {
                section.Report("workspace", "and approvers must both be given");
                continue;
            }

            roots[workspace == "*" ? workspace : Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace))] = Path.GetFullPath(approvers, Path.GetDirectoryName(path)!);
        }

        foreach (var section in document.Sections("policy_minimums"))
        {
            if (section.Text("workspace") is not { Length: > 0 } workspace)
            {
                section.Report("workspace", "must be given; * is every workspace");
                continue;
            }

            minimums[workspace == "*" ? workspace : Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace))] = Policy.PolicyDocument.ReadLocked(section.Section("locked"));
        }

        document.ReportUnknownKeys();
        return problems.Count == 0
            ? new UserConfiguration(path, roots, minimums)
            : throw new WreException($"{path} is not a valid configuration.", "mend the lines named", [.. problems.OrderBy(problem => problem.Line).Select(problem => problem.ToString())]);
    }

    /// <summary>The list of allowed signers that is pinned for a workspace, or null.</summary>
    public string? TrustRootOf(string workspace) =>
        TrustRoots.GetValueOrDefault(Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace))) ?? TrustRoots.GetValueOrDefault("*");

    /// <summary>What no policy of a workspace may be weaker than: that of every workspace, and its own.</summary>
    public IReadOnlyDictionary<string, string> PolicyMinimumOf(string workspace)
    {
        var minimum = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])["*", Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace))])
        {
            foreach (var (key, value) in PolicyMinimums.GetValueOrDefault(name) ?? new Dictionary<string, string>())
            {
                minimum[key] = value;
            }
        }

        return minimum;
    }

    /// <summary>Pins a workspace's present list of allowed signers: copies it beside this file and names the copy here.</summary>
    /// <param name="workspace">Root folder of the workspace.</param>
    /// <param name="approvers">The list to copy.</param>
    /// <param name="revoked">The list of revoked keys beside it, or null.</param>
    /// <returns>The copy.</returns>
    public string Pin(string workspace, string approvers, string? revoked)
    {
        workspace = Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace));
        var bytes = System.IO.File.ReadAllBytes(approvers);
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..16];
        var copy = Path.Combine(Path.GetDirectoryName(File)!, $"approvers-{name}");
        DurableFile.Replace(copy, bytes);
        if (revoked is not null && System.IO.File.Exists(revoked))
        {
            DurableFile.Replace(copy + ".revoked", System.IO.File.ReadAllBytes(revoked));
        }

        var roots = new SortedDictionary<string, string>(StringComparer.Ordinal) { [workspace] = copy };
        foreach (var (known, file) in TrustRoots)
        {
            roots.TryAdd(known, file);
        }

        var text = new System.Text.StringBuilder("# Whose keys count in which workspace, whatever the workspace itself says. * is every workspace.\nversion: 1\ntrust_roots:\n");
        foreach (var (known, file) in roots)
        {
            text.Append($"  - workspace: {Quote(known)}\n    approvers: {Quote(file)}\n");
        }

        if (PolicyMinimums.Count > 0)
        {
            text.Append("policy_minimums:\n");
        }

        foreach (var (known, minimum) in PolicyMinimums)
        {
            text.Append($"  - workspace: {Quote(known)}\n    locked:{(minimum.Count == 0 ? " {}" : "")}\n");
            foreach (var (key, value) in minimum)
            {
                text.Append($"      {key}: {value}\n");
            }
        }

        DurableFile.Replace(File, text.ToString());
        return copy;
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

using System.ComponentModel;
using System.Diagnostics;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Hosting;

/// <summary>Enrols people's keys in a workspace's trust root, and signs with the key of the person at the keyboard.</summary>
/// <param name="trust">The trust root of the workspace.</param>
/// <param name="environment">Reads a variable of the environment, null when it is not set.</param>
/// <param name="home">The user's home folder.</param>
/// <param name="time">The clock.</param>
public sealed class ApproverKeys(TrustRootStore trust, Func<string, string?> environment, string home, TimeProvider time)
{
    // What the shells of coding agents set. An agent that hides it still needs a person's key; see SECURITY.md.
    private static readonly string[] s_agentMarks = ["CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI", "CURSOR_AGENT", "WRE_AGENT"];

    /// <summary>The variable by which an environment says that it is the shell of a coding agent, or null.</summary>
    public static string? AgentShell(Func<string, string?> environment) => s_agentMarks.FirstOrDefault(mark => environment(mark) is { Length: > 0 });

    /// <summary>The keys that the user may sign with.</summary>
    public IReadOnlyList<UserKey> Mine() => UserKeys.Find(home, GitConfig);

    /// <summary>The first of the user's keys, as the requester's, or null.</summary>
    public string? Fingerprint() => Mine() is [var key, ..] ? key.Key.Fingerprint : null;

    /// <summary>Proposes a root that lists one more key; the first is in force at once.</summary>
    /// <param name="person">Whose key it is, as in the policy's <c>approvers</c>.</param>
    /// <param name="key">The key.</param>
    /// <param name="purposes">What for; all when null.</param>
    /// <param name="validBefore">Until when; without end when null.</param>
    public TrustState Enrol(string person, SshPublicKey key, string? purposes, DateTimeOffset? validBefore)
    {
        if (person.Length == 0 || person.Any(c => char.IsWhiteSpace(c) || c is ',' or '"' or '*' or '?' or '!' or '#'))
        {
            throw new WreException($"'{person}' cannot be the name of an approver.", "letters, digits and signs such as . - _ @, as in the policy's `approvers`");
        }

        var (approvers, revoked) = Texts();
        if (trust.Load().Root?.Signers.Signers.Any(signer => signer.Key.Equals(key) && signer.Covers(person)) == true)
        {
            throw new WreException($"The key {key.Fingerprint} of {person} is enrolled already.", "`wre approvers list` shows who is");
        }

        var until = validBefore is { } end ? $",valid-before=\"{end.UtcDateTime:yyyyMMddHHmmss}Z\"" : "";
        return trust.Propose($"{approvers}{person} namespaces=\"{purposes ?? SignaturePurpose.All}\"{until} {key} {person}\n", revoked);
    }

    /// <summary>Proposes a root without a person, or with one of the listed keys revoked.</summary>
    /// <param name="person">Whose lines go; null for nobody's.</param>
    /// <param name="revoke">The fingerprint of a listed key that never counts any more, not even for what it signed before; null for none.</param>
    public TrustState Remove(string? person, string? revoke)
    {
        var root = trust.Load().Root ?? throw new WreException("Nobody is enrolled.", "`wre approvers enrol --id ID` enrols the first person");
        var gone = root.Signers.Signers.Where(signer => (person is not null && signer.Covers(person)) || signer.Key.Fingerprint == revoke).ToList();
        if (gone.Count == 0)
        {
            throw new WreException($"{person ?? revoke} is not enrolled.", "`wre approvers list` shows who is");
        }

        var (approvers, revoked) = Texts();
        var lines = approvers.Split('\n');
        var left = string.Join('\n', lines.Where((_, index) => revoke is not null || !gone.Exists(signer => signer.Line == index + 1)));
        return trust.Propose(left, revoke is null ? revoked : $"{revoked}{gone[0].Key}\n");
    }

    /// <summary>Signs a text with a key that the trust root lists.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="person">Who signs; null for whoever of the listed people has a key here.</param>
    /// <param name="keyFile">The key; null for the first one of the user's that is listed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The armored signature.</returns>
    /// <exception cref="WreException">An agent asks, nobody is enrolled, no listed key is here, or ssh-keygen failed.</exception>
    public async Task<string> SignAsync(byte[] bytes, string purpose, string? person, string? keyFile, CancellationToken cancellationToken)
    {
        if (AgentShell(environment) is { } agent)
        {
            throw new WreException($"This is the shell of an agent ({agent} is set), and agents never approve.", "a person signs in a shell of their own");
        }

        var root = trust.Load().Root ?? throw new WreException("Nobody's key is enrolled, so no signature would count.", "`wre approvers enrol --id ID` enrols yours");
        var keygen = SshKeygen.Find(environment("PATH"), time);
        var signature = keyFile is not null
            ? await keygen.SignAsync(bytes, keyFile, purpose, cancellationToken).ConfigureAwait(false)
            : await keygen.SignAsync(bytes, Choose(root, person), purpose, cancellationToken).ConfigureAwait(false);
        var check = root.Check(bytes, signature.Armored, purpose, time.GetUtcNow());
        return !check.IsGood ? throw new WreException($"The signature would not count: {check.Reason}", "`wre approvers list` shows whose keys count, for what")
            : person is not null && !check.Covers(person) ? throw new WreException($"The key {check.Fingerprint} is {check.Principals[0]}'s, not {person}'s.", "name the key with --key, or the right person")
            : signature.Armored;
    }

    private UserKey Choose(TrustRoot root, string? person)
    {
        var mine = Mine();
        return mine.FirstOrDefault(key => root.Signers.Signers.Any(signer => signer.Key.Equals(key.Key) && (person is null || signer.Covers(person))))
            ?? throw new WreException(
                $"None of your keys is enrolled{(person is null ? "" : $" for {person}")}{(mine.Count == 0 ? "; there is none in ~/.ssh" : $": {string.Join(", ", mine.Select(key => key.Source))}")}.",
                "name another with --key, or enrol yours with `wre approvers enrol --id ID`");
    }

    private (string Approvers, string Revoked) Texts()
    {
        var root = trust.Load().Root;
        if (root is null)
        {
            return ("", "");
        }

        var revoked = Path.Combine(Path.GetDirectoryName(root.File)!, TrustRootStore.RevokedFile);
        return (WithEnding(File.ReadAllText(root.File)), File.Exists(revoked) ? WithEnding(File.ReadAllText(revoked)) : "");
    }

    private static string WithEnding(string text) => text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";

    private static string? GitConfig(string name)
    {
        try
        {
            var info = new ProcessStartInfo("git") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            foreach (var argument in (ReadOnlySpan<string>)["config", "--get", name])
            {
                info.ArgumentList.Add(argument);
            }

            using var process = Process.Start(info)!;
            var text = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && text.Length > 0 ? text : null;
        }
        catch (Win32Exception)
        {
            // Without git there is no configuration of git.
            return null;
        }
    }
}

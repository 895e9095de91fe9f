using System.CommandLine;

using WreSkills.Hosting;
using WreSkills.Trust;

namespace WreSkills.Cli;

/// <summary>What <c>wre init</c> does about keys: whoever makes a workspace is its first approver, if they have a key.</summary>
internal static class InitEnrolment
{
    public static Option<string> Approver { get; } = new("--approver") { Description = "Your id as an approver, to which your SSH key is enrolled.", DefaultValueFactory = _ => "0102", HelpName = "ID" };

    public static Option<bool> None { get; } = new("--no-enrol") { Description = "Enrol no key; tickets are signed off by name until somebody is enrolled." };

    /// <summary>Enrols the user's key unless somebody is enrolled already.</summary>
    /// <returns>The key's fingerprint, or null; and what to say.</returns>
    public static (string? Fingerprint, string? Words) Run(ParseResult parsed, string root)
    {
        var trust = new TrustRootStore(WorkspaceConfiguration.Load(root).Layout.TrustFolder, pinned: null, TimeProvider.System);
        if (parsed.GetValue(None) || trust.Load().Root is not null)
        {
            return (null, null);
        }

        var id = parsed.GetValue(Approver)!;
        var keys = new ApproverKeys(trust, Environment.GetEnvironmentVariable, GlobalOptions.Home, TimeProvider.System);
        if (ApproverKeys.AgentShell(Environment.GetEnvironmentVariable) is { } agent)
        {
            return (null, $"enrolled nobody: this is the shell of an agent ({agent} is set), and agents never approve; a person runs `wre approvers enrol --id {id}`");
        }

        if (keys.Mine() is not [var key, ..])
        {
            return (null, $"enrolled nobody: there is no SSH key of yours; until `wre approvers enrol --id {id}` tickets are signed off by name only");
        }

        keys.Enrol(id, key.Key, null, null);
        return (key.Key.Fingerprint, $"enrolled {key.Key.Fingerprint} ({key.Source}) as approver {id}; tickets need its signature from now on");
    }
}

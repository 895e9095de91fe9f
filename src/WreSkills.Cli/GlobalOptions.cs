using System.CommandLine;

using WreSkills.Hosting;
using WreSkills.Registry;

namespace WreSkills.Cli;

/// <summary>Options that several verbs share, so that they mean the same everywhere.</summary>
internal static class GlobalOptions
{
    public static Option<string?> Workspace { get; } = new("--workspace") { Description = "Folder of the workspace; default: the nearest one around the current folder.", Recursive = true, HelpName = "DIR" };

    public static Option<string> Output { get; } = OutputOption();

    /// <summary>Another name of <see cref="Output"/>, on verbs whose answer agents read.</summary>
    public static Option<string?> Format { get; } = FormatOption();

    public static Option<string?> TrustRoot { get; } = new("--trust-root") { Description = "List of allowed signers outside of the workspace that alone is trusted; default: WRE_TRUST_ROOT, else what `wre approvers pin` pinned.", Recursive = true, HelpName = "FILE" };

    /// <summary>What the user trusts, outside of every workspace.</summary>
    public static UserConfiguration UserSettings => UserConfiguration.Load(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME"), Home);

    /// <summary>The user's home folder.</summary>
    public static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Opens the workspace that the command line means.</summary>
    public static Workspace Open(ParseResult parsed) => Open(parsed, null);

    /// <summary>Opens a workspace with the trust root that the command line means.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="root">Its root folder; null for the one that the command line means.</param>
    public static Workspace Open(ParseResult parsed, string? root)
    {
        root ??= Root(parsed);
        var settings = UserSettings;
        var pinned = parsed.GetValue(TrustRoot) ?? (Environment.GetEnvironmentVariable("WRE_TRUST_ROOT") is { Length: > 0 } named ? named : settings.TrustRootOf(root));
        return pinned is null || File.Exists(pinned)
            ? Hosting.Workspace.Open(root, trustRoot: pinned is null ? null : Path.GetFullPath(pinned), policyMinimum: settings.PolicyMinimumOf(root))
            : throw new WreException($"The pinned trust root {pinned} is missing.", "restore it; without it nothing that this workspace says about approvals can be trusted");
    }

    /// <summary>The root folder that the command line means.</summary>
    public static string Root(ParseResult parsed)
    {
        var given = parsed.GetValue(Workspace);
        if (given is not null && !Directory.Exists(given))
        {
            throw new WreException($"There is no folder {given}.", "--workspace takes the root folder of a workspace");
        }

        return given is null ? WorkspaceConfiguration.FindRoot(Directory.GetCurrentDirectory()) : Path.GetFullPath(given);
    }

    public static bool Json(ParseResult parsed) => parsed.GetValue(Output) == "json" || (parsed.GetResult(Format) is not null && parsed.GetValue(Format) == "json");

    public static Option<string> Skill() => new("--skill") { Description = "The skill's name.", Required = true, HelpName = "NAME" };

    public static Option<string> State(string name, string description, bool required = true, params string[] states)
    {
        var option = new Option<string>(name) { Description = description, Required = required, HelpName = "STATE" };
        option.AcceptOnlyFromAmong(states.Length == 0 ? ["prototype", "staged", "production"] : states);
        return option;
    }

    public static PromotionState ParseState(string text) => PromotionStates.TryParse(text, out var state) ? state : throw new WreException($"'{text}' is no state.", "prototype, staged or production");

    /// <summary>The person or account that runs the command.</summary>
    public static string User => Environment.GetEnvironmentVariable("WRE_USER") is { Length: > 0 } user ? user : Environment.UserName;

    private static Option<string?> FormatOption()
    {
        var option = new Option<string?>("--format") { Description = "The same as --output.", HelpName = "text|json" };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    private static Option<string> OutputOption()
    {
        var option = new Option<string>("--output") { Description = "Form of the answer: text or json (a documented contract, see docs/reference/json.md).", Recursive = true, DefaultValueFactory = _ => "text", HelpName = "text|json" };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}

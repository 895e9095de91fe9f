using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre load</c>: what an agent gets to read.</summary>
internal static class LoadCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_key = new("--key") { Description = "What identifies the request, such as a stream, user or session; the same key always gets the same arm. Default: a fresh one.", HelpName = "KEY" };
    private static readonly Option<string?> s_state = new("--state") { Description = "The version of this state whatever the traffic split says.", HelpName = "STATE" };

    private static readonly Option<string[]> s_labels = new("--label") { Description = "A label of the request, such as low-risk; may be given again.", HelpName = "LABEL" };

    public static Command Create()
    {
        s_state.AcceptOnlyFromAmong("prototype", "staged", "production");
        return Invocation.With(
            new Command("load", "Load the version that serves a key: version, digest, arm and text. Exit 1 when no version serves it.") { s_skill, s_key, s_labels, s_state },
            Run);
    }

    private static int Run(Invocation invocation)
    {
        var (skill, key) = (invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_key) ?? Guid.NewGuid().ToString());
        var loaded = invocation.Parsed.GetValue(s_state) is { } state
            ? invocation.Workspace.Loader.LoadState(skill, GlobalOptions.ParseState(state))
            : invocation.Workspace.Loader.Load(skill, key, invocation.Parsed.GetValue(s_labels));
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = skill,
                ["key"] = key,
                ["version"] = loaded?.Version,
                ["digest"] = loaded?.Digest,
                ["state"] = loaded?.State.Text(),
                ["state_serial"] = loaded?.StateSerial,
                ["arm"] = loaded?.Arm,
                ["folder"] = loaded?.Folder.Path,
                ["text"] = loaded?.Text,
            });
            return loaded is null ? 1 : 0;
        }

        if (loaded is null)
        {
            invocation.Error.WriteLine($"no version of {skill} serves this key; work without the skill");
            return 1;
        }

        // The text is the data; where it comes from is said beside it.
        invocation.Error.WriteLine($"{skill} {loaded.Version ?? "draft"} ({loaded.State.Text()}, {loaded.Arm}) {loaded.Digest}");
        invocation.Output.Write(loaded.Text);
        return 0;
    }
}

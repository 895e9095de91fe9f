using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Policy;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre approvers</c>: whose keys count, and the signed changes of that list.</summary>
internal static class ApproversCommand
{
    public static Command Create() => new("approvers", "Whose signatures count: enrol, remove and revoke keys. A change needs signatures of more than half of those who were enrolled before.")
    {
        List(), Enrol(), Remove(), Revoke(), Sign(), Withdraw(), Pin(),
    };

    private static Command List() => Invocation.With(new Command("list", "Show the trust root in force, whose keys it lists, and a change that waits."), invocation =>
    {
        Show(invocation, invocation.Workspace.Trust.Load());
        return 0;
    });

    private static Command Enrol()
    {
        var id = new Option<string>("--id") { Description = "Who: the id under `approvers` in the policy.", Required = true, HelpName = "ID" };
        var key = new Option<string?>("--key") { Description = "The public key file; default: your own, as git or ~/.ssh have it.", HelpName = "FILE" };
        var generate = new Option<string?>("--generate") { Description = "Make a new key without a passphrase there, for demonstrations.", HelpName = "FILE" };
        var until = new Option<string?>("--valid-before") { Description = "Until when the key counts, such as 2027-01-01T00:00:00Z; default: without end.", HelpName = "TIME" };
        var purposes = new Option<string?>("--namespaces") { Description = "What the key may sign; default: everything.", HelpName = "LIST" };
        return Invocation.With(new Command("enrol", "Add a person's key. The first person is enrolled at once; later ones when the present ones have signed.") { id, key, generate, until, purposes }, async (invocation, cancellationToken) =>
        {
            var parsed = invocation.Parsed;
            DateTimeOffset? end = null;
            if (parsed.GetValue(until) is { } text)
            {
                end = Timestamp.TryParse(text, out var moment) ? moment : throw new WreException($"--valid-before '{text}' is no time.", "ISO 8601, such as 2027-01-01T00:00:00Z");
            }

            var person = parsed.GetValue(id)!;
            var state = invocation.Keys.Enrol(person, await KeyAsync(invocation, parsed.GetValue(key), parsed.GetValue(generate), person, cancellationToken), parsed.GetValue(purposes), end);
            if (invocation.Workspace.Policy.Approvers.All(approver => approver.Id != person))
            {
                await invocation.Error.WriteLineAsync($"note: {person} is not listed under `approvers` in the policy yet, so the key gives no right so far".AsMemory(), cancellationToken);
            }

            Show(invocation, state);
            return 0;
        });
    }

    private static async Task<SshPublicKey> KeyAsync(Invocation invocation, string? file, string? generate, string person, CancellationToken cancellationToken)
    {
        if (generate is not null)
        {
            return await SshKeygen.Find(Environment.GetEnvironmentVariable("PATH"), invocation.Workspace.Time).GenerateEd25519Async(generate, person, cancellationToken);
        }

        if (file is not null)
        {
            return SshPublicKey.TryParse(await File.ReadAllTextAsync(file, cancellationToken), out var key, out var problem)
                ? key
                : throw new WreException($"{file} is no public key: {problem}", "name the .pub file");
        }

        return invocation.Keys.Mine() is [var own, ..]
            ? own.Key
            : throw new WreException("There is no key of yours in ~/.ssh, and git names none.", "make one with `ssh-keygen -t ed25519`, or name one with --key");
    }

    private static Command Remove()
    {
        var id = new Option<string>("--id") { Description = "Who.", Required = true, HelpName = "ID" };
        return Invocation.With(new Command("remove", "Take a person off the list; what they signed before stays good.") { id }, invocation =>
        {
            Show(invocation, invocation.Keys.Remove(invocation.Parsed.GetValue(id)!, null));
            return 0;
        });
    }

    private static Command Revoke()
    {
        var key = new Option<string>("--key") { Description = "Fingerprint of the key, SHA256:….", Required = true, HelpName = "FINGERPRINT" };
        return Invocation.With(new Command("revoke", "Revoke a key that was stolen: nothing that it ever signed counts any more.") { key }, invocation =>
        {
            Show(invocation, invocation.Keys.Remove(null, invocation.Parsed.GetValue(key)!));
            return 0;
        });
    }

    private static Command Sign()
    {
        var key = KeyOption();
        return Invocation.With(new Command("sign", "Sign the change of the list that waits.") { key }, async (invocation, cancellationToken) =>
        {
            var proposal = Waiting(invocation);
            var signature = await invocation.Keys.SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Root, null, invocation.Parsed.GetValue(key), cancellationToken);
            Show(invocation, invocation.Workspace.Trust.AddSignature(proposal, signature));
            return 0;
        });
    }

    private static Command Withdraw() => Invocation.With(new Command("withdraw", "Take the change of the list that waits back."), invocation =>
    {
        TrustRootStore.Withdraw(Waiting(invocation));
        Show(invocation, invocation.Workspace.Trust.Load());
        return 0;
    });

    private static Command Pin() => Invocation.With(
        new Command("pin", "Trust the list in force, and what descends from it by signatures, in this workspace from now on, by a copy in your own configuration."), invocation =>
        {
            var workspace = invocation.Workspace;
            var root = workspace.Trust.Load().Root ?? throw new WreException("Nobody is enrolled, so there is nothing to pin.", "`wre approvers enrol --id ID` enrols the first person");
            var copy = GlobalOptions.UserSettings.Pin(workspace.Layout.Root, root.File, Path.Combine(Path.GetDirectoryName(root.File)!, TrustRootStore.RevokedFile));
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["workspace"] = workspace.Layout.Root, ["approvers"] = copy, ["configuration"] = GlobalOptions.UserSettings.File });
            }
            else
            {
                invocation.Terminal.Line($"Pinned for {workspace.Layout.Root}: {copy}");
                invocation.Terminal.Line($"It stands in {GlobalOptions.UserSettings.File}. A copy of it serves CI and servers with --trust-root FILE.");
            }

            return 0;
        });

    private static TrustProposal Waiting(Invocation invocation) => invocation.Workspace.Trust.Load().Proposal
        ?? throw new WreException("No change of the list of approvers waits.", "`wre approvers enrol`, `remove` and `revoke` propose one");

    private static void Show(Invocation invocation, TrustState state)
    {
        var now = invocation.Workspace.Time.GetUtcNow();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, Json(state, now, invocation.Workspace.Policy));
            return;
        }

        var terminal = invocation.Terminal;
        if (state.Root is not { } root)
        {
            terminal.Line("Nobody is enrolled: tickets are signed off by name only. `wre approvers enrol --id ID` enrols the first person.");
            return;
        }

        terminal.Heading($"Trust root {(root.Number == 0 ? "" : $"{root.Number} ")}({(root.IsPinned ? "pinned" : "not pinned")}): {root.File}");
        terminal.Rows(
            ["person", "key", "may, by the policy", "counts"],
            root.Signers.Signers.Select(signer => (IReadOnlyList<string>)[signer.PrincipalList, $"{signer.Key.Type} {signer.Key.Fingerprint}", Rights(invocation.Workspace.Policy, signer), Status(root, signer, now)]),
            wrapping: 1);
        if (state.Note is { } note)
        {
            invocation.Error.WriteLine($"warning: {note}");
        }

        if (!root.IsPinned)
        {
            terminal.Line("Whoever can write this workspace can replace the list; `wre approvers pin` trusts this one from now on.");
        }

        if (state.Proposal is { } proposal)
        {
            terminal.Line($"A change waits: root {proposal.Number}, signed by {(proposal.SignedBy.Count == 0 ? "nobody" : string.Join(", ", proposal.SignedBy))}, needs {proposal.Needed}. `wre approvers sign` signs it.");
            foreach (var problem in proposal.Problems)
            {
                terminal.Line($"  - {problem}");
            }
        }
    }

    private static string Rights(PromotionPolicy policy, AllowedSigner signer) => policy.Approvers.FirstOrDefault(approver => signer.Covers(approver.Id)) is { } known ? string.Join(", ", known.May) : "nothing";

    private static string Status(TrustRoot root, AllowedSigner signer, DateTimeOffset now) =>
        root.Revoked?.Contains(signer.Key) == true ? "revoked"
        : signer.ValidAfter > now ? $"from {Timestamp.ToIso(signer.ValidAfter.Value)}"
        : signer.ValidBefore is not { } end ? "yes"
        : end <= now ? $"expired {Timestamp.ToIso(end)}" : $"until {Timestamp.ToIso(end)}";

    private static JsonObject Json(TrustState state, DateTimeOffset now, PromotionPolicy policy) => new()
    {
        ["root"] = state.Root is not { } root ? null : new JsonObject
        {
            ["number"] = root.Number,
            ["file"] = root.File,
            ["sha256"] = root.Digest,
            ["pinned"] = root.IsPinned,
            ["quorum"] = root.Quorum(now),
            ["approvers"] = JsonOutput.List(root.Signers.Signers, signer => new JsonObject
            {
                ["person"] = signer.PrincipalList,
                ["key_type"] = signer.Key.Type,
                ["fingerprint"] = signer.Key.Fingerprint,
                ["namespaces"] = signer.Namespaces,
                ["may"] = Rights(policy, signer),
                ["counts"] = Status(root, signer, now),
            }),
        },
        ["proposal"] = state.Proposal is not { } proposal ? null : new JsonObject
        {
            ["number"] = proposal.Number,
            ["signed_by"] = JsonOutput.Texts(proposal.SignedBy),
            ["needed"] = proposal.Needed,
            ["problems"] = JsonOutput.Texts(proposal.Problems),
        },
        ["note"] = state.Note,
    };

    internal static Option<string?> KeyOption() => new("--key") { Description = "The key to sign with; default: the first of yours that is enrolled.", HelpName = "FILE" };
}

using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre audit</c>: read the audit log, check that nobody changed it, prove what stands in it.</summary>
internal static class AuditCommand
{
    private const long MostCheckpointBytes = 64 * 1024;

    // Columns that an entry takes beside the skill's name; a narrower terminal gets two lines for each.
    private const int LeastForOneLine = 110;

    public static Command Create() => new("audit", "The audit log: read it, check that nobody changed it, prove that an operation stands in it.") { Log(), Verify(), Prove(), Checkpoint() };

    private static Command Log()
    {
        var skill = new Option<string?>("--skill") { Description = "Only this skill.", HelpName = "NAME" };
        var limit = new Option<int>("--limit") { Description = "At most so many, the latest. Default 50.", HelpName = "N", DefaultValueFactory = _ => 50 };
        return Invocation.With(new Command("log", "Show who did what, the newest last.") { skill, limit }, invocation =>
        {
            var (name, most) = (invocation.Parsed.GetValue(skill), invocation.Parsed.GetValue(limit));
            if (most < 1)
            {
                throw new WreException($"--limit {most} shows nothing.", "give a number from 1");
            }

            var all = invocation.Workspace.Audit.Lines();
            var entries = all.Where(line => name is null || Text(line, "skill") == name).TakeLast(most).ToList();
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["total"] = all.Count, ["entries"] = JsonOutput.List(entries, Entry) });
            }
            else if (entries.Count == 0)
            {
                invocation.Terminal.Line(name is null ? "The audit log is empty." : $"The audit log has nothing about {name}.");
            }
            else if (invocation.Terminal.Width < LeastForOneLine)
            {
                invocation.Terminal.Rows(["when", "what", "who", "ticket"], entries.Select(Row).Select(row => (IReadOnlyList<string>)[row[0], $"{row[1]}\n{row[2]}", row[3], row[4]]), wrapping: 1);
            }
            else
            {
                invocation.Terminal.Rows(["when", "what", "skill", "who", "ticket"], entries.Select(Row), wrapping: 2);
            }

            return 0;
        });
    }

    private static Command Verify()
    {
        var file = new Option<string?>("--checkpoint") { Description = "A checkpoint that was kept elsewhere, such as one of a webhook; - reads stdin.", HelpName = "FILE" };
        return Invocation.With(new Command("verify", "Check that every line is as it was written and that the log extends every known checkpoint. Exit 0 sound, 1 tampered, 2 unreadable.") { file }, invocation =>
        {
            var given = invocation.Parsed.GetValue(file) is { } path ? Given(path) : null;
            var found = invocation.Workspace.Inspection.Run(given);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, Verification(found));
            }
            else
            {
                Print(invocation.Terminal, found);
            }

            return found.IsSound ? 0 : 1;
        });
    }

    private static Command Prove()
    {
        var operation = new Option<string?>("--operation") { Description = "The operation to prove.", HelpName = "ID" };
        var file = new Option<string?>("--file") { Description = "Where to write the proof; default: stdout.", HelpName = "FILE" };
        var check = new Option<string?>("--check") { Description = "Check a proof instead; needs neither log nor workspace. - reads stdin. Exit 0 it holds, 1 it does not.", HelpName = "FILE" };
        return Invocation.With(new Command("prove", "Write a proof that an operation stands in the log, or check one.") { operation, file, check }, invocation =>
        {
            if (invocation.Parsed.GetValue(check) is { } given)
            {
                return Check(invocation, AuditProof.Parse(Read(given, AuditProof.MaxLength)));
            }

            if (invocation.Parsed.GetValue(operation) is not { Length: > 0 } id)
            {
                throw new WreException("What is to be proved?", "pass --operation ID, or --check FILE for a proof that is there; `wre audit log --output json` lists operations");
            }

            var proof = invocation.Workspace.Audit.Prove(id) ?? throw new WreException($"The audit log has no operation {id}.", "`wre audit log --output json` lists those there are");
            if (invocation.Parsed.GetValue(file) is { } path)
            {
                DurableFile.Replace(path, proof.ToJson().ToJsonString(JsonOutput.Readable) + "\n");
            }

            if (invocation.Json || invocation.Parsed.GetValue(file) is null)
            {
                JsonOutput.Write(invocation.Output, proof.ToJson());
            }
            else
            {
                invocation.Terminal.Line($"Wrote {invocation.Parsed.GetValue(file)}: line {proof.Index + 1}, with {proof.Hashes.Count} hashes. Check it anywhere with `wre audit prove --check FILE`.");
            }

            return 0;
        });
    }

    private static Command Checkpoint() => Invocation.With(new Command("checkpoint", "Print what the log is now, in three lines; keep them where this workspace's writers cannot change them."), invocation =>
    {
        var checkpoint = invocation.Workspace.Audit.Checkpoint();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["checkpoint"] = checkpoint.ToString(), ["log"] = checkpoint.Log, ["lines"] = checkpoint.Size, ["root"] = checkpoint.RootHash });
        }
        else
        {
            invocation.Output.Write(checkpoint.ToString());
        }

        return 0;
    });

    private static int Check(Invocation invocation, AuditProof proof)
    {
        var problem = proof.Problem();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["holds"] = problem is null, ["problem"] = problem, ["checkpoint"] = proof.Checkpoint, ["index"] = proof.Index, ["line"] = proof.Line });
        }
        else if (problem is null)
        {
            invocation.Terminal.Line($"The proof holds: line {proof.Index + 1} of the log with this checkpoint is");
            invocation.Terminal.Line(proof.Line);
            invocation.Output.Write(proof.Checkpoint);
            invocation.Terminal.Line("It is worth as much as the checkpoint: compare that with one that was kept elsewhere.");
        }
        else
        {
            invocation.Terminal.Line($"The proof does not hold: {problem}.");
        }

        return problem is null ? 0 : 1;
    }

    private static void Print(Terminal terminal, AuditVerification found)
    {
        terminal.Heading(found.IsSound ? "The audit log is as it was written." : found.IsTampered ? "The audit log was tampered with." : "The audit log has an unfinished last line.");
        terminal.Rows(["", ""],
        [
            ["lines", found.Lines.ToString() + (found.TornLines == 0 ? "" : $" ({found.TornLines} torn by killed writers and vouched for)")],
            ["log", found.Log ?? "none yet"],
            ["root", found.Checkpoint.RootHash],
            ["checkpoints", found.Agreeing + " agree" + (found.Failures.Count == 0 ? "" : $", {found.Failures.Count} do not")],
        ]);
        foreach (var problem in found.Problems)
        {
            terminal.Line($"  - {problem}");
        }

        if (Hint(found) is { } hint)
        {
            terminal.Line($"hint: {hint}");
        }
    }

    private static string? Hint(AuditVerification found) => found.IsSound ? null
        : !found.IsTampered ? "nothing was lost; the next entry ends the line"
        : $"lines up to {found.AgreeingSize} agree with a checkpoint; restore audit.jsonl from git or a backup and find out who changed it. Nothing is promoted until then; rollbacks go on";

    private static JsonObject Verification(AuditVerification found) => new()
    {
        ["sound"] = found.IsSound,
        ["tampered"] = found.IsTampered,
        ["lines"] = found.Lines,
        ["torn_lines"] = found.TornLines,
        ["log"] = found.Log,
        ["root"] = found.Checkpoint.RootHash,
        ["checkpoint"] = found.Checkpoint.ToString(),
        ["checkpoints_agreeing"] = found.Agreeing,
        ["agreeing_lines"] = found.AgreeingSize,
        ["bad_line"] = found.BadLine is { } bad ? new JsonObject { ["line"] = bad.Line, ["problem"] = Word(bad.Problem), ["sentence"] = bad.Sentence } : null,
        ["checkpoints_failing"] = JsonOutput.List(found.Failures, failure => new JsonObject { ["where"] = failure.Where, ["lines"] = failure.Size, ["sentence"] = failure.Sentence }),
        ["hint"] = Hint(found),
    };

    private static string Word(AuditProblem problem) => problem switch
    {
        AuditProblem.NotJson => "not_json",
        AuditProblem.MissingPrev => "missing_prev",
        AuditProblem.PrevMismatch => "prev_mismatch",
        AuditProblem.LogName => "log_name",
        AuditProblem.MissingOperation => "missing_operation",
        AuditProblem.DuplicateOperation => "duplicate_operation",
        AuditProblem.TooLong => "too_long",
        _ => "torn_tail",
    };

    // Copies gain or lose line ends at their end, or come from Windows; nothing else about a checkpoint is lenient.
    private static KnownCheckpoint Given(string path) =>
        new(path == "-" ? "the checkpoint on stdin" : path, Trust.Checkpoint.Parse(Read(path, MostCheckpointBytes).ReplaceLineEndings("\n").TrimEnd('\n') + "\n").ToString());

    private static string Read(string path, long limit)
    {
        if (path == "-")
        {
            return Console.In.ReadToEnd();
        }

        return UntrustedFile.ReadAllBytes(path, limit) is { } bytes
            ? Encoding.UTF8.GetString(bytes)
            : throw new WreException($"{path} is larger than {limit} bytes.", "this is not what `wre audit` writes");
    }

    private static IReadOnlyList<string> Row(JsonElement line)
    {
        var what = Text(line, "event") == "rollout" ? Text(line, "change") : Text(line, "event");
        return
        [
            Text(line, "timestamp") is { Length: > 16 } at ? at[..16].Replace('T', ' ') : "",
            Text(line, "event") != "rollout" && Text(line, "to_state") is { } state ? $"{what} → {state}" : what ?? "",
            $"{Text(line, "skill")} {Text(line, "version")}",
            Text(line, "approver") ?? Text(line, "requested_by") ?? "",
            Text(line, "approval_ticket") ?? "–",
        ];
    }

    private static JsonObject Entry(JsonElement line)
    {
        var entry = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["operation", "timestamp", "event", "skill", "version", "from_state", "to_state", "approver", "requested_by", "approval_ticket", "reason"])
        {
            entry[name] = Text(line, name);
        }

        return entry;
    }

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

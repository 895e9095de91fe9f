using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using WreSkills.Policy;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>A person's decision against the monitor's: what is signed.</summary>
/// <param name="Action">Such as <c>undo_rollback</c>.</param>
/// <param name="Skill">The skill.</param>
/// <param name="Version">Label.</param>
/// <param name="Digest">Content.</param>
/// <param name="Serial">Serial of the registry that the decision was made on; it is good for the next one only.</param>
/// <param name="Approver">Who decides.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record OverrideStatement(string Action, string Skill, string Version, string Digest, long Serial, string Approver, string Reason, DateTimeOffset At)
{
    /// <summary>The action of bringing a retired skill back.</summary>
    public const string UndoRetirement = "undo_retirement";

    /// <summary>The signed text.</summary>
    public byte[] Bytes()
    {
        static string Line(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
            action: {Action}
            skill_name: {Skill}
            version: {Line(Version)}
            skill_digest: {Digest}
            registry_serial: {Serial}
            approver: {Line(Approver)}
            reason: {Line(Reason)}
            timestamp: {Timestamp.ToIso(At)}

            """).ReplaceLineEndings("\n"));
    }
}

/// <summary>Signed statements beside the tickets: <c>OVERRIDE_&lt;sha256 of the text&gt;.txt</c> and <c>….txt.sig</c>.</summary>
public sealed class OverrideStatements(WorkspaceLayout layout, TrustRootStore trust, PromotionPolicy policy, TimeProvider time)
{
    /// <summary>True where a decision needs a signature: somebody's key is enrolled.</summary>
    public bool Needed => trust.Load().Root is not null;

    /// <summary>Keeps a statement with its signature.</summary>
    /// <param name="statement">The decision.</param>
    /// <param name="signature">The armored signature over its bytes.</param>
    /// <returns>The statement's name, and null; or why the signature does not count.</returns>
    public (string? Name, string? Refusal) Keep(OverrideStatement statement, string signature)
    {
        var bytes = statement.Bytes();
        if (Refuse(bytes, signature, statement.Approver, time.GetUtcNow()) is { } refusal)
        {
            return (null, refusal);
        }

        var name = $"OVERRIDE_{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}.txt";
        DurableFile.Replace(Path.Combine(layout.TicketsFolder, name), bytes);
        DurableFile.Replace(Path.Combine(layout.TicketsFolder, name + ".sig"), signature);
        return (name, null);
    }

    /// <summary>Why the statement that an audit line names does not carry what the line says; null when it does.</summary>
    public string? Refuse(JsonElement line)
    {
        string? Text(string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (Text("statement") is not { } name || name.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            return $"the {(Text("event") == Transition.RevivalKind ? "retirement" : "rollback")} was undone without a signed statement";
        }

        var path = Path.Combine(layout.TicketsFolder, name);
        if (!File.Exists(path) || !File.Exists(path + ".sig") || !Timestamp.TryParse(Text("timestamp"), out var at))
        {
            return $"the signed statement {name} is missing";
        }

        var bytes = File.ReadAllBytes(path);
        var text = Encoding.UTF8.GetString(bytes);
        var serial = line.TryGetProperty("serial", out var number) && number.TryGetInt64(out var value) ? value - 1 : -1;
        string[] needed = [$"action: {(Text("event") == Transition.RevivalKind ? OverrideStatement.UndoRetirement : "undo_rollback")}", $"skill_name: {Text("skill")}", $"version: {Text("version")}", $"skill_digest: {Text("digest")}", $"registry_serial: {serial.ToString(CultureInfo.InvariantCulture)}"];
        return needed.Any(part => !text.Split('\n').Contains(part))
            ? $"the signed statement {name} is about something else"
            : Refuse(bytes, File.ReadAllText(path + ".sig"), Text("approver"), at);
    }

    private string? Refuse(ReadOnlySpan<byte> bytes, string signature, string? approver, DateTimeOffset at)
    {
        if (trust.Load().Root is not { } root)
        {
            return "nobody's key is enrolled";
        }

        var check = root.Check(bytes, signature, SignaturePurpose.Override, at);
        return !check.IsGood ? $"the signature does not count: {check.Reason}"
            : approver is null || !check.Covers(approver) ? $"it is signed by {check.Principals[0]}, not by {approver}"
            : policy.FindApprover(approver, Approver.Override) is null ? $"{approver} is not listed under `approvers` in the policy with the right to override"
            : null;
    }
}

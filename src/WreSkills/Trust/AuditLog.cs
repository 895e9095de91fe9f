using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Trust;

/// <summary>The record of who did what on which evidence: <c>audit.jsonl</c>, one line per operation, append-only.</summary>
public sealed class AuditLog(WorkspaceLayout layout)
{
    private static readonly JsonSerializerOptions s_format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends a line unless the operation has one already. Durable when it returns.</summary>
    /// <returns>False when it was there.</returns>
    public bool Append(string operation, JsonObject line) => IdempotentLog.Append(layout.AuditFile, "operation", operation, line.ToJsonString(s_format));

    /// <summary>All lines in order; torn and malformed ones are passed over.</summary>
    public IReadOnlyList<JsonElement> Lines() => [.. IdempotentLog.Lines(layout.AuditFile)];
}

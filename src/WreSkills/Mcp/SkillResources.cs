using System.Text.Json.Nodes;

using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Mcp;

/// <summary>
/// Skills as resources: <c>skill://NAME/SKILL.md</c> for every skill that serves somebody, and every other file of one by the template. A
/// session with a key reads what serves its key; without sessions it is what serves every key, because a read brings no key of its own.
/// </summary>
internal sealed class SkillResources(WorkspaceAccess access)
{
    private const int PageSize = 100;

    public ValueTask<ListResourcesResult> ListAsync(RequestContext<ListResourcesRequestParams> request, CancellationToken cancellationToken) => AnswerAsync("resources/list", () =>
    {
        var cursor = request.Params?.Cursor;
        return access.ReadAsync(
            workspace =>
            {
                var buffer = new byte[16 * 1024];
                var page = SkillListing.Available(workspace.Registry.Load()).Where(skill => Serves(skill.Entry) && (cursor is null || string.CompareOrdinal(skill.Name, cursor) > 0)).Take(PageSize + 1).ToList();
                return Task.FromResult(new ListResourcesResult
                {
                    Resources = [.. page.Take(PageSize).Select(skill => new Resource
                    {
                        Uri = new SkillUri(skill.Name, SkillFolder.SkillFileName).ToString(),
                        Name = skill.Name,
                        Description = SkillListing.Description(workspace, skill.Name, skill.Entry, buffer),
                        MimeType = "text/markdown",
                    })],
                    NextCursor = page.Count > PageSize ? page[PageSize - 1].Name : null,
                });
            },
            cancellationToken);
    });

    public static ValueTask<ListResourceTemplatesResult> ListTemplatesAsync(RequestContext<ListResourceTemplatesRequestParams> request, CancellationToken cancellationToken) => ValueTask.FromResult(new ListResourceTemplatesResult
    {
        ResourceTemplates =
        [
            new ResourceTemplate
            {
                UriTemplate = SkillUri.Template,
                Name = "skill_file",
                Title = "File of a skill",
                Description = "A file of the version of a skill that serves; SKILL.md is its text.",
            },
        ],
    });

    public ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken) => AnswerAsync("resources/read", async () =>
    {
        var uri = SkillUri.Parse(request.Params?.Uri);
        var contents = await access.ReadAsync(
            workspace => uri.Path == SkillFolder.SkillFileName ? DocumentAsync(workspace, uri, cancellationToken) : Task.FromResult(File(workspace, uri)), cancellationToken).ConfigureAwait(false);

        // The next promotion or rollback changes what serves.
        return new ReadResourceResult { Contents = [contents], TimeToLive = TimeSpan.Zero };
    });

    private bool Serves(SkillEntry entry) => access.Options.SessionKey is null ? SkillListing.ServesEveryKey(entry) is not null : ServingPlan.For(entry) is { Baseline: not null } or { Candidate: not null };

    private async Task<ResourceContents> DocumentAsync(Workspace workspace, SkillUri uri, CancellationToken cancellationToken)
    {
        var text = await workspace.Reader.ReadAsync(Request(workspace, uri.Skill), cancellationToken).ConfigureAwait(false) ?? throw NotServed(uri);
        if (text.Text is null)
        {
            throw new WreException($"{uri.Skill} is not handed out.", "work without the skill", [.. text.Refused.Select(refusal => $"{refusal.Kind} {refusal.Name}: {refusal.Reason} ({refusal.Hint})")]);
        }

        access.Loaded?.Note(text.Skill, text.Key, text.Digest);
        return new TextResourceContents { Uri = uri.ToString(), MimeType = "text/markdown", Text = text.Text, Meta = Meta(text.Version, text.Digest) };
    }

    private ResourceContents File(Workspace workspace, SkillUri uri)
    {
        var file = access.Loaded?.Find(uri.Skill, null) is { } digest
            ? SkillFileReader.OfDigest(workspace, uri.Skill, digest, uri.Path)
            : SkillFileReader.OfRequest(workspace, Request(workspace, uri.Skill), uri.Path) ?? throw NotServed(uri);
        var (meta, type) = (Meta(file.Version, file.Digest), ContentType.Of(uri.Path, file.Text is not null));
        return file.Text is { } text
            ? new TextResourceContents { Uri = uri.ToString(), MimeType = type, Text = text, Meta = meta }
            : BlobOf(file, uri, type, meta);
    }

    private static BlobResourceContents BlobOf(VersionFile file, SkillUri uri, string type, JsonObject meta)
    {
        var blob = BlobResourceContents.FromBytes(file.Bytes, uri.ToString(), type);
        blob.Meta = meta;
        return blob;
    }

    private LoadRequest Request(Workspace workspace, string skill) => access.Options.SessionKey is { } key
        ? new LoadRequest { Skill = skill, Key = key }
        : new LoadRequest
        {
            Skill = skill,
            State = SkillListing.ServesEveryKey(workspace.Registry.Load().Require(skill)) ?? throw new WreException($"No version of {skill} serves every key.", "call load_skill with a key"),
        };

    private static JsonObject Meta(string? version, string digest) => new() { ["wre/version"] = version, ["wre/digest"] = digest };

    private static WreException NotServed(SkillUri uri) => new($"No version of {uri.Skill} serves this session.", "work without the skill");

    private async ValueTask<T> AnswerAsync<T>(string name, Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (WreException error)
        {
            throw new McpProtocolException(SkillTool.Words(error), error, McpErrorCode.InvalidParams);
        }
        catch (Exception error) when (error is not (OperationCanceledException or McpException))
        {
            if (access.Options.Log is { } log)
            {
                McpLog.Unexpected(log, error, name);
            }

            throw new McpProtocolException($"{name} failed unexpectedly ({error.GetType().Name}).", error, McpErrorCode.InternalError);
        }
    }
}

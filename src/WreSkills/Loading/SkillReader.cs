using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// What an agent gets to read, in three levels (policy 6): name and description, the text, a file on demand. Which version that is, the
/// <see cref="SkillLoader"/> decides.
/// </summary>
public sealed class SkillReader(SkillLoader loader)
{
    /// <summary>Reads the version that serves a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The text, or why it is refused; null when no version serves the key: work without the skill.</returns>
    /// <exception cref="WreException">The skill is unknown, or the content is not what the registry names.</exception>
    public async Task<SkillText?> ReadAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = request.Key ?? Guid.NewGuid().ToString();
        if (Load(request, key) is not { } loaded)
        {
            return null;
        }

        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var text = Describe(request, key, loaded);
        return text with { Text = request.Level switch { DisclosureLevel.Metadata => null, DisclosureLevel.Body => loaded.Folder.Document?.Body ?? "", _ => loaded.Text } };
    }

    /// <summary>Reads one file of exactly the version that serves a request.</summary>
    /// <param name="request">What is asked for; its level does not matter.</param>
    /// <param name="path">Path of the file as <see cref="SkillText.Files"/> lists it.</param>
    /// <returns>The file; null when no version serves the key.</returns>
    /// <exception cref="WreException">The skill is unknown, the version has no such file, or its content is not what the registry names.</exception>
    public ServedContent? ReadFile(LoadRequest request, string path)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(path);
        var key = request.Key ?? Guid.NewGuid().ToString();
        if (Load(request, key) is not { } loaded)
        {
            return null;
        }

        // The path is looked up among the names of the version's files and never walked, so nothing outside of it can be named.
        var files = loaded.Files;
        var file = files.FirstOrDefault(file => file.Path == path)
            ?? throw new WreException(
                $"{loaded.Skill} {loaded.Version ?? "(draft)"} has no file '{path}'.",
                "name one of the files below, as it stands there",
                [.. files.Select(file => file.Path)]);
        return new ServedContent(Describe(request with { Level = DisclosureLevel.Metadata }, key, loaded), file, Bytes(loaded, file));
    }

    private LoadedSkill? Load(LoadRequest request, string key) =>
        request.State is { } state ? loader.LoadState(request.Skill, state) : loader.Load(request.Skill, key, request.Labels);

    private static SkillText Describe(LoadRequest request, string key, LoadedSkill loaded) => new()
    {
        Skill = loaded.Skill,
        Key = key,
        Version = loaded.Version,
        Digest = loaded.Digest,
        Arm = loaded.Arm,
        State = loaded.State,
        StateSerial = loaded.StateSerial,
        Folder = loaded.Folder.Path,
        Agent = request.Agent,
        Level = request.Level,
        Description = loaded.Folder.Settings.Description,
        Files = loaded.Files,
    };

    // Read once more and held against the hash: what changes between the check and now is not handed out.
    private static ReadOnlyMemory<byte> Bytes(LoadedSkill loaded, ServedFile file)
    {
        var path = Path.Combine(loaded.Folder.Path, file.Path);
        try
        {
            if (UntrustedFile.ReadAllBytes(path, file.Length) is { } bytes && SkillDigest.Of(bytes) == file.Sha256)
            {
                return bytes;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WreException($"Cannot read {path}: {error.Message}", "`wre doctor` shows what is wrong with the version store", innerException: error);
        }

        throw new WreException($"{path} was changed while it was read.", "load it again; `wre doctor` shows what is wrong with the version store");
    }
}

namespace WreSkills.Mcp;

/// <summary>Which version a session was given last of each skill, so that files are read of the same one whatever was promoted or rolled back since.</summary>
internal sealed class LoadedVersions
{
    private const int Most = 1024;
    private readonly Lock _turn = new();
    private readonly Dictionary<string, (string Key, string Digest)> _versions = [];

    public void Note(string skill, string key, string digest)
    {
        lock (_turn)
        {
            // So many skills are no session's; whoever is forgotten is read by key again.
            if (_versions.Count >= Most && !_versions.ContainsKey(skill))
            {
                _versions.Clear();
            }

            _versions[skill] = (key, digest);
        }
    }

    /// <summary>The digest that was loaded last of a skill with this key, or with any when null; null when none was.</summary>
    public string? Find(string skill, string? key)
    {
        lock (_turn)
        {
            return _versions.TryGetValue(skill, out var loaded) && (key is null || key == loaded.Key) ? loaded.Digest : null;
        }
    }
}

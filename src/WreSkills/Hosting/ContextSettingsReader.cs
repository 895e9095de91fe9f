using WreSkills.Loading;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Reads <c>throttles:</c> and <c>context:</c> of wre.yaml.</summary>
internal static class ContextSettingsReader
{
    private const int MostUses = 1_000_000_000;

    public static ContextCatalog Read(YamlSection throttles, YamlSection context, string root) =>
        new([.. throttles.Keys.Select(name => Throttle(throttles.Section(name), name))], [.. context.Keys.Select(name => Context(context, name, root)).OfType<ContextSettings>()]);

    private static ThrottleSettings Throttle(YamlSection one, string name)
    {
        int? Most(string key) => one.Keys.Contains(key) ? one.Whole(key, 1, 0, MostUses) : null;
        var throttle = new ThrottleSettings
        {
            Name = name,
            MaxPerSecond = one.Keys.Contains("max_per_second") ? one.Number("max_per_second", 1, 0, MostUses) : null,
            MaxPerMinute = Most("max_per_minute"),
            MaxPerHour = Most("max_per_hour"),
            MaxPerDay = Most("max_per_day"),
            MaxParallel = Most("max_parallel"),
            Description = one.Text("description"),
        };
        if (throttle is { MaxPerSecond: null, MaxPerMinute: null, MaxPerHour: null, MaxPerDay: null, MaxParallel: null })
        {
            one.Report("max_per_minute", "is missing: a throttle needs one of max_per_second, max_per_minute, max_per_hour, max_per_day and max_parallel");
        }

        return throttle;
    }

    // A bare value is the value; a mapping says where it comes from.
    private static ContextSettings? Context(YamlSection context, string name, string root)
    {
        if (!context.IsMapping(name))
        {
            if (context.Text(name) is { } text)
            {
                return new ContextSettings { Name = name, Value = text };
            }

            context.Report(name, "is empty: give a value, {file: PATH}, or {source: request}");
            return null;
        }

        var one = context.Section(name);
        var (value, file) = (one.Text("value"), one.Text("file"));
        var fromRequest = one.Text("source") is { } source && (source == "request" || Report(one, "source", $"is '{source}'; the only source is request"));
        var given = (value is null ? 0 : 1) + (file is null ? 0 : 1) + (fromRequest ? 1 : 0);
        if (given != 1)
        {
            one.Report("value", "stands alone: give exactly one of value, file, and source: request");
            return null;
        }

        return new ContextSettings
        {
            Name = name,
            Value = value,
            Path = file is null ? null : Path.GetFullPath(Path.Combine(root, file)),
            ComesWithRequest = fromRequest,
            Description = one.Text("description"),
        };
    }

    private static bool Report(YamlSection section, string key, string message)
    {
        section.Report(key, message);
        return false;
    }
}

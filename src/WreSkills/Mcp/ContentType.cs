namespace WreSkills.Mcp;

/// <summary>What a file is called on the wire, by its ending.</summary>
internal static class ContentType
{
    public static string Of(string path, bool isText) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".md" => "text/markdown",
        ".json" => "application/json",
        ".yaml" or ".yml" => "application/yaml",
        ".csv" => "text/csv",
        ".html" => "text/html",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".svg" => "image/svg+xml",
        ".pdf" => "application/pdf",
        _ => isText ? "text/plain" : "application/octet-stream",
    };
}

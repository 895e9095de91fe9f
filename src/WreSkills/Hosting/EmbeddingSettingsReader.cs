using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Reads <c>embeddings:</c> of wre.yaml: the model that ranks by meaning.</summary>
internal static class EmbeddingSettingsReader
{
    public static EmbeddingSettings? Read(YamlSection section)
    {
        if (!section.Exists)
        {
            return null;
        }

        var endpoint = section.Text("endpoint", "http://localhost:11434/v1")!;
        var address = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        if (address is null)
        {
            section.Report("endpoint", "must be an http or https address up to its version, such as http://localhost:11434/v1");
        }

        var model = section.Text("model");
        if (string.IsNullOrWhiteSpace(model))
        {
            section.Report("model", "is missing: the model's name as the endpoint knows it, such as nomic-embed-text");
        }

        if (section.Text("api_key") is not null)
        {
            section.Report("api_key", "must not stand in a file: name an environment variable with api_key_env");
        }

        var variable = section.Text("api_key_env");
        var timeout = TimeSpan.FromSeconds(section.Number("timeout_seconds", 2, 0.01, 600));
        var batchTimeout = TimeSpan.FromSeconds(section.Number("batch_timeout_seconds", 60, 0.01, 86_400));
        var batch = section.Whole("batch_size", 32, 1, 2_048);
        return address is null || string.IsNullOrWhiteSpace(model) ? null : new EmbeddingSettings
        {
            Endpoint = address,
            Model = model,
            ApiKeyVariable = variable,
            Timeout = timeout,
            BatchTimeout = batchTimeout,
            BatchSize = batch,
        };
    }
}

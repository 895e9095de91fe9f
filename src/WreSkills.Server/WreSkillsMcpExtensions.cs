using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using ModelContextProtocol.Server;

using WreSkills.Hosting;
using WreSkills.Mcp;

namespace WreSkills.Server;

/// <summary>Mounts the skill server into an ASP.NET application.</summary>
public static class WreSkillsMcpExtensions
{
    /// <summary>Adds what serves skills over MCP's streamable HTTP; <see cref="MapWreSkillsMcp"/> mounts it.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says at least which workspace.</param>
    public static IServiceCollection AddWreSkillsMcp(this IServiceCollection services, Action<WreSkillsMcpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<WreSkillsMcpOptions>().Configure(configure)
            .Validate(static options => options.Open is not null || Directory.Exists(options.Workspace), "WreSkillsMcpOptions.Workspace must be the root folder of a workspace.")
            .Validate(static options => options.Token is null or { Length: >= 16 }, "WreSkillsMcpOptions.Token must have at least 16 characters.")
            .ValidateOnStart();
        services.AddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<WreSkillsMcpOptions>>().Value;
            return new SkillMcpServer(new SkillMcpOptions
            {
                Open = options.Open ?? (() => Workspace.Open(options.Workspace, trustRoot: options.TrustRoot)),
                Log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("WreSkills.Mcp"),
            });
        });
        services.AddOptions<McpServerOptions>().Configure<SkillMcpServer>(static (server, skills) => skills.Configure(server));

        // Every request stands for itself: nothing is kept between two, so servers can be restarted and put beside one another.
        services.AddMcpServer().WithHttpTransport(static transport => transport.Stateless = true);
        return services;
    }

    /// <summary>Mounts the skill server. Requests that are too large, come from elsewhere, or lack the token are refused before the protocol sees them.</summary>
    /// <param name="endpoints">The application's endpoints.</param>
    /// <param name="pattern">Where; default <c>/mcp</c>.</param>
    /// <returns>The endpoints, for conventions of the application such as its own authorization.</returns>
    public static IEndpointConventionBuilder MapWreSkillsMcp(this IEndpointRouteBuilder endpoints, string pattern = "/mcp")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var guard = new RequestGuard(endpoints.ServiceProvider.GetRequiredService<IOptions<WreSkillsMcpOptions>>().Value);
        var mapped = endpoints.MapMcp(pattern);
        mapped.Finally(endpoint => endpoint.RequestDelegate = endpoint.RequestDelegate is { } serve ? guard.Before(serve) : null);
        return mapped;
    }
}

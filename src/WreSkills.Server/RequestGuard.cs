using System.Net;
using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace WreSkills.Server;

/// <summary>
/// Who may ask. A page in a browser can make requests to this machine, and by rebinding its name also read the answers; so the name that a
/// request is addressed to, and the page it comes from, must be known ones.
/// </summary>
internal sealed class RequestGuard(WreSkillsMcpOptions options)
{
    private const string Scheme = "Bearer ";
    private readonly byte[]? _token = options.Token is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;

    public RequestDelegate Before(RequestDelegate serve) => context =>
    {
        if (Refuse(context) is var (status, reason))
        {
            context.Response.StatusCode = status;
            if (status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
            }

            return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.MaxRequestBytes;
        }

        return serve(context);
    };

    private (int Status, string Reason)? Refuse(HttpContext context)
    {
        var headers = context.Request.Headers;
        return !IsKnown(context.Request.Host.Host) ? (StatusCodes.Status403Forbidden, "This server does not go by that name.")
            : headers.Origin.Count > 0 && !headers.Origin.All(IsKnownOrigin) ? (StatusCodes.Status403Forbidden, "Pages of that origin may not ask.")
            : _token is null && !options.AllowRemoteWithoutToken && context.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address) ? (StatusCodes.Status403Forbidden, "Only clients on the same machine are answered.")
            : _token is not null && !IsToken(headers.Authorization) ? (StatusCodes.Status401Unauthorized, "A bearer token is needed.")
            : context.Request.ContentLength > options.MaxRequestBytes ? (StatusCodes.Status413PayloadTooLarge, $"A request has at most {options.MaxRequestBytes} bytes.")
            : null;
    }

    // Hashes have one length, so the comparison tells nothing about the token's.
    private bool IsToken(string? authorization) => authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), _token);

    private bool IsKnownOrigin(string? origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && IsKnown(uri.Host);

    private bool IsKnown(string host) => host.Trim('[', ']') is var name
        && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)) || options.AllowedHosts.Contains(name));
}

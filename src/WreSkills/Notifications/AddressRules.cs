using System.Net;
using System.Net.Sockets;

namespace WreSkills.Notifications;

/// <summary>
/// Which addresses a webhook may reach: none of this machine, of private networks or of clouds' metadata services. Asked about the address that is really connected
/// to, so that a name which resolves differently the second time does not help.
/// </summary>
public static class AddressRules
{
    // RFC 6890 and its registry of special addresses.
    private static readonly IPNetwork[] s_refused =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True when an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && s_nat64.Contains(address))
        {
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        }

        return !Array.Exists(s_refused, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>Connects to a host, if every address it resolves to is allowed.</summary>
    /// <exception cref="PrivateAddressException">It may not be reached.</exception>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    internal static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowPrivate, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host.Host, cancellationToken).ConfigureAwait(false);
        if (!allowPrivate && Array.Find(addresses, address => !IsPublic(address)) is { } refused)
        {
            throw new PrivateAddressException($"{host.Host} is {refused}, which is not an address of the public internet; `allow_private: true` permits it");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Marks a refusal that no further attempt would change.</summary>
    internal sealed class PrivateAddressException(string message) : Exception(message);
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Gives addresses the one spelling by which endpoints are told apart.</summary>
internal static class EndpointAddress
{
    /// <exception cref="FormatException">The text is none of <see cref="EndpointAddressText.Forms"/>.</exception>
    public static Endpoint Parse(string text) =>
        TryParse(text, out var endpoint, out var problem) ? endpoint : throw new FormatException($"\"{text}\" is no endpoint address: {problem}");

    public static bool TryParse(string text, [NotNullWhen(true)] out Endpoint? endpoint) => TryParse(text, out endpoint, out _);

    /// <param name="text">The address as written.</param>
    /// <param name="endpoint">Address, host, port and path; labels, locality and weight are the caller's to add.</param>
    /// <param name="problem">What is wrong and what is allowed, as the end of a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Endpoint? endpoint, [NotNullWhen(false)] out string? problem)
    {
        if (!EndpointAddressText.TryParse(text, out var parts, out problem))
        {
            endpoint = null;
            return false;
        }

        endpoint = parts.UnixPath is { } path ? new Endpoint { Address = EndpointAddressText.UnixPrefix + path, Host = "", UnixPath = path }
            : EndpointAddressText.TryParseIp(parts.Host, out var address) ? FromIp(address, parts.Port)
            : FromName(parts.Host, parts.Port);
        return true;
    }

    /// <param name="address">An IPv4 address mapped into IPv6 becomes plain IPv4, so that it is one endpoint however it was found.</param>
    /// <param name="port">0: the service's target port applies.</param>
    public static Endpoint FromIp(IPAddress address, int port)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var host = address.ToString();
        var spelled = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        return new Endpoint { Address = WithPort(spelled, port), Host = host, Port = port };
    }

    /// <param name="name">A name for which <see cref="EndpointAddressText.IsName"/> holds.</param>
    /// <param name="port">0: the service's target port applies.</param>
    public static Endpoint FromName(string name, int port)
    {
        var host = name.ToLowerInvariant();
        return new Endpoint { Address = WithPort(host, port), Host = host, Port = port };
    }

    /// <param name="host">As it is spelled in an address.</param>
    /// <param name="port">0: none.</param>
    public static string WithPort(string host, int port) => port == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Mesh.Client.Configuration;

/// <summary>The parts of an endpoint's address as people and discovery write it. Whether each part makes sense where it stands is for others.</summary>
/// <param name="Host">An IP address or a name, as written but without brackets; empty for a Unix socket.</param>
/// <param name="Port">0: none is written.</param>
/// <param name="UnixPath">The path of a Unix socket, else null.</param>
internal readonly record struct EndpointAddressText(string Host, int Port, string? UnixPath)
{
    public const string Forms = "ip:port, [v6]:port, name:port, unix:path, or one of the first three without a port";

    public const string UnixPrefix = "unix:";

    private const int MaximumNameLength = 253;
    private const int MaximumLabelLength = 63;

    private static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");

    /// <param name="text">The address as written.</param>
    /// <param name="parts">Its parts; the host is an IP address or a name.</param>
    /// <param name="problem">What is wrong and what is allowed, as the end of a sentence.</param>
    public static bool TryParse(string text, out EndpointAddressText parts, [NotNullWhen(false)] out string? problem)
    {
        parts = default;
        if (text.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            parts = new("", 0, text[UnixPrefix.Length..]);
            problem = parts.UnixPath is "" || parts.UnixPath!.Contains('\0')
                ? "the path of the Unix socket is missing or not a path; write unix:/path/to/socket"
                : null;
            return problem is null;
        }

        if (!TrySplit(text, out var host, out var portText, out problem))
        {
            return false;
        }

        var port = 0;
        if (portText is not null
            && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue))
        {
            problem = $"the port {FindingSink.Quote(portText)} is not a number from 1 to 65535";
            return false;
        }

        if (!TryParseIp(host, out _) && !IsName(host))
        {
            problem = $"{FindingSink.Quote(host)} is neither an IP address nor a DNS name; allowed are {Forms}";
            return false;
        }

        parts = new(host, port, null);
        return true;
    }

    /// <summary>A host name as DNS can carry it: labels of 1 to 63 letters, digits, hyphens and underscores, together at most 253
    /// characters, with or without the final dot. All digits and dots is a mistyped IPv4 address, not a name.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.EndsWith("."))
        {
            name = name[..^1];
        }

        if (name.Length is 0 or > MaximumNameLength || !name.ContainsAnyExcept(DigitsAndDots))
        {
            return false;
        }

        var label = 0;
        foreach (var character in name)
        {
            if (character == '.')
            {
                if (label == 0)
                {
                    return false;
                }

                label = 0;
            }
            else if ((char.IsAsciiLetterOrDigit(character) || character is '-' or '_') && label < MaximumLabelLength)
            {
                label++;
            }
            else
            {
                return false;
            }
        }

        return label > 0;
    }

    /// <summary>Only the usual spellings: the framework's parser also takes <c>1</c> or <c>0x7f.1</c> for IPv4 addresses.</summary>
    public static bool TryParseIp(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return text.Contains(':')
            ? IPAddress.TryParse(text, out address)
            : text.Count('.') == 3 && !text.ContainsAnyExcept(DigitsAndDots) && IPAddress.TryParse(text, out address);
    }

    private static bool TrySplit(string text, out string host, out string? port, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        port = null;
        host = text;
        if (text.Contains("://", StringComparison.Ordinal))
        {
            problem = $"an address has no scheme; allowed are {Forms}";
            return false;
        }

        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !text.AsSpan(1, end - 1).Contains(':') || (end + 1 < text.Length && text[end + 1] != ':'))
            {
                problem = $"brackets hold an IPv6 address, as in [::1]:80; allowed are {Forms}";
                return false;
            }

            host = text[1..end];
            port = end + 1 < text.Length ? text[(end + 2)..] : null;
            return true;
        }

        // Several colons without brackets are an IPv6 address without a port.
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && colon == text.LastIndexOf(':'))
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }

        return true;
    }
}

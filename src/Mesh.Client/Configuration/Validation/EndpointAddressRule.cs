using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Addresses in rules: what <see cref="EndpointAddressText"/> reads, written so that other readers of the same rules take it too.</summary>
internal static class EndpointAddressRule
{
    // The shortest limit of the platforms (sun_path of macOS); the path would fail at connect otherwise.
    private const int LongestPath = 103;

    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? FindError(string address)
    {
        if (!EndpointAddressText.TryParse(address, out var parts, out var problem))
        {
            return problem;
        }

        if (parts.UnixPath is { } path)
        {
            return path.Length <= LongestPath ? null
                : string.Create(CultureInfo.InvariantCulture, $"a unix address needs a path of 1 to {LongestPath} characters");
        }

        if (EndpointAddressText.TryParseIp(parts.Host, out _))
        {
            return parts.Host.Contains(':', StringComparison.Ordinal) && !address.StartsWith('[')
                ? "an IPv6 address stands in brackets, such as [::1]:9080"
                : null;
        }

        return DnsName.IsHost(parts.Host) ? null : $"{FindingSink.Quote(parts.Host)} is no host name; letters, digits and '-' with dots between are allowed";
    }
}

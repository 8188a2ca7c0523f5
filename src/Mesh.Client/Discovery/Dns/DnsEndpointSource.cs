using System.Net;
using System.Net.Sockets;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery.Dns;

/// <summary>
/// A and AAAA records, found the way people expect from the operating system: addresses stand for themselves, <c>localhost</c> is this
/// machine, <c>/etc/hosts</c> comes before DNS, and short names are completed as <c>resolv.conf</c> says; but with the records' time to live.
/// </summary>
internal sealed class DnsEndpointSource(DnsResolver resolver, DnsAddressFinder addresses) : IEndpointSource
{
    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        var name = question.Name;
        if (EndpointAddressText.TryParseIp(name.Trim('[', ']'), out var address))
        {
            return new(new EndpointAnswer([EndpointAddress.FromIp(address, 0)], Timeout.InfiniteTimeSpan));
        }

        if (IsLocalhost(name))
        {
            // One machine is one endpoint: with ::1 beside it every other call would try a port that few servers bind.
            var loopback = Socket.OSSupportsIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback;
            return new(new EndpointAnswer([EndpointAddress.FromIp(loopback, 0)], Timeout.InfiniteTimeSpan));
        }

        if (!EndpointAddressText.IsName(name))
        {
            throw new DiscoveryException($"The service {question.Service} cannot be looked up: \"{name}\" is not a DNS name (labels of 1 to 63 letters,"
                + " digits, hyphens and underscores, 253 characters in all).")
            {
                IsPermanent = true,
            };
        }

        // The hosts file has no time to live; its subscribers hear of changes.
        var listed = resolver.Hosts.Find(name);
        return listed.Count > 0 ? new(new EndpointAnswer(ToEndpoints(listed), Timeout.InfiniteTimeSpan)) : SearchAsync(name, cancellationToken);
    }

    public IDisposable Subscribe(Action changed) => resolver.Subscribe(changed);

    private static bool IsLocalhost(string name)
    {
        var trimmed = name.AsSpan().TrimEnd('.');
        return trimmed.Equals("localhost", StringComparison.OrdinalIgnoreCase) || trimmed.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>In an order that does not change with that of the answer.</summary>
    private static List<Endpoint> ToEndpoints(IEnumerable<IPAddress> addresses) =>
        [.. addresses.Select(address => EndpointAddress.FromIp(address, 0)).DistinctBy(endpoint => endpoint.Address)
            .OrderBy(endpoint => endpoint.Address, StringComparer.Ordinal)];

    private async ValueTask<EndpointAnswer> SearchAsync(string name, CancellationToken cancellationToken)
    {
        string? failure = null;
        var negativeFor = TimeSpan.MaxValue;
        var candidates = resolver.ResolvConf.Candidates(name);
        foreach (var candidate in candidates)
        {
            // A search suffix can make a good name too long.
            if (!EndpointAddressText.IsName(candidate))
            {
                continue;
            }

            var found = await addresses.FindAsync(candidate, cancellationToken).ConfigureAwait(false);
            if (!found.IsEmpty)
            {
                return ToAnswer(found);
            }

            failure ??= found.Failure;
            negativeFor = negativeFor < found.ValidFor ? negativeFor : found.ValidFor;
            if (found.IsSilence)
            {
                // The rest of the search list would take as long, and the failure would come too late to be told.
                break;
            }
        }

        // As long as one question is open, nobody has said that there are none.
        return failure is null
            ? new EndpointAnswer([], negativeFor) { Explanation = $"DNS has no address for {string.Join(", ", candidates.Select(candidate => candidate.TrimEnd('.')))}." }
            : throw new DiscoveryException($"DNS failed for {name}: {failure}.");
    }

    private static EndpointAnswer ToAnswer(DnsAddresses found) => new(ToEndpoints(found.All), found.ValidFor)
    {
        LeavesOpen = found.V4.Failure is not null ? static endpoint => !IsV6(endpoint) : found.V6.Failure is not null ? IsV6 : null,
    };

    private static bool IsV6(Endpoint endpoint) => endpoint.Host.Contains(':');
}

using Mesh.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>
/// SRV records (RFC 2782): each gives the name of a host, a port, a priority and a weight. The addresses of the hosts are taken from the same
/// answer where it brings them along, and looked up otherwise. Names are completed as <c>resolv.conf</c> says.
/// </summary>
internal sealed class SrvEndpointSource(DnsResolver resolver, DnsAddressFinder addresses, ILogger logger) : IEndpointSource
{
    /// <summary>What a port without a name is looked up by: the usual word, then the one of Microsoft.Extensions.ServiceDiscovery.</summary>
    private static readonly string[] UsualPorts = ["_http._tcp.", "_default._tcp."];

    private readonly SrvTargets _targets = new(resolver, addresses);

    public async ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = question.Name.StartsWith('_') ? [question.Name] : [.. UsualPorts.Select(port => port + question.Name)];
        if (names.FirstOrDefault(name => !EndpointAddressText.IsName(name)) is { } bad)
        {
            throw new DiscoveryException($"The service {question.Service} cannot be looked up: \"{bad}\" is not a DNS name (labels of 1 to 63 letters,"
                + " digits, hyphens and underscores, 253 characters in all). It is made of the name of the port, _tcp and the service's DiscoveryName or name.")
            {
                IsPermanent = true,
            };
        }

        string? failure = null;
        var negativeFor = TimeSpan.MaxValue;
        List<string> asked = [.. names.SelectMany(resolver.ResolvConf.Candidates).Where(candidate => EndpointAddressText.IsName(candidate))];
        foreach (var candidate in asked)
        {
            var found = await resolver.FindAsync(candidate, DnsRecordType.SRV, cancellationToken).ConfigureAwait(false);
            if (found.Records.Count > 0)
            {
                return await ReadAsync(candidate.TrimEnd('.'), found, question, cancellationToken).ConfigureAwait(false);
            }

            failure ??= found.Failure;
            negativeFor = negativeFor < found.ValidFor ? negativeFor : found.ValidFor;
            if (found.IsSilence)
            {
                break;
            }
        }

        return failure is null
            ? new EndpointAnswer([], negativeFor) { Explanation = $"DNS has no SRV record for {string.Join(", ", asked.Select(candidate => candidate.TrimEnd('.')))}." }
            : throw new DiscoveryException($"DNS failed for {question.Name}: {failure}.");
    }

    public IDisposable Subscribe(Action changed) => resolver.Subscribe(changed);

    private async Task<EndpointAnswer> ReadAsync(string name, DnsReply found, EndpointQuestion question, CancellationToken cancellationToken)
    {
        // A lone record with the root as its target says that there is no such service here.
        List<DnsRecord> records = [.. found.Records.Where(record => record.Target.Length > 0 && record.Port > 0)];
        if (records.Count == 0)
        {
            return new EndpointAnswer([], found.ValidFor) { Explanation = $"The SRV record of {name} says that the service is not offered." };
        }

        var targets = await _targets.FindAsync(records, found.Additionals, cancellationToken).ConfigureAwait(false);
        if (targets.LeftOut > 0)
        {
            DiscoveryLog.TargetsCut(logger, question.Service, name, SrvTargets.MaximumLookups);
        }

        var endpoints = SrvEndpoints.Build(records, targets.ByTarget);
        var validFor = found.ValidFor < targets.ValidFor ? found.ValidFor : targets.ValidFor;
        if (endpoints.Count > 0)
        {
            return new EndpointAnswer(endpoints, validFor)
            {
                LeavesOpen = targets.Failure is null ? null : targets.LeavesOpen,
            };
        }

        return targets.Failure is null
            ? new EndpointAnswer([], validFor) { Explanation = $"DNS has no address for {Describe(records)}, to which the SRV records of {name} point." }
            : throw new DiscoveryException($"DNS failed for {Describe(records)}, to which the SRV records of {name} point: {targets.Failure}.");
    }

    private static string Describe(List<DnsRecord> records) =>
        records.Count == 1 ? records[0].Target : $"{records[0].Target} and {records.Count - 1} more";
}

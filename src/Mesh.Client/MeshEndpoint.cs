using System.Collections.Frozen;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>One address that can answer calls to a service, as a source of endpoints describes it. Immutable; the same object in one set and
/// the next says that nothing about it has changed.</summary>
public sealed class MeshEndpoint
{
    /// <summary>That of SRV records; more makes no sense of anything.</summary>
    internal const int LowestPriority = ushort.MaxValue;

    // What the mesh makes of it, once. Whoever comes second makes the same.
    private volatile Endpoint[]? _compiled;

    /// <param name="address"><c>ip:port</c>, <c>[v6]:port</c>, <c>name:port</c>, <c>unix:path</c>, or one of the first three without a port, for
    /// which the service's target port stands, else the port that the caller addressed.</param>
    /// <exception cref="ArgumentException"><paramref name="address"/> is none of these, or null.</exception>
    public MeshEndpoint(string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        if (!EndpointAddressText.TryParse(address, out _, out var problem))
        {
            throw new ArgumentException($"{FindingSink.Quote(address)} cannot be an endpoint's address: {problem}.", nameof(address));
        }

        Address = address;
    }

    /// <param name="host">An IP address, with or without brackets, or a DNS name.</param>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="ArgumentException"><paramref name="host"/> is neither, or null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is no port.</exception>
    public MeshEndpoint(string host, int port)
        : this(Join(host, port))
    {
    }

    /// <summary>The address as given.</summary>
    public string Address { get; }

    /// <summary>What subsets select by, such as <c>version</c>. Not changed afterwards by whoever gave it. Empty by default.</summary>
    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = FrozenDictionary<string, string>.Empty;

    /// <summary>Where it stands: <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>. Null, the default: not known.</summary>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public string? Locality
    {
        get;
        init
        {
            if (value is not null && !LocalityText.IsValid(value))
            {
                throw new ArgumentException($"{FindingSink.Quote(value)} is not a locality; region, region/zone or region/zone/subzone is needed.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Its share of the calls beside those of the others, from 1, the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Weight
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>When it is called, as in SRV records and in Envoy: those of 0, the default, get all calls as long as they are healthy enough to bear them; what they
    /// cannot bear spills over to those of the next number, whatever their places. Numbers that no endpoint has are no gaps. 0 to 65535.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 0 or more than 65535.</exception>
    public int Priority
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LowestPriority);
            field = value;
        }
    }

    /// <summary>Which of the service's ports are served here, and on which port of the endpoint: from the number that callers address to the number
    /// that is dialled, each 1 to 65535. It goes before a port in <see cref="Address"/>. Empty, the default: all, on the port of the address.
    /// Not for <c>unix:</c> addresses.</summary>
    /// <exception cref="ArgumentException">A number is not a port, or the address is a Unix socket.</exception>
    public IReadOnlyDictionary<int, int> Ports
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (var (port, target) in value)
            {
                if (port is < 1 or > ushort.MaxValue || target is < 1 or > ushort.MaxValue)
                {
                    throw new ArgumentException($"{Address} cannot serve the port {port} on {target}: both are numbers from 1 to 65535.", nameof(value));
                }
            }

            if (value.Count > 0 && Address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"{Address} is a Unix socket, which has no ports.", nameof(value));
            }

            field = value;
        }
    } = FrozenDictionary<int, int>.Empty;

    /// <summary>Whether it is to get calls; <see cref="MeshEndpointState.Ready"/> by default.</summary>
    public MeshEndpointState State { get; init; }

    /// <summary>It is for callers in other places than this process's: called after all others, unless a rule says how places count.</summary>
    internal bool IsForOthers { get; init; }

    /// <summary>One endpoint, or with several target ports one for each.</summary>
    internal Endpoint[] Compile(LabelSets labels) => _compiled ??= Make(labels);

    private static string Join(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return EndpointAddress.WithPort(Bracketed(host), port);
    }

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;

    private Endpoint[] Make(LabelSets labels)
    {
        var endpoint = EndpointAddress.Parse(Address) with
        {
            Labels = Labels.Count == 0 ? FrozenDictionary<string, string>.Empty : labels.Get(Labels),
            Locality = Locality,
            Weight = Weight,
            Priority = Priority,
            IsForOthers = IsForOthers,
            IsDraining = State == MeshEndpointState.Draining,
        };
        return Ports.Count == 0
            ? [endpoint]
            : [.. Ports.GroupBy(port => port.Value, port => port.Key).OrderBy(target => target.Key).Select(target => At(endpoint, target))];
    }

    private static Endpoint At(Endpoint endpoint, IGrouping<int, int> target) => endpoint with
    {
        Address = EndpointAddress.WithPort(Bracketed(endpoint.Host), target.Key),
        Port = target.Key,
        ServicePorts = [.. target.Order()],
    };
}

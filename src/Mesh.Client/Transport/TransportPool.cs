using System.Collections.Concurrent;
using Mesh.Client.Model;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Transport;

/// <summary>
/// All connections that the mesh owns, by address and policy: subsets of a service and clients of equal settings share them. It has no
/// timer; a transport that nobody used for a while goes when another is made.
/// </summary>
internal sealed class TransportPool(TimeProvider timeProvider) : IDisposable
{
    /// <summary>Longer than any handler rotation, so that only policies nobody builds any more fall out.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private const int PolicyLimit = 256;

    private readonly ConcurrentDictionary<TransportKey, EndpointTransport> _transports = new();
    private readonly ConcurrentDictionary<TransportPolicy, TransportPolicy> _policies = new();
    private volatile bool _isDisposed;

    public int Count => _transports.Count;

    /// <summary>A transport on which a call has begun; the caller ends it. No allocation once it exists.</summary>
    /// <param name="endpoint">The pick.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="policy">How the client's connections are made.</param>
    /// <param name="now">A timestamp of this call.</param>
    public EndpointTransport BeginCall(EndpointState endpoint, ClusterState cluster, TransportPolicy policy, long now)
    {
        var connectTimeout = cluster.Model.Policy.ConnectTimeout;
        while (true)
        {
            var transport = endpoint.Transport as EndpointTransport;
            if (transport is null || transport.Key.ConnectTimeout != connectTimeout || !ReferenceEquals(transport.Key.Policy, policy))
            {
                transport = GetOrAdd(endpoint, cluster, policy, connectTimeout);
                endpoint.Transport = transport;
            }

            if (transport.TryBeginCall())
            {
                transport.LastUsed = now;
                return transport;
            }

            // Closed between the look and the call: nothing was sent, so a fresh one takes its place.
            _transports.TryRemove(new(transport.Key, transport));
            endpoint.Transport = null;
        }
    }

    /// <summary>The one object that stands for policies of this value, so that calls compare references.</summary>
    public TransportPolicy Intern(TransportPolicy policy)
    {
        if (_policies.TryGetValue(policy, out var known))
        {
            return known;
        }

        // Policies with closures in them are never equal to a later one; those without connections make room.
        if (_policies.Count >= PolicyLimit)
        {
            var used = _transports.Keys.Select(key => key.Policy).ToHashSet(ReferenceEqualityComparer.Instance);
            foreach (var candidate in _policies.Keys)
            {
                if (!used.Contains(candidate))
                {
                    _policies.TryRemove(candidate, out _);
                }
            }
        }

        return _policies.GetOrAdd(policy, policy);
    }

    /// <summary>Drains the connections of an endpoint that discovery dropped: calls under way finish. A cluster that still has the address
    /// (a relabelled endpoint) dials anew.</summary>
    public void Drain(EndpointState endpoint)
    {
        if (endpoint.Transport is not EndpointTransport { Key.Address: var address })
        {
            return;
        }

        endpoint.Transport = null;
        foreach (var (key, transport) in _transports)
        {
            if (key.Address == address && _transports.TryRemove(new(key, transport)))
            {
                transport.Close();
            }
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var transport in _transports.Values)
        {
            transport.Dispose();
        }

        _transports.Clear();
    }

    private EndpointTransport GetOrAdd(EndpointState endpoint, ClusterState cluster, TransportPolicy policy, TimeSpan connectTimeout)
    {
        var description = endpoint.Endpoint;
        var key = new TransportKey(EndpointAuthority.Describe(description, cluster), policy, connectTimeout);
        if (_transports.TryGetValue(key, out var existing))
        {
            return existing;
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        CloseIdle();
        var handler = policy.CreateHandler(connectTimeout);
        handler.ConnectCallback = new Dialer(EndpointAuthority.Target(description, cluster)).ConnectAsync;
        handler.ActivityHeadersPropagator = MeshPropagator.Wrap(
            policy.Propagator, description.UnixPath ?? description.Host, EndpointAuthority.PortOf(description, cluster));
        var made = new EndpointTransport(key, handler, timeProvider.GetTimestamp());
        var kept = _transports.GetOrAdd(key, made);
        if (kept != made)
        {
            made.Close();
        }

        return kept;
    }

    private void CloseIdle()
    {
        foreach (var (key, transport) in _transports)
        {
            if (transport.IsIdle && timeProvider.GetElapsedTime(transport.LastUsed) > IdleLimit && _transports.TryRemove(new(key, transport)))
            {
                transport.Close();
            }
        }
    }
}

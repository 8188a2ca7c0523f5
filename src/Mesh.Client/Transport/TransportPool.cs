using System.Collections.Concurrent;
using Mesh.Client.Model;
using Mesh.Client.Security;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Transport;

/// <summary>
/// All connections that the mesh owns, by address and policy: subsets of a service and clients of equal settings share them. It has no
/// timer; a transport that nobody used for a while goes when another is made.
/// </summary>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="connectFailed">Who is told of connections that could not be made. From any thread; does not throw.</param>
internal sealed class TransportPool(TimeProvider timeProvider, Action<ClusterState, EndpointState> connectFailed) : IDisposable
{
    public TimeProvider TimeProvider => timeProvider;

    /// <summary>Longer than any handler rotation, so that only policies nobody builds any more fall out.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private const int PolicyLimit = 256;

    private readonly ConcurrentDictionary<TransportKey, EndpointTransport> _transports = new();
    private readonly ConcurrentDictionary<TransportPolicy, TransportPolicy> _policies = new();
    private long _sweptAt = timeProvider.GetTimestamp();
    private volatile bool _isDisposed;

    public int Count => _transports.Count;

    /// <summary>A timestamp of the clock by which idle transports are told.</summary>
    public long Now => timeProvider.GetTimestamp();

    /// <summary>A transport on which a call has begun; the caller ends it. No allocation once it exists.</summary>
    /// <param name="endpoint">The pick.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="model">How the rules want connections made.</param>
    /// <param name="policy">How the client's connections are made.</param>
    /// <param name="now">A timestamp of this call.</param>
    public EndpointTransport BeginCall(EndpointState endpoint, ClusterState cluster, ClusterPolicy model, TransportPolicy policy, long now)
    {
        while (true)
        {
            var slots = endpoint.Transports as TransportSlot[] ?? [];
            if (Find(slots, policy, model) is not { } transport)
            {
                transport = GetOrAdd(endpoint, cluster, policy, model);
                endpoint.Transports = With(slots, new TransportSlot(policy, transport));
            }

            if (transport.TryBeginCall())
            {
                transport.LastUsed = now;
                if (endpoint.IsLeaving)
                {
                    // Picked before it was drained: nobody comes after this call.
                    Forget(endpoint, transport);
                    transport.Close();
                }

                return transport;
            }

            // Closed between the look and the call: nothing was sent, so a fresh one takes its place.
            Forget(endpoint, transport);
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

    /// <summary>Drains the connections of an endpoint that is leaving: calls under way finish. A cluster that still has the address
    /// (a relabelled endpoint) dials anew.</summary>
    public void Drain(EndpointState endpoint)
    {
        if (endpoint.Transports is not TransportSlot[] { Length: > 0 } slots)
        {
            return;
        }

        endpoint.Transports = null;
        var address = slots[0].Transport.Key.Address;
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

    private void Forget(EndpointState endpoint, EndpointTransport transport)
    {
        _transports.TryRemove(new(transport.Key, transport));
        endpoint.Transports = null;
    }

    private EndpointTransport GetOrAdd(EndpointState endpoint, ClusterState cluster, TransportPolicy policy, ClusterPolicy model)
    {
        var description = endpoint.Endpoint;
        var key = new TransportKey(EndpointAuthority.Describe(description, cluster), policy, model.Connections, model.Tls);
        if (_transports.TryGetValue(key, out var existing))
        {
            existing.Watch.Add(cluster, endpoint);
            return existing;
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        CloseIdle();
        var handler = policy.CreateHandler(model.Connections);
        var dialer = new Dialer(EndpointAuthority.Target(description, cluster), timeProvider, model.Connections.TcpKeepAlive);
        var watch = new ConnectionWatch(
            model.Tls is { } tls ? new TlsDialer(dialer, new ServerCheck(tls)).ConnectAsync : dialer.ConnectAsync, handler.ConnectTimeout, timeProvider, connectFailed);
        handler.ConnectCallback = watch.ConnectAsync;
        handler.ActivityHeadersPropagator = MeshPropagator.Wrap(
            policy.Propagator, description.UnixPath ?? description.Host, EndpointAuthority.PortOf(description, cluster));
        var made = new EndpointTransport(key, handler, watch, timeProvider.GetTimestamp());
        var kept = _transports.GetOrAdd(key, made);
        kept.Watch.Add(cluster, endpoint);
        if (kept != made)
        {
            made.Close();
        }
        else if (_isDisposed)
        {
            // The end came between the look and the entry, and did not see it.
            made.Dispose();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        }

        return kept;
    }

    private static EndpointTransport? Find(TransportSlot[] slots, TransportPolicy policy, ClusterPolicy model)
    {
        foreach (var slot in slots)
        {
            if (ReferenceEquals(slot.Policy, policy) && (ReferenceEquals(slot.Transport.Key.Connections, model.Connections) || slot.Transport.Key.Connections == model.Connections)
                && (ReferenceEquals(slot.Transport.Key.Tls, model.Tls) || slot.Transport.Key.Tls == model.Tls))
            {
                return slot.Transport;
            }
        }

        return null;
    }

    /// <summary>Two that add at once may lose one of the two; it is then looked up again.</summary>
    private static TransportSlot[] With(TransportSlot[] slots, TransportSlot added)
        => [.. slots.Where(slot => !slot.Transport.IsClosed && !ReferenceEquals(slot.Policy, added.Policy)), added];

    /// <summary>Once a minute at most, since a service that warms up makes many transports one after another.</summary>
    private void CloseIdle()
    {
        var sweptAt = Volatile.Read(ref _sweptAt);
        if (timeProvider.GetElapsedTime(sweptAt) < SweepInterval
            || Interlocked.CompareExchange(ref _sweptAt, timeProvider.GetTimestamp(), sweptAt) != sweptAt)
        {
            return;
        }

        foreach (var (key, transport) in _transports)
        {
            if (transport.IsIdle && timeProvider.GetElapsedTime(transport.LastUsed) > IdleLimit && _transports.TryRemove(new(key, transport)))
            {
                transport.Close();
            }
        }
    }
}

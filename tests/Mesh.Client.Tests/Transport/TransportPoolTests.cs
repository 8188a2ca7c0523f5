using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class TransportPoolTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly ClusterState _cluster;
    private readonly EndpointState _endpoint = new(EndpointAddress.Parse("10.0.0.1:80"));
    private readonly TransportPool _pool;

    public TransportPoolTests()
    {
        var model = Services.Cluster(Services.Named("shop"));
        _cluster = new ClusterState(model.Key, model);
        _pool = new TransportPool(_clock, static (_, _) => { });
    }

    [Fact]
    public void BeginCall_finds_the_connections_of_clients_of_different_settings_without_allocating()
    {
        var one = Policy(new SocketsHttpHandler());
        var other = Policy(new SocketsHttpHandler { MaxConnectionsPerServer = 7 });
        Assert.NotSame(Call(one), Call(other));
        Call(one);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Call(one);
            Call(other);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2, _pool.Count);
    }

    [Fact]
    public void Intern_gives_clients_of_equal_settings_one_policy()
        => Assert.Same(Policy(new SocketsHttpHandler()), Policy(new SocketsHttpHandler()));

    [Fact]
    public void Drain_closes_the_connections_of_every_policy_and_the_next_call_gets_new_ones()
    {
        var policy = Policy(new SocketsHttpHandler());
        var first = Call(policy);
        var second = Call(Policy(new SocketsHttpHandler { MaxConnectionsPerServer = 7 }));
        _pool.Drain(_endpoint);

        Assert.True(first.IsClosed && second.IsClosed);
        Assert.NotSame(first, Call(policy));
    }

    /// <summary>Picked before it was drained, and begun afterwards.</summary>
    [Fact]
    public void BeginCall_on_an_endpoint_that_is_leaving_makes_connections_that_end_with_the_call()
    {
        var policy = Policy(new SocketsHttpHandler());
        _endpoint.IsLeaving = true;
        var transport = _pool.BeginCall(_endpoint, _cluster, _cluster.Model.Policy, policy, 0);

        Assert.True(transport.IsClosed);
        Assert.Equal(0, _pool.Count);
        transport.EndCall();
        _endpoint.IsLeaving = false;
        Assert.NotSame(transport, Call(policy));
    }

    [Fact]
    public void Connections_that_nobody_used_go_when_others_are_made()
    {
        var old = Call(Policy(new SocketsHttpHandler()));
        _clock.Advance(TimeSpan.FromMinutes(11));
        Call(Policy(new SocketsHttpHandler { MaxConnectionsPerServer = 7 }));

        Assert.True(old.IsClosed);
        Assert.Equal(1, _pool.Count);
    }

    [Fact]
    public void BeginCall_after_the_end_says_so()
    {
        _pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Call(Policy(new SocketsHttpHandler())));
    }

    public void Dispose() => _pool.Dispose();

    private TransportPolicy Policy(SocketsHttpHandler handler)
    {
        using (handler)
        {
            return _pool.Intern(TransportPolicy.FromPrimaryHandler(handler)!);
        }
    }

    private EndpointTransport Call(TransportPolicy policy)
    {
        var transport = _pool.BeginCall(_endpoint, _cluster, _cluster.Model.Policy, policy, _clock.GetTimestamp());
        transport.EndCall();
        return transport;
    }
}

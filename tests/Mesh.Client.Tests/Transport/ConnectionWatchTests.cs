using System.Net.Sockets;
using Mesh.Client.Model;
using Mesh.Client.Security;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class ConnectionWatchTests
{
    private readonly TestClock _clock = new();
    private readonly List<string> _told = [];
    private readonly EndpointState _endpoint = new(EndpointAddress.Parse("10.0.0.1:80"));
    private Func<Exception?> _connect = () => null;

    [Fact]
    public async Task Connection_that_cannot_be_made_is_told_once_for_each_cluster_and_fails()
    {
        var watch = Watch();
        var other = new EndpointState(EndpointAddress.Parse("10.0.0.1:80"));
        watch.Add(Cluster("shop"), _endpoint);
        watch.Add(Cluster("shop"), _endpoint);
        watch.Add(Cluster("store"), other);
        _connect = () => new SocketException((int)SocketError.ConnectionRefused);

        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(watch));

        Assert.Equal(["shop", "store"], _told.Order());
        GC.KeepAlive(other);
    }

    [Fact]
    public async Task Connection_that_is_made_is_not_told()
    {
        var watch = Watch();
        watch.Add(Cluster("shop"), _endpoint);

        Assert.Same(Stream.Null, await ConnectAsync(watch));

        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(999, 15_000, 0)]
    [InlineData(1000, 15_000, 1)]
    [InlineData(49, 100, 0)]
    [InlineData(50, 100, 1)]
    public async Task Connection_that_is_given_up_is_told_where_it_had_time_enough(int after, int limit, int told)
    {
        var watch = Watch(TimeSpan.FromMilliseconds(limit));
        watch.Add(Cluster("shop"), _endpoint);
        _connect = () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(after));
            return new OperationCanceledException();
        };

        await Assert.ThrowsAsync<OperationCanceledException>(() => ConnectAsync(watch));

        Assert.Equal(told, _told.Count);
    }

    [Fact]
    public async Task Certificate_that_cannot_be_read_is_no_fault_of_the_endpoint()
    {
        var watch = Watch();
        watch.Add(Cluster("shop"), _endpoint);
        _connect = () => new CertificateFileException("missing", new IOException());

        await Assert.ThrowsAsync<CertificateFileException>(() => ConnectAsync(watch));

        Assert.Empty(_told);
    }

    private static ClusterState Cluster(string service)
    {
        var model = Services.Cluster(Services.Named(service));
        return new ClusterState(model.Key, model);
    }

    private static Task<Stream> ConnectAsync(ConnectionWatch watch) => watch.ConnectAsync(null!, CancellationToken.None).AsTask();

    private ConnectionWatch Watch(TimeSpan? connectTimeout = null) => new(
        (_, _) => _connect() is { } failure ? ValueTask.FromException<Stream>(failure) : ValueTask.FromResult(Stream.Null),
        connectTimeout ?? TimeSpan.FromSeconds(15),
        _clock,
        (cluster, endpoint) => _told.Add(cluster.Model.Service.Name));
}

using Mesh.Client.Model;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class EndpointTransportTests : IDisposable
{
    private readonly RecordingHandler _handler = new();

    [Fact]
    public void Close_without_calls_closes_the_connections_at_once()
    {
        Create().Close();
        Assert.True(_handler.IsDisposed);
    }

    [Fact]
    public void Close_during_a_call_waits_for_its_end()
    {
        var transport = Create();
        Assert.True(transport.TryBeginCall());
        transport.Close();
        Assert.False(_handler.IsDisposed);

        transport.EndCall();
        Assert.True(_handler.IsDisposed);
    }

    [Fact]
    public void TryBeginCall_after_close_says_no_and_keeps_the_count()
    {
        var transport = Create();
        Assert.True(transport.TryBeginCall());
        transport.Close();
        Assert.False(transport.TryBeginCall());
        Assert.False(_handler.IsDisposed);

        transport.EndCall();
        Assert.True(_handler.IsDisposed);
    }

    [Fact]
    public void Close_twice_is_close_once()
    {
        var transport = Create();
        Assert.True(transport.TryBeginCall());
        transport.Close();
        transport.Close();
        transport.EndCall();
        Assert.True(_handler.IsDisposed);
    }

    [Fact]
    public async Task Calls_and_close_from_many_threads_never_use_closed_connections()
    {
        for (var round = 0; round < 200; round++)
        {
            var handler = new RecordingHandler();
            var transport = Create(handler);
            var used = 0;
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(
                () =>
                {
                    while (transport.TryBeginCall())
                    {
                        Interlocked.Add(ref used, handler.IsDisposed ? 1 : 0);
                        transport.EndCall();
                    }
                },
                TestContext.Current.CancellationToken)).ToArray();
            transport.Close();
            await Task.WhenAll(callers);

            Assert.Equal((0, true), (used, handler.IsDisposed));
        }
    }

    private static TransportKey Key => default(TransportKey) with { Connections = ConnectionPolicy.Default };

    public void Dispose() => _handler.Dispose();

    private EndpointTransport Create() => Create(_handler);

    private static EndpointTransport Create(HttpMessageHandler handler)
        => new(Key, handler, new((_, _) => ValueTask.FromResult(Stream.Null), Timeout.InfiniteTimeSpan, TimeProvider.System, (_, _) => { }), createdAt: 0);

    private sealed class RecordingHandler : HttpMessageHandler
    {
        private volatile bool _isDisposed;

        public bool IsDisposed => _isDisposed;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _isDisposed = true;
            base.Dispose(disposing);
        }
    }
}

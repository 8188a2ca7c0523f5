using System.Diagnostics;
using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Telemetry;

/// <summary>One call over a real sockets handler to a server that tells which headers arrived.</summary>
public sealed class PropagationFixture : IAsyncLifetime
{
    internal const string Incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    internal const string Peer = "k8s.namespace.name=shop,k8s.deployment.name=productpage-v1,service.name=productpage,app.name=productpage";

    private EchoServer _server = null!;
    private HttpMessageInvoker _transport = null!;

    internal static MeshConfiguration Workload { get; } = PeerMetadataTests.Configuration("productpage-v1", null, ("app", "productpage"));

    public async ValueTask InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _transport = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = MeshPropagator.Wrap(DistributedContextPropagator.CreateW3CPropagator(), "127.0.0.1", _server.Address.Port),
        });
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _server.DisposeAsync();
    }

    internal int Port => _server.Address.Port;

    internal HttpRequestMessage Request(params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return request;
    }

    internal async Task<IReadOnlyDictionary<string, string>> CallAsync(
        HttpRequestMessage request, bool receivesContext = true, MeshConfiguration? configuration = null, TraceWriter writer = TraceWriter.Transport)
    {
        if (CallContext.TryGet(request, out var earlier))
        {
            // A handler above the mesh sends the same message again: the call before has ended by then.
            ContextPropagator.EndCall(request, earlier);
        }

        ContextPropagator.BeginCall(request, receivesContext, configuration ?? MeshConfiguration.Empty, writer);
        return await SendAsync(request, _transport);
    }

    internal async Task<IReadOnlyDictionary<string, string>> ResendAsync(HttpRequestMessage request, int count)
    {
        Assert.True(CallContext.TryGet(request, out var context));
        ContextPropagator.BeginResend(request, context, count);
        return await SendAsync(request, _transport);
    }

    internal static async Task<IReadOnlyDictionary<string, string>> SendAsync(HttpRequestMessage request, HttpMessageInvoker transport)
    {
        using var response = await transport.SendAsync(request, TestContext.Current.CancellationToken);
        return await EchoServer.ReadAsync(response);
    }

    internal static string TraceId(IReadOnlyDictionary<string, string> headers) => headers["traceparent"].Split('-')[1];

    internal static string SpanId(IReadOnlyDictionary<string, string> headers) => headers["traceparent"].Split('-')[2];
}

using Mesh.Client.TestKit;
using Mesh.Client.Tests.Telemetry;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Alone, since what other tests listen to would make spans for these calls.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class MeshCallAllocationTests
{
    [Fact]
    public async Task Call_answered_at_once_allocates_no_more_than_what_goes_on_its_messages()
    {
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [Rules()],
            InnerHandler = new AtOnce(),
        });
        using var meshed = new HttpMessageInvoker(handler);
        using var bare = new HttpMessageInvoker(new AtOnce());
        using var caller = new CancellationTokenSource();
        await BytesOfAsync(meshed, caller.Token);

        var added = await BytesOfAsync(meshed, caller.Token) - await BytesOfAsync(bare, caller.Token);

        // The traceparent, the rewritten URI and its text, the content and its headers, the time that the attempt has; and, once any test has asked something of the mesh
        // for a request, the options of every request, where it looks for that.
        Assert.InRange(added, 0, 136 + 56 + 88 + 104 + 64 + 32 + 104);
    }

    private static async Task<long> BytesOfAsync(HttpMessageInvoker invoker, CancellationToken token)
    {
        const int Calls = 1_000;
        var uri = new Uri("http://reviews/some/path");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.TryAddWithoutValidation("x", "y");
            using var response = await invoker.SendAsync(request, token);
            _ = response.Content.Headers;
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static FakeSource Rules()
    {
        var source = new FakeSource("rules");
        source.PushJson($$"""
            { {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "timeout": "10s",
              "retries": { "attempts": 2, "perTryTimeout": "2s" }, "route": [ { "destination": { "host": "reviews" } } ] } ] } } }
            """);
        return source;
    }

    private sealed class AtOnce : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage { RequestMessage = request });
    }
}

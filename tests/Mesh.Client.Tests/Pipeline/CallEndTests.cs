using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>However a call ends, the caller's message is what it was, and nothing stays counted.</summary>
public sealed class CallEndTests
{
    private const string Rule = """
        "rewrite": { "uri": "/new/", "authority": "other" },
        "headers": { "request": { "set": { "user-agent": "x", "content-type": "a/b" }, "remove": [ "accept" ] } },
        """;

    [Theory]
    [InlineData("cancelled")]
    [InlineData("reset")]
    [InlineData("odd exception")]
    [InlineData("mesh disposed")]
    [InlineData("route timeout")]
    [InlineData("answered")]
    public async Task Message_is_as_before_after_a_call_that_was(string ending)
    {
        using var mesh = new MeshFixture($$"""
            "Workload": { "Name": "caller" },
            {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Rule}} {{(ending == "route timeout" ? "\"timeout\": \"1s\"," : "")}}
              "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ], "mirror": { "host": "reviews", "subset": "v2" } } ] } }
            """);
        var runtime = ((Client.Pipeline.MeshHandler)mesh.Handler).Runtime;
        mesh.Transport["10.0.0.1:80"].Always(ending switch
        {
            "cancelled" or "route timeout" or "mesh disposed" => TransportStep.Hang(),
            "reset" => TransportStep.Reset(),
            "odd exception" => TransportStep.Throw(() => new InvalidCastException()),
            _ => TransportStep.Status(200),
        });
        var content = new StreamContent(new MemoryStream(new byte[100]));
        content.Headers.TryAddWithoutValidation("Content-Type", "text/plain;  q=1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://reviews:9080/a%2Fb?x#f") { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "a/1 (b) c/2");
        request.Headers.Accept.ParseAdd("text/html, text/plain;q=0.5");
        request.Headers.Host = "given";
        _ = content.Headers.ContentLength;
        var before = Describe(request);
        using var stop = new CancellationTokenSource();
        using var invoker = new HttpMessageInvoker(mesh.Handler, disposeHandler: false);

        var call = invoker.SendAsync(request, stop.Token);
        if (ending == "mesh disposed")
        {
            runtime.Dispose();
        }

        if (ending is "cancelled" or "mesh disposed")
        {
            await stop.CancelAsync();
        }
        else if (ending == "route timeout")
        {
            mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        await Record.ExceptionAsync(async () => (await call).Dispose());

        Assert.Same(content, request.Content);
        Assert.Equal(before, Describe(request));
        await Eventually.TrueAsync(() => ending == "mesh disposed" || runtime.Clusters.GetStates().SelectMany(state => state.Endpoints.All.ToArray()).All(endpoint => endpoint.InFlight == 0));
    }

    [Theory]
    [InlineData("http://reviews:9080/a", false)]
    [InlineData("http://reviews:9080/a", true)]
    [InlineData("https+http://reviews/a", false)]
    public async Task Message_that_is_disposed_during_the_call_costs_neither_the_answer_nor_a_place(string uri, bool hasBody)
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "connectionPool": {
              "tcp": { "maxConnections": 1 }, "http": { "h2UpgradePolicy": "UPGRADE" } } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Rule}}
              "route": [ { "destination": { "host": "reviews" } } ], "mirror": { "host": "reviews" } } ] } }
            """);
        var gate = new SyncPoint();
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.Stop(gate));
        using var invoker = new HttpMessageInvoker(mesh.Handler, disposeHandler: false);
        var call = SendAndDispose();
        await gate.WaitUntilReachedAsync();
        gate.Continue();

        using (var response = await call)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await Eventually.TrueAsync(() => Assert.Single(mesh.Mesh.GetClusters()) is { ConnectionPool.ActiveRequests: 0 } cluster
            && cluster.Endpoints[0].InFlight == 0);

        Task<HttpResponseMessage> SendAndDispose()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = hasBody ? new StreamContent(new MemoryStream(new byte[100])) : null };
            return invoker.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Message_is_as_before_after_a_synchronous_call()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: $$"""
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { {{Rule}}
              "route": [ { "destination": { "host": "shop" } } ], "mirror": { "host": "shop" } } ] } }
            """);
        using var content = new StringContent("abc");
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://shop/x") { Content = content };
        _ = content.Headers.ContentLength;
        var before = Describe(request);
        using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Same(content, request.Content);
        Assert.Equal(before, Describe(request));
        await Eventually.TrueAsync(() => mesh.Fleet[0].Requests == 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "mirror": { "host": "shop" } """)]
    public async Task Answer_comes_while_the_body_is_still_being_sent(string mirror)
    {
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http2, Map = MapDuplex }, rules: $$"""
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "shop" } } ] {{mirror}} } ] } }
            """);
        using var body = new OpenContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://shop/duplex")
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await Eventually.EndsAsync(
            mesh.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));

        Assert.Same(body, request.Content);
        body.End();
        Assert.Equal("end", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static void MapDuplex(WebApplication app) => app.MapPost("/duplex", async (HttpContext context) =>
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await context.Request.Body.CopyToAsync(Stream.Null);
        await context.Response.WriteAsync("end");
    });

    private static string Describe(HttpRequestMessage request)
    {
        var headers = request.Headers.NonValidated.Concat(request.Content!.Headers.NonValidated).Select(header => $"{header.Key}: {header.Value}");
        return $"{request.Method} {request.RequestUri!.OriginalString}\n{string.Join('\n', headers.Order(StringComparer.Ordinal))}";
    }

    /// <summary>A body whose end is left open.</summary>
    private sealed class OpenContent : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[10]);
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Deadlines through real services that call each other.</summary>
public sealed class DeadlineChainTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<HeaderDictionary> _atLast = [];
    private WebApplication _last = null!;

    public async ValueTask InitializeAsync() => _last = await StartAsync("", app => app.Run(async context =>
    {
        _atLast.Enqueue(Copy(context));
        if (context.Request.Path == "/hang")
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
    }));

    public ValueTask DisposeAsync() => _last.DisposeAsync();

    [Fact]
    public async Task Each_service_of_a_chain_is_told_less_than_the_one_before()
    {
        HeaderDictionary? atMiddle = null;
        await using var middle = await StartAsync(Service("next", _last), app => app.UseMesh().Run(async context =>
        {
            atMiddle = Copy(context);
            await context.Response.WriteAsync(await Client(context).GetStringAsync("http://next/"));
        }));
        await using var first = await StartAsync(Service("next", middle), app => app.UseMesh().Run(async context =>
            await context.Response.WriteAsync(await Client(context).GetStringAsync("http://next/"))));

        using var response = await SendAsync(first, "/", ("x-envoy-expected-rq-timeout-ms", "600000"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var (middleLeft, lastLeft) = (Left(atMiddle!), Left(Assert.Single(_atLast)));
        Assert.True(lastLeft < middleLeft && middleLeft < 600_000, $"The middle was told {middleLeft}, the last {lastLeft}.");
        Assert.True(lastLeft > 500_000);
    }

    [Fact]
    public async Task Calls_of_a_request_whose_time_is_over_are_cut_and_no_others_are_sent()
    {
        await using var first = await StartAsync(Service("next", _last), app => app.UseMesh().Run(async context =>
        {
            using var cut = await Client(context).GetAsync("http://next/hang");
            using var unsent = await Client(context).GetAsync("http://next/");

            // The request itself goes on, and its answer arrives.
            await context.Response.WriteAsync($"{(int)cut.StatusCode}\n{await cut.Content.ReadAsStringAsync()}\n{(int)unsent.StatusCode}\n{await unsent.Content.ReadAsStringAsync()}");
        }));

        using var response = await SendAsync(first, "/", ("x-envoy-expected-rq-timeout-ms", "300"));
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');

        Assert.Equal(["504", "504"], [lines[0], lines[2]]);
        Assert.All([lines[1], lines[3]], body => Assert.StartsWith("upstream request timeout: the deadline of the incoming request is over: ", body, StringComparison.Ordinal));
        Assert.Single(_atLast);
    }

    [Fact]
    public async Task Request_without_a_deadline_sets_none()
    {
        await using var first = await StartAsync(Service("next", _last), app => app.UseMesh().Run(async context =>
            await context.Response.WriteAsync(await Client(context).GetStringAsync("http://next/"))));

        using var response = await SendAsync(first, "/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(Assert.Single(_atLast).ContainsKey(DeadlineHeaders.Expected));
    }

    [Fact]
    public async Task Deadline_of_a_gRPC_call_holds_for_the_calls_of_its_server()
    {
        await using var server = await StartAsync(Service("next", _last), app =>
        {
            app.UseMesh();
            app.MapGrpcService<Greeting>();
        }, HttpProtocols.Http2);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [Source($"{Service("greeter", server)}, {Rule("greeter", "20s")}")] });
        using var channel = GrpcChannel.ForAddress("http://greeter", new GrpcChannelOptions { HttpHandler = handler });

        var reply = await new Greeter.GreeterClient(channel).GreetAsync(
            new GreetRequest(), deadline: DateTime.UtcNow.AddMinutes(10), cancellationToken: TestContext.Current.CancellationToken);

        // The rule's 20 s, not the ten minutes of the call.
        Assert.True(GrpcTimeout.TryParse(reply.Text, out var atServer));
        Assert.InRange(atServer, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        Assert.InRange(Left(Assert.Single(_atLast)), 1, (int)atServer.TotalMilliseconds);
    }

    [Fact]
    public async Task Deadline_of_a_gRPC_call_that_is_shorter_than_the_rules_is_told()
    {
        await using var server = await StartAsync(Service("next", _last), app => app.MapGrpcService<Greeting>(), HttpProtocols.Http2);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [Source($"{Service("greeter", server)}, {Rule("greeter", "3600s")}")] });
        using var channel = GrpcChannel.ForAddress("http://greeter", new GrpcChannelOptions { HttpHandler = handler });

        var reply = await new Greeter.GreeterClient(channel).GreetAsync(
            new GreetRequest(), deadline: DateTime.UtcNow.AddMinutes(10), cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(GrpcTimeout.TryParse(reply.Text, out var atServer));
        Assert.InRange(atServer, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
    }

    private static int Left(HeaderDictionary headers) => int.Parse(headers[DeadlineHeaders.Expected].ToString(), CultureInfo.InvariantCulture);

    /// <summary>The server uses its own for the next request.</summary>
    private static HeaderDictionary Copy(HttpContext context) => new(new Dictionary<string, StringValues>(context.Request.Headers, StringComparer.OrdinalIgnoreCase));

    private static HttpClient Client(HttpContext context) => context.RequestServices.GetRequiredService<IHttpClientFactory>().CreateClient();

    private static async Task<HttpResponseMessage> SendAsync(WebApplication to, string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, to.Urls.First() + path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Eventually.EndsAsync(client.SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static string Service(string name, WebApplication at)
        => $$"""
            "Services": { "{{name}}": { "Endpoints": [ { "Address": "{{new Uri(at.Urls.First()).Authority}}" } ] } }
            """;

    private static string Rule(string name, string timeout)
        => $$"""
            "VirtualServices": { "{{name}}": { "hosts": [ "{{name}}" ], "http": [ { "timeout": "{{timeout}}", "route": [ { "destination": { "host": "{{name}}" } } ] } ] } }
            """;

    private static FakeSource Source(string rules)
    {
        var source = new FakeSource("rules");
        source.PushJson($$"""{ {{rules}} }""");
        return source;
    }

    private static async Task<WebApplication> StartAsync(string rules, Action<WebApplication> configure, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddMeshClient(mesh => mesh.AddSource(Source(rules)));
        builder.Services.AddHttpClient();
        builder.Services.AddGrpc();
        var app = builder.Build();
        configure(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Tells the deadline that it got, after a call of its own.</summary>
    private sealed class Greeting(IHttpClientFactory clients) : Greeter.GreeterBase
    {
        public override async Task<GreetReply> Greet(GreetRequest request, ServerCallContext context)
        {
            using var response = await clients.CreateClient().GetAsync("http://next/", context.CancellationToken);
            return new GreetReply { Text = context.GetHttpContext().Request.Headers[DeadlineHeaders.Grpc].ToString() };
        }
    }
}

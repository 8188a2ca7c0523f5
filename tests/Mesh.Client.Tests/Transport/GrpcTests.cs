using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Tests.Transport;

public sealed class GrpcTests
{
    private const string RoundRobin = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } }
        """;

    private static FleetOptions Options => new()
    {
        Protocols = HttpProtocols.Http2,
        Services = builder => builder.Services.AddGrpc(),
        Map = app => app.MapGrpcService<GreeterService>(),
    };

    [Fact]
    public async Task Unary_call_over_a_channel_is_balanced_per_call()
    {
        await using var mesh = await FleetMesh.StartAsync(2, Options, rules: RoundRobin);
        using var channel = GrpcChannel.ForAddress("http://shop", new GrpcChannelOptions { HttpHandler = mesh.Handler });
        var greeter = new Greeter.GreeterClient(channel);
        for (var i = 0; i < 4; i++)
        {
            var reply = await greeter.GreetAsync(new GreetRequest { Name = "Ada" }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("Hello Ada", reply.Text);
        }

        Assert.Equal([2, 2], mesh.Fleet.Servers.Select(server => server.Requests));
    }

    [Fact]
    public async Task Channel_over_an_HttpClientHandler_is_balanced_per_call()
    {
        using var primary = new HttpClientHandler();
        await using var mesh = await FleetMesh.StartAsync(2, Options, primary, RoundRobin);
        using var channel = GrpcChannel.ForAddress("http://shop", new GrpcChannelOptions { HttpHandler = mesh.Handler });
        var greeter = new Greeter.GreeterClient(channel);
        for (var i = 0; i < 4; i++)
        {
            await greeter.GreetAsync(new GreetRequest { Name = "Ada" }, cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.Equal([2, 2], mesh.Fleet.Servers.Select(server => server.Requests));
    }

    [Fact]
    public async Task Stream_keeps_its_messages_and_trailers()
    {
        await using var mesh = await FleetMesh.StartAsync(1, Options);
        using var channel = GrpcChannel.ForAddress("http://shop", new GrpcChannelOptions { HttpHandler = mesh.Handler });
        using var call = new Greeter.GreeterClient(channel).Count(new GreetRequest { Name = "3" }, cancellationToken: TestContext.Current.CancellationToken);
        var texts = new List<string>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(reply.Text);
        }

        Assert.Equal(["0", "1", "2"], texts);
        Assert.Equal("bar", call.GetTrailers().GetValue("foo"));
    }

    [Fact]
    public async Task Injected_grpc_abort_arrives_as_a_grpc_status()
    {
        await using var mesh = await FleetMesh.StartAsync(1, Options, rules: """
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ {
              "fault": { "abort": { "grpcStatus": "UNAVAILABLE", "percentage": { "value": 100 } } },
              "route": [ { "destination": { "host": "shop" } } ] } ] } }
            """);
        using var channel = GrpcChannel.ForAddress("http://shop", new GrpcChannelOptions { HttpHandler = mesh.Handler });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new Greeter.GreeterClient(channel)
            .GreetAsync(new GreetRequest(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Client_of_the_grpc_factory_is_meshed()
    {
        await using var fleet = await Fleet.StartAsync(1, Options);
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, $$"""{ "Mesh": {{FleetMesh.Rules(fleet.Servers)}} }""", TestContext.Current.CancellationToken);
        try
        {
            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonFile(file, optional: false, reloadOnChange: false).Build());
            services.AddMeshClient();
            services.AddGrpcClient<Greeter.GreeterClient>(options => options.Address = new Uri("http://shop"));
            await using var provider = services.BuildServiceProvider();
            var reply = await provider.GetRequiredService<Greeter.GreeterClient>()
                .GreetAsync(new GreetRequest { Name = "Ada" }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("Hello Ada", reply.Text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed class GreeterService : Greeter.GreeterBase
    {
        public override Task<GreetReply> Greet(GreetRequest request, ServerCallContext context)
            => Task.FromResult(new GreetReply { Text = $"Hello {request.Name}" });

        public override async Task Count(GreetRequest request, IServerStreamWriter<GreetReply> responseStream, ServerCallContext context)
        {
            for (var i = 0; i < int.Parse(request.Name, null); i++)
            {
                await responseStream.WriteAsync(new GreetReply { Text = i.ToString(System.Globalization.CultureInfo.InvariantCulture) });
            }

            context.ResponseTrailers.Add("foo", "bar");
        }
    }
}

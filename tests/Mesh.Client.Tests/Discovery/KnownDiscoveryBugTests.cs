using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Tests.Discovery;

/// <summary>What has gone wrong in the discovery of others, where no test of the same thing stands elsewhere. The table in docs/discovery.md has them all.</summary>
public sealed class KnownDiscoveryBugTests
{
    /// <summary>dotnet/extensions 7670: a resolver for each handler that the factory builds, and none of them ever disposed.</summary>
    [Fact]
    public async Task Rebuilt_handlers_make_no_watchers_and_no_timers()
    {
        var clock = new TestClock();
        var source = new FakeEndpointSource();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Mesh:Services:reviews:Discovery", "Fake")]).Build());
        services.AddMeshClient(mesh => mesh.AddEndpointSource(source));
        services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new ScriptedTransport(clock)));
        await using var provider = services.BuildServiceProvider();
        var handlers = provider.GetRequiredService<IHttpMessageHandlerFactory>();
        await CallAsync("first", () => source.PushAsync("reviews", new MeshEndpoint("10.0.0.1")));
        var timers = clock.LiveTimers;

        // A name of its own is a chain of its own, as after a rotation.
        for (var rotation = 0; rotation < 50; rotation++)
        {
            await CallAsync($"rotation{rotation}", () => Task.CompletedTask);
            clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Equal(1, source.Begun);
        Assert.Equal(timers, clock.LiveTimers);

        async Task CallAsync(string name, Func<Task> meanwhile)
        {
            using var client = new HttpClient(handlers.CreateHandler(name), disposeHandler: false);
            var call = client.GetAsync("http://reviews/", TestContext.Current.CancellationToken);
            await meanwhile();
            using var response = await call;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    /// <summary>microsoft/aspire 8559 and 5162: https is taken although only http has endpoints.</summary>
    [Theory]
    [InlineData("https+http://reviews/", "http", "http")]
    [InlineData("https+http://reviews/", "https", "https")]
    [InlineData("http+https://reviews/", "https", "https")]
    public async Task Scheme_is_one_that_the_service_has(string uri, string portName, string scheme)
    {
        using var mesh = new MeshFixture($$""" "Services": { "reviews": { "Ports": [ { "Number": 8080, "Name": "{{portName}}" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } } """);
        using var response = await mesh.GetAsync(uri);

        Assert.Equal(scheme, Assert.Single(mesh.Transport.Requests).Uri.Scheme);
    }

    /// <summary>microsoft/aspire 9913: an endpoint has to be named "default", and generators name it "http".</summary>
    [Theory]
    [InlineData("default")]
    [InlineData("http")]
    [InlineData("web")]
    public async Task Only_port_is_found_whatever_its_name(string portName)
    {
        using var mesh = new MeshFixture($$""" "Services": { "reviews": { "Ports": [ { "Number": 8080, "Name": "{{portName}}" } ], "Endpoints": [ { "Address": "10.0.0.1" } ] } } """);

        Assert.Equal("10.0.0.1:8080", (await MeshFixture.ResultAsync(mesh.GetAsync("http://reviews/"))).Endpoint);
    }

    /// <summary>microsoft/aspire 3746: a port above 65535 yields nothing, in silence.</summary>
    [Theory]
    [InlineData("\"Endpoints\": [ { \"Address\": \"10.0.0.1:65536\" } ]", FindingCodes.BadAddress, "Mesh:Services:reviews:Endpoints:0:Address")]
    [InlineData("\"Ports\": [ { \"Number\": 65536 } ]", FindingCodes.OutOfRange, "Mesh:Services:reviews:Ports:0:Number")]
    public void Port_that_is_none_is_an_error_with_its_path(string service, string code, string path)
        => Assert.Equal(MeshFindingSeverity.Error, Loading.Find(Loading.Section($$"""{ "Services": { "reviews": { {{service}} } } }""").Findings, code, path).Severity);

    /// <summary>microsoft/aspire 456: no way to say in which domain the services are.</summary>
    [Fact]
    public async Task Domain_is_what_the_rules_say()
    {
        using var mesh = new MeshFixture(""" "Domain": "corp.example", "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1" } ] } } """);

        Assert.Equal("reviews.default.svc.corp.example", (await MeshFixture.ResultAsync(mesh.GetAsync("http://reviews.default.svc.corp.example/"))).Host);
    }

    /// <summary>microsoft/aspire 6640 and 9486: nobody sees that all calls go to one address.</summary>
    [Fact]
    public async Task Status_names_each_endpoint_and_its_calls()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Hang());
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Hang());
        using var end = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 8).Select(_ => mesh.Client.GetAsync("http://reviews:9080/", end.Token)).ToArray();

        var endpoints = Assert.Single(mesh.Mesh.GetClusters()).Endpoints;
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80"], endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(8, endpoints.Sum(endpoint => endpoint.InFlight));
        Assert.All(endpoints, endpoint => Assert.NotEqual(0, endpoint.InFlight));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(calls));
    }
}

using System.Net;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Pipeline;

public sealed class HttpClientFactoryTests
{
    private const string Rules = """
        { "Services": { "shop": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } } }
        """;

    [Fact]
    public async Task Named_client_is_meshed()
    {
        await using var host = new TestHost(services => services.AddHttpClient("a"));
        using var response = await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Client_that_nobody_registered_is_meshed()
    {
        await using var host = new TestHost(_ => { });
        using var response = await host.Client("never-registered").GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Typed_client_is_meshed()
    {
        await using var host = new TestHost(services => services.AddHttpClient<ShopClient>());
        using var response = await host.Services.GetRequiredService<ShopClient>().GetAsync();
        Assert.True(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Keyed_client_is_meshed()
    {
        await using var host = new TestHost(services => services.AddHttpClient("keyed").AddAsKeyed());
        using var scope = host.Services.CreateScope();
        using var response = await scope.ServiceProvider.GetRequiredKeyedService<HttpClient>("keyed")
            .GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Client_without_mesh_is_left_alone()
    {
        await using var host = new TestHost(services => services.AddHttpClient("plain").WithoutMesh());
        using var response = await host.Client("plain").GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.False(response.TryGetMeshResult(out _));
        Assert.Equal("shop:80", Assert.Single(host.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Timeout_of_the_client_stays_the_callers_own()
    {
        await using var host = new TestHost(services => services.AddHttpClient("a", client => client.Timeout = TimeSpan.FromSeconds(3)));
        Assert.Equal(TimeSpan.FromSeconds(3), host.Client("a").Timeout);
    }

    [Fact]
    public async Task Adding_the_mesh_twice_adds_it_once()
    {
        await using var host = new TestHost(services => services.AddMeshClient());
        Assert.Single(Chain(host, "a").OfType<MeshHandler>());
    }

    [Fact]
    public async Task Mesh_stands_innermost_and_sees_headers_that_other_handlers_add()
    {
        await using var host = new TestHost(services => services.AddHttpClient("a").AddHttpMessageHandler(() => new AddHeader("end-user", "jason")), """
            { "Services": { "shop": { "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80", "Labels": { "v": "2" } } ] } },
              "DestinationRules": { "shop": { "host": "shop", "subsets": [ { "name": "two", "labels": { "v": "2" } } ] } },
              "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [
                { "match": [ { "headers": { "end-user": { "exact": "jason" } } } ], "route": [ { "destination": { "host": "shop", "subset": "two" } } ] } ] } } }
            """);
        using var response = await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken);

        Assert.Equal("10.0.0.2:80", Assert.Single(host.Transport.Requests).Authority);
        Assert.IsType<MeshHandler>(Chain(host, "a").Last(handler => handler is DelegatingHandler));
    }

    [Fact]
    public async Task No_mesh_section_changes_nothing()
    {
        await using var host = new TestHost(_ => { }, rules: null);
        using var response = await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.Equal("shop:80", Assert.Single(host.Transport.Requests).Authority);
        Assert.Empty(host.Logs.Complaints);
    }

    [Fact]
    public async Task Invalid_rules_fail_the_hosts_start_with_all_findings()
    {
        await using var host = new TestHost(_ => { }, """
            { "Services": { "shop": { "Endpoints": [ { "Address": "10.0.0.1:99999" } ] } },
              "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "timeout": "soon", "route": [ { "destination": { "host": "shop" } } ] } ] } } }
            """);
        var hosted = host.Services.GetServices<IHostedService>();
        var failure = await Assert.ThrowsAsync<MeshConfigurationException>(async () =>
        {
            foreach (var service in hosted)
            {
                await service.StartAsync(TestContext.Current.CancellationToken);
            }
        });

        Assert.True(failure.Findings.Count(finding => finding.Severity == MeshFindingSeverity.Error) >= 2, failure.Message);
        Assert.Contains("soon", failure.Message, StringComparison.Ordinal);
        Assert.Contains("99999", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_rules_without_a_host_fail_the_first_use()
    {
        await using var host = new TestHost(_ => { }, """{ "Services": { "shop": { "Endpoints": [ { "Address": "10.0.0.1:99999" } ] } } }""");
        await Assert.ThrowsAsync<MeshConfigurationException>(
            async () => await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Service_discovery_handler_is_taken_out_so_that_rules_see_the_logical_host()
    {
        await using var host = new TestHost(services =>
        {
            services.AddServiceDiscovery();
            services.ConfigureHttpClientDefaults(defaults => defaults.AddServiceDiscovery());
        });
        using var response = await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken);

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal("shop.default.svc.cluster.local", result.Host);
    }

    [Fact]
    public async Task Service_discovery_still_resolves_hosts_that_the_mesh_does_not_know()
    {
        await using var host = new TestHost(
            services =>
            {
                services.AddServiceDiscovery();
                services.ConfigureHttpClientDefaults(defaults => defaults.AddServiceDiscovery());
            },
            settings: new() { ["services:catalog:http:0"] = "http://10.9.9.9:8080" });
        using var response = await host.Client("a").GetAsync("http://catalog/", TestContext.Current.CancellationToken);

        Assert.False(response.TryGetMeshResult(out _));
        Assert.Equal("10.9.9.9:8080", Assert.Single(host.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Service_discovery_providers_are_endpoint_sources()
    {
        await using var host = new TestHost(
            services =>
            {
                services.AddServiceDiscovery();
                services.ConfigureHttpClientDefaults(defaults => defaults.AddServiceDiscovery());
            },
            """{ "Services": { "catalog": { "Discovery": "ServiceDiscovery" } } }""",
            new() { ["services:catalog:http:0"] = "http://10.9.9.9:8080" });
        using var response = await host.Client("a").GetAsync("http://catalog/", TestContext.Current.CancellationToken);

        Assert.True(response.TryGetMeshResult(out _));
        Assert.Equal("10.9.9.9:8080", Assert.Single(host.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Https_plus_http_form_of_a_known_host_works()
    {
        await using var host = new TestHost(_ => { });
        using var response = await host.Client("a").GetAsync("https+http://shop/x", TestContext.Current.CancellationToken);

        var request = Assert.Single(host.Transport.Requests);
        Assert.Equal("http://10.0.0.1/x", request.Uri.AbsoluteUri);
        Assert.Equal("https+http", response.RequestMessage!.RequestUri!.Scheme);
    }

    [Fact]
    public async Task Named_port_form_of_a_known_host_works()
    {
        await using var host = new TestHost(_ => { }, """
            { "Services": { "shop": { "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 9000, "Name": "admin", "TargetPort": 9001 } ],
              "Endpoints": [ { "Address": "10.0.0.1" } ] } } }
            """);
        using var response = await host.Client("a").GetAsync("http://_admin.shop/x", TestContext.Current.CancellationToken);

        Assert.Equal("10.0.0.1:9001", Assert.Single(host.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Resilience_handler_beside_the_mesh_gets_one_warning_per_client()
    {
        await using var host = new TestHost(services => services.AddHttpClient("a").AddStandardResilienceHandler());
        using var response = await host.Client("a").GetAsync("http://shop/", TestContext.Current.CancellationToken);
        _ = Chain(host, "a");

        var warning = Assert.Single(host.Logs.Complaints);
        Assert.Contains("'a'", warning.Message, StringComparison.Ordinal);
    }

    /// <summary>What Aspire's ServiceDefaults template does to clients.</summary>
    [Fact]
    public async Task Service_defaults_and_the_mesh_live_together()
    {
        await using var host = new TestHost(services =>
        {
            services.AddServiceDiscovery();
            services.ConfigureHttpClientDefaults(http =>
            {
                http.AddStandardResilienceHandler();
                http.AddServiceDiscovery();
            });
        });
        using var response = await host.Client("a").GetAsync("https+http://shop/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out _));
    }

    [Fact]
    public void Default_primary_handler_gives_the_mesh_its_connections()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddMeshClient();
        using var provider = services.BuildServiceProvider();
        using var handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("a");
        var mesh = Walk(handler).OfType<MeshHandler>().Single();
        Assert.NotNull(mesh.Binding.Transport);
    }

    private static List<HttpMessageHandler> Chain(TestHost host, string name)
        => Walk(host.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name));

    private static List<HttpMessageHandler> Walk(HttpMessageHandler? handler)
    {
        var chain = new List<HttpMessageHandler>();
        while (handler is not null)
        {
            chain.Add(handler);
            handler = (handler as DelegatingHandler)?.InnerHandler;
        }

        return chain;
    }

    private sealed class ShopClient(HttpClient client)
    {
        public Task<HttpResponseMessage> GetAsync() => client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
    }

    private sealed class AddHeader(string name, string value) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation(name, value);
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A service provider with a mesh, whose clients end in a scripted transport.</summary>
    private sealed class TestHost : IAsyncDisposable
    {
        private readonly string? _file;
        private readonly ServiceProvider _services;

        public TestHost(Action<IServiceCollection> configure, string? rules = Rules, Dictionary<string, string?>? settings = null)
        {
            var builder = new ConfigurationBuilder();
            if (rules is not null)
            {
                _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
                File.WriteAllText(_file, $$"""{ "Mesh": {{rules}} }""");
                builder.AddJsonFile(_file, optional: false, reloadOnChange: false);
            }

            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(builder.AddInMemoryCollection(settings ?? []).Build());
            services.AddLogging(logging => logging.AddProvider(Logs));
            services.AddMeshClient();
            services.ConfigureHttpClientDefaults(defaults => defaults.ConfigurePrimaryHttpMessageHandler(() => Transport));
            configure(services);
            _services = services.BuildServiceProvider();
        }

        public IServiceProvider Services => _services;

        public ScriptedTransport Transport { get; } = new(TimeProvider.System);

        public LogCapture Logs { get; } = new();

        public HttpClient Client(string name) => _services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

        public async ValueTask DisposeAsync()
        {
            // Microsoft.Extensions.ServiceDiscovery has services that only end asynchronously.
            await _services.DisposeAsync();
            Transport.Dispose();
            if (_file is not null)
            {
                File.Delete(_file);
            }
        }
    }
}

using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Mesh.Client.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mesh.Client.Tests.Docs;

/// <summary>What the pages show, word for word; that it compiles is the test. SnippetTests compares.</summary>
internal static class Snippets
{
    public static void Program(string[] args)
    {
        // snippet
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMeshClient();                                   // every client of IHttpClientFactory, typed, named, keyed or gRPC
        var app = builder.Build();
        app.UseMesh();                                                      // package Mesh.Client.AspNetCore: context of incoming requests goes on
        app.MapGet("/", (IHttpClientFactory clients) => clients.CreateClient().GetStringAsync("http://reviews:9080/reviews/0"));
        app.Run();
        // end
    }

    public static void Options(
        WebApplicationBuilder builder, IConfiguration configuration, HttpRequestMessage request, HttpResponseMessage response, IMesh mesh)
    {
        // snippet
        builder.Services.AddMeshClient(mesh => mesh.AddIstioYaml("istio/*.yaml"));     // Istio resources as files, watched
        builder.Services.AddHttpClient("plain").WithoutMesh();                         // keeps the mesh out of one client
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Configuration = configuration });   // without dependency injection
        request.SetMesh(new MeshCallOptions { Subset = "v2", DisableRetries = true }); // asks for something for one request
        if (response.TryGetMeshResult(out var result)) { /* Flags, Host, Rule, Subset, Endpoint, Attempts */ }
        Console.WriteLine(mesh.Explain(request));                                      // IMesh: which rule, which endpoints, and why, without sending
        // end
    }

    public static void EndpointProvider(IServiceCollection services)
    {
        // snippet
        services.AddServiceDiscovery();
        services.AddMeshClient(mesh => mesh.AddServiceDiscoveryProvider());
        // end
    }

    public static void EndpointSource(IServiceCollection services)
    {
        // snippet
        services.AddMeshClient(mesh => mesh.AddEndpointSource(new ConsulSource(new HttpClient { BaseAddress = new Uri("http://localhost:8500") })));
        // end
    }

    public static void Telemetry(WebApplicationBuilder builder, WebApplication app)
    {
        // snippet
        builder.Services.AddMeshClient();
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeshClientInstrumentation())
            .WithTracing(tracing => tracing
                .AddMeshClientInstrumentation()      // a span per call
                .AddSource("System.Net.Http"));      // a span per attempt; AddHttpClientInstrumentation() does it too

        app.UseMesh();                               // Mesh.Client.AspNetCore: incoming context goes on to outgoing calls
        // end
    }

    public static void Conversion(string yaml, string json)
    {
        // snippet
        var settings = MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("reviews.yaml", yaml));      // several documents become one section
        var resources = MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("appsettings.json", json));   // the section, or a file that has it under Mesh
        // end
    }

    public static void Sources(WebApplicationBuilder builder, IMeshConfigurationSource source)
    {
        // snippet
        builder.Services.AddMeshClient(mesh => mesh
            .AddIstioYaml("istio/*.yaml", "local.yaml")
            .AddSource(source));
        // end
    }

    public static void Without(WebApplicationBuilder builder)
    {
        // snippet
        builder.Services.AddHttpClient("plain").WithoutMesh();
        // end
    }

    public static void Handler(IConfiguration configuration)
    {
        // snippet
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Configuration = configuration });
        using var client = new HttpClient(handler, disposeHandler: false);
        // end
    }

    public static void Running(WebApplication app)
    {
        // snippet
        var mesh = app.Services.GetRequiredService<IMesh>();
        foreach (var endpoint in mesh.GetClusters().SelectMany(cluster => cluster.Endpoints))
        {
            Console.WriteLine($"{endpoint.Address}: {endpoint.InFlight} calls, ejected: {endpoint.IsEjected}");
        }
        // end
    }

    public static void Ejecting(WebApplication app)
    {
        // snippet
        var mesh = app.Services.GetRequiredService<IMesh>();
        mesh.EjectEndpoint("outbound|9080||reviews.default.svc.cluster.local", "10.0.0.7:9080", TimeSpan.FromMinutes(10));
        mesh.ReturnEndpoint("outbound|9080||reviews.default.svc.cluster.local", "10.0.0.7:9080");
        // end
    }

    public static void Explaining(WebApplication app)
    {
        // snippet
        var mesh = app.Services.GetRequiredService<IMesh>();
        var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/reviews/0");
        request.Headers.Add("end-user", "jason");
        MeshExplanation explanation = mesh.Explain(request);
        Console.WriteLine(explanation);                                        // the text that this page shows
        Console.WriteLine($"{explanation.Rule} {explanation.Answer?.Status}");  // everything in the text is there as data
        // end
    }

    public static void Criticality(HttpRequestMessage request)
    {
        // snippet
        request.SetMesh(new MeshCallOptions { Criticality = MeshCriticality.Sheddable });
        // end
    }

    public static async Task Call(HttpClient client)
    {
        // snippet
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/reviews/0");
        request.SetMesh(new MeshCallOptions { Subset = "v2", Timeout = TimeSpan.FromSeconds(2), DisableRetries = true });
        using var response = await client.SendAsync(request);
        if (response.TryGetMeshResult(out var result))
        {
            Console.WriteLine($"{result.Flags} {result.Host} {result.Rule} {result.Subset} {result.Endpoint} {result.Attempts}");
        }
        // end
    }
}

// snippet
internal sealed class FixedRules(string yaml) : IMeshConfigurationSource
{
    public string Name => "fixed rules";

    public IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    public IReadOnlyList<MeshDocument> Load() => [MeshDocument.FromIstioYaml("fixed", yaml)];
}
// end

// snippet
internal sealed class ConsulSource(HttpClient consul) : IMeshEndpointSource
{
    public string Name => "Consul";

    public async IAsyncEnumerable<MeshEndpointSet> WatchAsync(MeshEndpointQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var index = "0"; ;)
        {
            using var response = await consul.GetAsync($"v1/health/service/{query.Host}?passing&wait=60s&index={index}", cancellationToken);
            response.EnsureSuccessStatusCode();
            index = response.Headers.GetValues("X-Consul-Index").First();
            var entries = await response.Content.ReadFromJsonAsync<Entry[]>(cancellationToken) ?? [];
            yield return new MeshEndpointSet(entries.Select(entry => new MeshEndpoint(entry.Service.Address, entry.Service.Port) { Labels = entry.Service.Meta }));
        }
    }

    private sealed record Entry(Service Service);

    private sealed record Service(string Address, int Port, Dictionary<string, string> Meta);
}
// end

using System.Globalization;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>An application whose rules stand at a real API server. What a rule answers by itself shows which one a call went by.</summary>
internal sealed class RuleMesh : IAsyncDisposable
{
    private readonly IHost _host;

    private RuleMesh(IHost host, LogCapture log)
    {
        (_host, Log) = (host, log);
        Client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("test");
    }

    public HttpClient Client { get; }

    public LogCapture Log { get; }

    public IMesh Mesh => _host.Services.GetRequiredService<IMesh>();

    public KubernetesRuleSource Source => _host.Services.GetRequiredService<KubernetesRuleSource>();

    public static async Task<RuleMesh> StartAsync(string kubeConfig, string? space, Action<MeshKubernetesOptions>? configure = null, string? state = null)
    {
        var log = new LogCapture();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Mesh:DefaultDiscovery", "None"), new("Mesh:State:Path", state)]);
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log);
        builder.Services.AddMeshClient(mesh => mesh.AddKubernetes(options =>
        {
            options.KubeConfig = kubeConfig;
            options.RootNamespace = null;
            // Machines that run tests are slow at times.
            options.RulesWait = TimeSpan.FromMinutes(1);
            if (space is not null)
            {
                options.Namespaces.Add(space);
            }

            configure?.Invoke(options);
        }));
        var host = builder.Build();
        await host.StartAsync();
        return new RuleMesh(host, log);
    }

    /// <summary>The status by which the rules answer a call; 0 where they do not.</summary>
    public async Task<int> CallAsync(string host)
    {
        try
        {
            using var response = await Client.GetAsync($"http://{host}/");
            return response.TryGetMeshResult(out var result) && result.Rule is not null ? (int)response.StatusCode : 0;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public Task UntilAsync(string host, int status) => UntilAsync(host, status, TimeSpan.FromSeconds(60));

    public Task UntilAsync(string host, int status, TimeSpan deadline)
        => Eventually.TrueAsync(async () => await CallAsync(host) == status, deadline, $"{host} to be answered {status}");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Log.Dispose();
    }

    public static string Path(string space, string? name = null, string version = "v1")
        => $"/apis/networking.istio.io/{version}/namespaces/{space}/virtualservices" + (name is null ? "" : "/" + name);

    public static string VirtualService(string name, string host, int status, string version = "v1") => string.Create(CultureInfo.InvariantCulture, $$"""
        { "apiVersion": "networking.istio.io/{{version}}", "kind": "VirtualService", "metadata": { "name": "{{name}}" },
          "spec": { "hosts": [ "{{host}}" ], "http": [ { "name": "{{name}}", "directResponse": { "status": {{status}} } } ] } }
        """);

    public static string Answer(int status) => string.Create(CultureInfo.InvariantCulture, $$"""{ "spec": { "http": [ { "name": "changed", "directResponse": { "status": {{status}} } } ] } }""");

    public static Task<string> CreateAsync(KubeServer api, string space, string name, string host, int status, string version = "v1")
        => api.Api.CreateAsync(Path(space, version: version), VirtualService(name, host, status, version));
}

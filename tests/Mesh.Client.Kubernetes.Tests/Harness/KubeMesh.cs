using System.Text;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>An application with a mesh that finds its services at an API server, and by default no rules there.</summary>
internal sealed class KubeMesh : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="kubeConfig">Where the server is.</param>
    /// <param name="space">The namespace of the application.</param>
    /// <param name="rules">The section <c>Mesh</c> as JSON; null for none.</param>
    /// <param name="configure">Further options.</param>
    /// <param name="time">The mesh's clock.</param>
    /// <param name="node">The node that the application runs on; null: it does not know.</param>
    /// <param name="connect">Makes the connections to the server; as in earnest by default.</param>
    /// <param name="more">Further services of the application.</param>
    public KubeMesh(
        string kubeConfig,
        string space,
        string? rules = null,
        Action<MeshKubernetesOptions>? configure = null,
        TimeProvider? time = null,
        string? node = null,
        Func<KubernetesAccess, HttpMessageHandler>? connect = null,
        Action<IServiceCollection>? more = null)
    {
        var configuration = new ConfigurationBuilder();
        if (rules is not null)
        {
            configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Mesh": {{rules}} }""")));
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration.Build());
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        services.AddMeshClient(mesh => mesh.AddKubernetes(options =>
        {
            options.KubeConfig = kubeConfig;
            options.Namespace = space;
            options.Rules = false;
            configure?.Invoke(options);
        }));
        services.AddSingleton(provider => new OwnPlace(
            node, provider.GetRequiredService<ServiceDocuments>(), provider.GetRequiredService<IMeshConfigurationAccessor>));
        if (connect is not null)
        {
            // The last one added is the one that is used.
            services.AddSingleton(provider =>
            {
                var (options, clock) = (provider.GetRequiredService<MeshKubernetesOptions>(), provider.GetRequiredService<TimeProvider>());
                return new KubernetesCluster(
                    options, new ApiServer(new AccessLoader(options, clock).LoadAsync, clock, connect), clock, MeshRandom.Unseeded, provider.GetRequiredService<ILoggerFactory>());
            });
        }

        services.AddHttpClient("", client => client.Timeout = TimeSpan.FromSeconds(30));
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Mesh = _services.GetRequiredService<IMesh>();
    }

    public LogCapture Log { get; } = new();

    public HttpClient Client { get; }

    public IMesh Mesh { get; }

    public T Get<T>()
        where T : notnull
        => _services.GetRequiredService<T>();

    /// <summary>Who answered; a status that is none of success as it is.</summary>
    public async Task<string> CallAsync(string uri)
    {
        using var response = await Client.GetAsync(new Uri(uri));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : ((int)response.StatusCode).ToString(null, null);
    }

    /// <summary>A call waits for a slow server for five seconds, and passes by then; what is tested comes after that.</summary>
    public Task KnowAsync(string uri) => Eventually.TrueAsync(async () =>
    {
        try
        {
            return (await CallAsync(uri)).StartsWith("127.0.77.", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    /// <summary>Addresses of the endpoints of a service that has one cluster, with <c>~</c> where they drain.</summary>
    public IEnumerable<string> Endpoints(string service, string? subset = null) => Mesh.GetClusters()
        .Where(cluster => cluster.Service.StartsWith(service + ".", StringComparison.Ordinal) && cluster.Subset == subset)
        .SelectMany(cluster => cluster.Endpoints)
        .Select(endpoint => (endpoint.IsDraining ? "~" : "") + endpoint.Address.Split(':')[0])
        .Order(StringComparer.Ordinal);

    public MeshDiscoveryStatus? Discovery(string service)
        => Mesh.GetClusters().FirstOrDefault(cluster => cluster.Service.StartsWith(service + ".", StringComparison.Ordinal))?.Discovery;

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

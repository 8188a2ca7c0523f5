using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.EndToEnd.Tests.Census;

/// <summary>A mesh as an application has it, whose endpoints come and go while the load runs.</summary>
internal sealed class CensusMesh : IAsyncDisposable
{
    private const int Callers = 32;

    /// <summary>Between two changes of the endpoints.</summary>
    private const int CallsBetween = 500;

    private readonly FakeSource _source = new();
    private readonly IReadOnlyList<TestServiceProcess> _servers;
    private readonly ServiceProvider _services;
    private readonly HttpClient _client;
    private int _changes;

    public CensusMesh(IReadOnlyList<TestServiceProcess> servers)
    {
        _servers = servers;
        _source.PushJson(CensusRules.Json(servers, CensusRules.All));
        var services = new ServiceCollection();
        services.AddMeshClient(mesh => mesh.AddSource(_source));
        // Otherwise the factory has timers of its own, and nobody disposes it.
        services.AddHttpClient("census").RemoveAllLoggers().SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        _services = services.BuildServiceProvider();
        _client = _services.GetRequiredService<IHttpClientFactory>().CreateClient("census");
        Load = new MixedLoad(_client);
    }

    public MixedLoad Load { get; }

    /// <summary>Of the endpoints, so far.</summary>
    public int Changes => _changes;

    /// <summary>The most sockets that it can have to some purpose: per caller and endpoint a connection of HTTP/1.1 for one service and two for the
    /// hedged one, and one of HTTP/2 per endpoint.</summary>
    public int MostSockets => ((3 * Callers) + 1) * _servers.Count;

    /// <summary>Runs so many calls of each kind and waits until none is left here or at the servers.</summary>
    public async Task RunAsync(int rounds)
    {
        var load = Load.RunAsync(rounds, Callers);
        while (!load.IsCompleted)
        {
            var next = Load.Calls + CallsBetween;
            await Eventually.TrueAsync(() => load.IsCompleted || Load.Calls >= next, $"{CallsBetween} more calls");
            _source.PushJson(CensusRules.Json(_servers, _changes++));

            // Answers that were left lying are given back when they are found, and this load makes too little garbage for that to be soon.
            GC.Collect();
        }

        await load;
        _source.PushJson(CensusRules.Json(_servers, CensusRules.All));
        var left = "";
        try
        {
            await Eventually.TrueAsync(async () => (left = await LeftAsync()).Length == 0, "no call to be left");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}; there were: {left}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _services.DisposeAsync();
    }

    /// <summary>The calls that are under way, here and at the servers; empty where there are none.</summary>
    private async Task<string> LeftAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var left = new List<string>();
        foreach (var server in _servers)
        {
            if ((await server.CountAsync()).Present is not 0 and var present)
            {
                left.Add($"{present} at {server.Address}");
            }
        }

        foreach (var cluster in _services.GetRequiredService<IMesh>().GetClusters())
        {
            left.AddRange(cluster.Endpoints.Where(endpoint => endpoint.InFlight != 0).Select(endpoint => $"{endpoint.InFlight} to {endpoint.Address} of {cluster.Name}"));
            if (cluster.ConnectionPool is not { ActiveRequests: 0, PendingRequests: 0, ActiveRetries: 0 })
            {
                left.Add($"{cluster.ConnectionPool} of {cluster.Name}");
            }
        }

        return string.Join(", ", left);
    }
}

using System.Diagnostics;
using Mesh.Client.EndToEnd.Tests.Harness;

namespace Mesh.Client.EndToEnd.Tests.Chain;

/// <summary>Services in processes of their own, each of which calls the next through its mesh and answers as that one does. The last one fails.</summary>
internal sealed class ServiceChain : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-chain-");
    private readonly List<TestServiceProcess> _services = [];

    private ServiceChain()
    {
    }

    /// <param name="length">Services.</param>
    /// <param name="trafficPolicy">What the callers' DestinationRules have under <c>x-mesh.trafficPolicy</c>.</param>
    /// <param name="mesh">What stands under <c>Mesh:x-mesh</c>.</param>
    public static async Task<ServiceChain> StartAsync(int length, string trafficPolicy = "{}", string mesh = "{}")
    {
        var chain = new ServiceChain();
        try
        {
            // From the last one up, since each is told where the next one is.
            chain._services.Add(await TestServiceProcess.StartAsync());
            while (chain._services.Count < length)
            {
                var rules = Path.Combine(chain._folder.FullName, $"{chain._services.Count}.json");
                await File.WriteAllTextAsync(rules, Rules(chain._services[0].Address, trafficPolicy, mesh));
                chain._services.Insert(0, await TestServiceProcess.StartAsync(rules, "http://next/hop"));
            }

            await chain._services[^1].AnswerAsync(503);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls the first service at an even rate, whether or not it answers, and returns when all have ended.</summary>
    /// <returns>The time from the first call to the end of the last.</returns>
    public async Task<TimeSpan> CallAsync(int calls, double perSecond)
    {
        using var client = new HttpClient();
        var address = new Uri($"http://{_services[0].Address}/hop");
        var made = new List<Task>(calls);
        var start = Stopwatch.GetTimestamp();
        for (var call = 0; call < calls; call++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < call / perSecond)
            {
                await Task.Delay(1);
            }

            made.Add(CallAsync(client, address));
        }

        await Task.WhenAll(made);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Calls that came to each service, from the first to the last.</summary>
    public async Task<int[]> CountAsync() => [.. (await Task.WhenAll(_services.Select(service => service.CountAsync()))).Select(count => count.All)];

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private static async Task CallAsync(HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address);
        Assert.Equal(503, (int)response.StatusCode);
    }

    private static string Rules(string next, string trafficPolicy, string mesh) =>
        $$"""
        {
          "Mesh": {
            "Services": { "next": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ { "Address": "{{next}}" } ] } },
            "VirtualServices": { "next": { "hosts": [ "next" ], "http": [
              { "retries": { "attempts": 2, "backoff": "1ms", "retryOn": "5xx" }, "route": [ { "destination": { "host": "next" } } ] } ] } },
            "DestinationRules": { "next": { "host": "next", "x-mesh": { "trafficPolicy": {{trafficPolicy}} } } },
            "x-mesh": {{mesh}}
          }
        }
        """;
}

using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Client.Benchmarks.Kubernetes;

/// <summary><c>kube-rules</c>: the time from the write of a VirtualService at a real API server to the first call by the new rule.</summary>
internal static class RuleDelay
{
    private const string Space = "default";
    private const string Host = "edited.test";
    private const string Collection = $"/apis/networking.istio.io/v1/namespaces/{Space}/virtualservices";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <param name="edits">How often the rule is changed.</param>
    /// <param name="others">VirtualServices beside it, which stay as they are.</param>
    public static async Task<int> RunAsync(int edits, int others)
    {
        if (!ExternalPrograms.HasKubernetes)
        {
            Console.Error.WriteLine(ExternalPrograms.KubernetesMissing);
            return 1;
        }

        await using var api = await KubeServer.StartAsync(["istio"]);
        await Parallel.ForAsync(0, others, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, _)
            => await api.Api.CreateAsync(Collection, VirtualService($"other-{index}", $"other-{index}.test", 200)));
        await api.Api.CreateAsync(Collection, VirtualService("edited", Host, 400));

        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Mesh:DefaultDiscovery", "None")]);
        builder.Services.AddMeshClient(mesh => mesh.AddKubernetes(options => (options.KubeConfig, options.RulesWait) = (api.KubeConfig, TimeSpan.FromMinutes(2))));
        using var host = builder.Build();
        var begun = Stopwatch.GetTimestamp();
        await host.StartAsync();
        var started = Stopwatch.GetElapsedTime(begun);
        using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        await CallAsync(client);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"The start with {others + 1} VirtualServices: {started.TotalMilliseconds:0} ms until it had ended, {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms until the first call by them."));

        var (sinceSent, sinceStored) = (new List<double>(edits), new List<double>(edits));
        for (var edit = 0; edit < edits; edit++)
        {
            var status = 401 + (edit % 50);
            var sent = Stopwatch.GetTimestamp();
            await api.Api.PatchAsync($"{Collection}/edited", string.Create(CultureInfo.InvariantCulture, $$"""{ "spec": { "http": [ { "directResponse": { "status": {{status}} } } ] } }"""));
            var stored = Stopwatch.GetTimestamp();
            while (await CallAsync(client) != status)
            {
                await Task.Delay(Pause);
            }

            sinceSent.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            sinceStored.Add(Stopwatch.GetElapsedTime(stored).TotalMilliseconds);
            // Edits of people come one by one: a burst would be taken together.
            await Task.Delay(300);
        }

        Console.WriteLine($"{edits} edits of one VirtualService beside {others} others, to the first call by the new rule:");
        Print("since the request was sent", sinceSent);
        Print("since the server had stored it", sinceStored);
        await host.StopAsync();
        return 0;
    }

    private static async Task<int> CallAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri($"http://{Host}/"));
        return (int)response.StatusCode;
    }

    private static void Print(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {what,-32} p50 {times[times.Count / 2],6:0} ms   p99 {times[(int)(times.Count * 0.99)],6:0} ms   max {times[^1],6:0} ms"));
    }

    private static string VirtualService(string name, string host, int status) => string.Create(CultureInfo.InvariantCulture, $$"""
        { "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "{{name}}" },
          "spec": { "hosts": [ "{{host}}" ], "http": [ { "directResponse": { "status": {{status}} } } ] } }
        """);
}

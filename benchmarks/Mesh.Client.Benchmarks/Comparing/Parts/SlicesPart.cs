using Mesh.Client.Benchmarks.Kubernetes;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Endpoints of a large Kubernetes service change: what it takes from the event's bytes to the set that picks read; and what is kept of
/// such a service.</summary>
internal static class SlicesPart
{
    private const int WarmUp = 30;

    private static readonly (string Name, string? Conditions)[] Changes =
    [
        ("drain", "\"ready\":false,\"serving\":true,\"terminating\":true"), ("leave", null), ("get ready", "\"ready\":true"),
    ];

    public static async Task RunAsync(int rounds)
    {
        Report.Title("slices", $"endpoints of {FollowedService.Slices * FollowedService.PerSlice:N0} in {FollowedService.Slices} EndpointSlices drain, leave or get ready");
        await MeasureKeptAsync();
        await MeasureAsync("one", 1, rounds, ClusterPolicy.Default);
        await MeasureAsync("one, in three zones with failover", 1, rounds, ClusterPolicy.Default with
        {
            OutlierDetection = new(),
            Locality = LocalityPolicy.Create(written: null, hasOutlierDetection: true, new() { Locality = FollowedService.OwnLocality }),
        });
        await MeasureAsync($"{FollowedService.PerSlice}, a whole slice,", FollowedService.PerSlice, rounds, ClusterPolicy.Default);
    }

    private static async Task MeasureAsync(string who, int count, int rounds, ClusterPolicy policy)
    {
        using var service = await FollowedService.StartAsync(policy);
        var times = Changes.ToDictionary(change => change.Name, _ => (Read: new double[rounds], Merged: new double[rounds], Published: new double[rounds], All: new double[rounds]));
        for (var round = -WarmUp; round < rounds; round++)
        {
            foreach (var (name, conditions) in Changes)
            {
                var took = await service.ChangeAsync(count, conditions);
                if (round >= 0)
                {
                    (times[name].Read[round], times[name].Merged[round], times[name].Published[round], times[name].All[round]) =
                        (took.Read, took.Merged, took.Published, took.Read + took.Merged + took.Published);
                }
            }
        }

        foreach (var (name, took) in times)
        {
            Report.Guide($"{who} {name}, from the event's bytes to the set", Spread.Of(took.All), "ms", "0.00", "1 ms");
            Report.Guide("  of that the event is read", Spread.Of(took.Read), "ms", "0.00", "none");
            Report.Guide("  merged into the endpoints of all slices", Spread.Of(took.Merged), "ms", "0.00", "none");
            Report.Guide("  taken over by watcher and cluster", Spread.Of(took.Published), "ms", "0.00", "none");
        }

        Report.Line($"An event is {service.EventLength:N0} bytes long.");
    }

    private static async Task MeasureKeptAsync()
    {
        const int endpoints = FollowedService.Slices * FollowedService.PerSlice;
        using var compiled = await FollowedService.StartAsync(ClusterPolicy.Default);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var service = await FollowedService.StartAsync(ClusterPolicy.Default);
        Report.Line($"Kept are {(GC.GetTotalMemory(forceFullCollection: true) - before) / endpoints:N0} bytes an endpoint, its slice, its merge and its place in the cluster together.");
        GC.KeepAlive(compiled);
    }
}

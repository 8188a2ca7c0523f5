using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>One endpoint of a large Kubernetes service changes: what it takes from the event's bytes to the set that picks read; and what is kept of
/// such a service.</summary>
internal static class SlicesPart
{
    private const int Slices = 100;
    private const int PerSlice = 100;
    private const int WarmUp = 60;

    public static async Task RunAsync(int rounds)
    {
        Report.Title("slices", $"one endpoint of {Slices * PerSlice:N0} in {Slices} EndpointSlices gets ready, drains or leaves");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var service = await Followed.StartAsync();
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        var changes = new (string Name, string? Conditions)[]
        {
            ("draining", "\"ready\": false, \"serving\": true, \"terminating\": true"), ("gone", null), ("ready", "\"ready\": true"),
        };
        var times = changes.ToDictionary(change => change.Name, _ => (Read: new double[rounds], Merged: new double[rounds], Shown: new double[rounds], All: new double[rounds]));
        for (var round = -WarmUp; round < rounds; round++)
        {
            foreach (var (name, conditions) in changes)
            {
                var took = await service.ChangeAsync(conditions);
                if (round >= 0)
                {
                    (times[name].Read[round], times[name].Merged[round], times[name].Shown[round], times[name].All[round]) =
                        (took.Read, took.Merged, took.Shown, took.Read + took.Merged + took.Shown);
                }
            }
        }

        foreach (var (name, _) in changes)
        {
            Report.Guide($"{name}, from the event's bytes to the set", Spread.Of(times[name].All), "ms", "0.00", "1 ms");
            Report.Guide("  of that the event is read", Spread.Of(times[name].Read), "ms", "0.00", "none");
            Report.Guide("  merged into the endpoints of all slices", Spread.Of(times[name].Merged), "ms", "0.00", "none");
            Report.Guide("  taken over by watcher and cluster", Spread.Of(times[name].Shown), "ms", "0.00", "none");
        }

        Report.Line($"An event is {service.EventLength:N0} bytes long. Kept are {kept / (Slices * PerSlice):N0} bytes an endpoint, its slice, its merge and its place in the cluster together.");
        GC.KeepAlive(service);
    }

    /// <summary>The service, from slice to cluster.</summary>
    private sealed class Followed : IDisposable
    {
        private readonly EndpointMerge _merge = new();
        private readonly FrozenDictionary<string, string> _labels = new Dictionary<string, string> { ["app"] = "reviews", ["version"] = "v1" }.ToFrozenDictionary();
        private readonly Pushed _source = new();
        private readonly EndpointWatcher _watcher;
        private readonly ClusterMembership _membership;
        private TaskCompletionSource<long> _published = new();
        private int _next;

        private Followed()
        {
            var service = new ServiceModel
            {
                Name = "reviews",
                ShortName = "reviews",
                Namespace = "default",
                Discovery = DiscoveryKind.ServiceDiscovery,
                DiscoveryName = "reviews",
                ReceivesContext = true,
            };
            ClusterMembership? membership = null;
            _watcher = new EndpointWatcher(service, _ => _source, new RefreshSchedule(MeshRandom.Unseeded), TimeProvider.System, NullLogger.Instance, _ =>
            {
                membership!.Update();
                _published.TrySetResult(Stopwatch.GetTimestamp());
            });
            var model = new ClusterModel { Key = new("reviews", 80, null), Service = service, Policy = ClusterPolicy.Default };
            var cluster = new ClusterState(model.Key, model) { Balancer = Balancer.Create(model.Policy, MeshRandom.Unseeded, new ActiveClock(TimeProvider.System)) };
            _membership = membership = new ClusterMembership(cluster, _watcher, TimeProvider.System);
            _merge.SetService(new ServiceSpec(null, null, null, [new ServicePortObject("http", 80, null, null, null)], ["IPv4"], false), []);
            _merge.SetSurroundings(_ => _labels, new Surroundings(static _ => null, "eu-1/eu-1a"));
        }

        public int EventLength { get; private set; }

        public static async Task<Followed> StartAsync()
        {
            var followed = new Followed();
            for (var slice = 0; slice < Slices; slice++)
            {
                var (name, parsed) = Parse(Event(slice, slice * PerSlice, "\"ready\": true"));
                followed._merge.SetSlice(name, parsed);
            }

            followed._source.Push(new MeshEndpointSet(followed._merge.Take()!));
            followed._watcher.Start();
            await followed._published.Task;
            return followed;
        }

        /// <summary>One endpoint of the next slice.</summary>
        public async Task<(double Read, double Merged, double Shown)> ChangeAsync(string? conditions)
        {
            var slice = _next++ / 3 % Slices;
            var bytes = Event(slice, (slice * PerSlice) + 50, conditions);
            EventLength = bytes.Length;
            _published = new();
            var start = Stopwatch.GetTimestamp();
            var (name, parsed) = Parse(bytes);
            var read = Stopwatch.GetTimestamp();
            _merge.SetSlice(name, parsed);
            var set = new MeshEndpointSet(_merge.Take() ?? throw new InvalidOperationException("Nothing has changed."));
            var merged = Stopwatch.GetTimestamp();
            _source.Push(set);
            var published = await _published.Task;
            var expected = (Slices * PerSlice) - (conditions is null ? 1 : 0);
            return _membership.Cluster.Endpoints.All.Length == expected
                ? (Stopwatch.GetElapsedTime(start, read).TotalMilliseconds, Stopwatch.GetElapsedTime(read, merged).TotalMilliseconds, Stopwatch.GetElapsedTime(_source.AnsweredAt, published).TotalMilliseconds)
                : throw new InvalidOperationException($"{_membership.Cluster.Endpoints.All.Length:N0} endpoints are published, not {expected:N0}.");
        }

        public void Dispose() => _watcher.Dispose();

        private static (string Name, Slice Slice) Parse(byte[] line)
        {
            var happened = WatchEvent.Parse(line, isCut: false);
            return (happened.Header.Key!.Value.Name, Slice.Parse(line.AsSpan()[happened.Object]));
        }

        /// <summary>As a real server writes it, but for the managed fields.</summary>
        private static byte[] Event(int slice, int changed, string? conditions)
        {
            var endpoints = Enumerable.Range(slice * PerSlice, PerSlice).Where(index => index != changed || conditions is not null).Select(index => $$"""
                {"addresses":["10.{{index / 65536}}.{{index / 256 % 256}}.{{index % 256}}"],
                "conditions":{ {{(index == changed ? conditions : "\"ready\":true,\"serving\":true,\"terminating\":false")}} },
                "nodeName":"ip-10-0-{{index % 100}}-17.eu-1.compute.internal",
                "targetRef":{"kind":"Pod","name":"reviews-7d9f5c8b9-{{index:00000}}","namespace":"default","uid":"0f0c3a52-8f7f-4c51-9d0e-{{index:000000000000}}" },
                "zone":"eu-1{{"abc"[index % 3]}}"}
                """);
            var text = $$"""
                {"type":"MODIFIED","object":{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1",
                "metadata":{"name":"reviews-{{slice:000}}","namespace":"default","resourceVersion":"1","labels":{"kubernetes.io/service-name":"reviews"} },
                "addressType":"IPv4","endpoints":[{{string.Join(',', endpoints)}}],"ports":[{"name":"http","port":8080,"protocol":"TCP"}] } }
                """.Replace("\n", "", StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(text);
        }
    }

    /// <summary>Answers as an enumeration does, and tells when it did: the watcher lets a tenth of a second pass between two questions.</summary>
    private sealed class Pushed : IEndpointSource
    {
        private readonly LabelSets _labels = new();
        private MeshEndpointSet _set = new([]);
        private Action? _changed;

        public long AnsweredAt { get; private set; }

        public void Push(MeshEndpointSet set)
        {
            _set = set;
            _changed?.Invoke();
        }

        public IDisposable Subscribe(Action changed)
        {
            _changed = changed;
            return new MemoryStream();
        }

        public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
        {
            AnsweredAt = Stopwatch.GetTimestamp();
            var endpoints = new List<Endpoint>(_set.Endpoints.Count);
            foreach (var endpoint in _set.Endpoints)
            {
                endpoints.Add(endpoint.Compile(_labels)[0]);
            }

            return new(new EndpointAnswer(endpoints, Timeout.InfiniteTimeSpan));
        }
    }
}

using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Benchmarks.Kubernetes;

/// <summary>A Kubernetes service with thousands of endpoints and one cluster, as the mesh follows it, but for the connection to the API server.</summary>
internal sealed class FollowedService : IDisposable
{
    public const int Slices = 100;
    public const int PerSlice = 100;
    public const string OwnLocality = "eu-1/eu-1a";

    /// <summary>The watcher lets a tenth of a second pass between two questions, and is not to wait for that. Caches are cold after it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly ResourceStore<Slice> _store = new();
    private readonly ResourceSubscription<Slice> _changes;
    private readonly EndpointMerge _merge = new();
    private readonly FrozenDictionary<string, string> _labels = new Dictionary<string, string> { ["app"] = "reviews", ["version"] = "v1" }.ToFrozenDictionary();
    private readonly Pushed _source = new();
    private readonly ClusterManager _clusters;
    private readonly ClusterModel _model;
    private TaskCompletionSource<long> _published = new();
    private int _next;

    private FollowedService(ClusterPolicy policy)
    {
        _changes = _store.Subscribe(static () => { });
        _clusters = new ClusterManager(TimeProvider.System, MeshRandom.Unseeded, NullLoggerFactory.Instance, endpointSources: [_source]);
        _clusters.EndpointsChanged += () => _published.TrySetResult(Stopwatch.GetTimestamp());
        var service = new ServiceModel
        {
            Name = "reviews",
            ShortName = "reviews",
            Namespace = "default",
            Discovery = new DiscoveryChoice(DiscoveryKind.Source, _source.Name),
            DiscoveryName = "reviews",
            ReceivesContext = true,
        };
        _model = new ClusterModel { Key = new("reviews", 80, null), Service = service, Policy = policy };
        _merge.SetService(new ServiceSpec(null, null, null, [new ServicePortObject("http", 80, null, null, null)], ["IPv4"], false), []);
        _merge.SetSurroundings(_ => _labels, new Surroundings(static _ => null, OwnLocality));
    }

    public int EventLength { get; private set; }

    public static async Task<FollowedService> StartAsync(ClusterPolicy policy)
    {
        var followed = new FollowedService(policy);
        for (var slice = 0; slice < Slices; slice++)
        {
            followed._store.Set(followed.Parse(Event(slice, 0..0, null)));
        }

        followed._source.Push(followed.Merge());
        followed._clusters.Get(followed._model, 80);
        await followed._published.Task;
        return followed;
    }

    /// <summary>Endpoints of the next slice get other conditions, or go where there are none. Each slice has three changes in a row.</summary>
    /// <returns>Milliseconds.</returns>
    public async Task<(double Read, double Merged, double Published)> ChangeAsync(int count, string? conditions)
    {
        var slice = _next++ / 3 % Slices;
        var first = (slice * PerSlice) + ((PerSlice - count) / 2);
        var bytes = Event(slice, first..(first + count), conditions);
        EventLength = bytes.Length;
        await Task.Delay(Pause);
        _published = new();
        var start = Stopwatch.GetTimestamp();
        var parsed = Parse(bytes);
        var read = Stopwatch.GetTimestamp();
        _store.Set(parsed);
        var set = Merge();
        var merged = Stopwatch.GetTimestamp();
        _source.Push(set);
        var published = await _published.Task;
        var (found, expected) = (_clusters.Get(_model, 80).Endpoints.All.Length, (Slices * PerSlice) - (conditions is null ? count : 0));
        return found == expected
            ? (Stopwatch.GetElapsedTime(start, read).TotalMilliseconds, Stopwatch.GetElapsedTime(read, merged).TotalMilliseconds, Stopwatch.GetElapsedTime(merged, published).TotalMilliseconds)
            : throw new InvalidOperationException($"{found:N0} endpoints are published, not {expected:N0}.");
    }

    public void Dispose() => _clusters.Dispose();

    private MeshEndpointSet Merge()
    {
        var changes = _changes.Take()!;
        foreach (var key in changes.Keys ?? [.. changes.Objects.Keys])
        {
            _merge.SetSlice(key.Name, changes.Objects[key].Value);
        }

        return new MeshEndpointSet(ImmutableCollectionsMarshal.AsImmutableArray(_merge.Take() ?? throw new InvalidOperationException("Nothing has changed.")));
    }

    private Resource<Slice> Parse(byte[] line)
    {
        var happened = WatchEvent.Parse(line, isCut: false);
        var (key, slice) = (happened.Header.Key!.Value, Slice.Parse(line.AsSpan()[happened.Object]));
        return new(key, happened.Header.Version!, _store.Objects.TryGetValue(key, out var before) ? slice.Keep(before.Value) : slice);
    }

    /// <summary>As a real server writes it, but for the managed fields.</summary>
    private static byte[] Event(int slice, Range changed, string? conditions)
    {
        var endpoints = Enumerable.Range(slice * PerSlice, PerSlice).Where(index => !IsChanged(index) || conditions is not null).Select(index => $$"""
            {"addresses":["10.{{index / 65536}}.{{index / 256 % 256}}.{{index % 256}}"],
            "conditions":{ {{(IsChanged(index) ? conditions : "\"ready\":true,\"serving\":true,\"terminating\":false")}} },
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

        bool IsChanged(int index) => index >= changed.Start.Value && index < changed.End.Value;
    }

    /// <summary>Gives the sets that are pushed.</summary>
    private sealed class Pushed : IMeshEndpointSource
    {
        private readonly Channel<MeshEndpointSet> _sets = Channel.CreateUnbounded<MeshEndpointSet>();

        public string Name => "Pushed";

        public void Push(MeshEndpointSet set) => _sets.Writer.TryWrite(set);

        public async IAsyncEnumerable<MeshEndpointSet> WatchAsync(MeshEndpointQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var set in _sets.Reader.ReadAllAsync(cancellationToken))
            {
                yield return set;
            }
        }
    }
}

using System.Runtime.CompilerServices;
using Mesh.Client.Configuration;

namespace Mesh.Client.Telemetry;

/// <summary>Who this process is, in the baggage keys that Istio's ambient mode uses, so that a server knows its caller.</summary>
internal sealed class PeerMetadata
{
    private static readonly ConditionalWeakTable<MeshConfiguration, PeerMetadata> Cache = [];

    private readonly CallContext[] _plain;
    private readonly PeerMetadata?[] _classes = new PeerMetadata?[(int)MeshCriticality.CriticalPlus + 1];

    private PeerMetadata(MeshConfiguration configuration)
        : this(Build(configuration))
    {
    }

    private PeerMetadata((string? Baggage, int Members) built)
    {
        (Baggage, Members) = built;
        _plain =
        [
            .. from receivesContext in (bool[])[false, true]
               from writer in Enum.GetValues<TraceWriter>()
               select new CallContext { Peer = this, ReceivesContext = receivesContext, Writer = writer, Baggage = receivesContext ? Baggage : null },
        ];
    }

    /// <summary>Of a process without a workload.</summary>
    public static PeerMetadata None { get; } = new(MeshConfiguration.Empty);

    /// <summary>The finished members, or null where no workload is configured.</summary>
    public string? Baggage { get; }

    /// <summary>How many members <see cref="Baggage"/> has.</summary>
    public int Members { get; }

    /// <summary>Built once per configuration, looked up without a lock.</summary>
    public static PeerMetadata Of(MeshConfiguration configuration) =>
        Cache.TryGetValue(configuration, out var metadata) ? metadata : Cache.GetValue(configuration, static key => new PeerMetadata(key));

    /// <summary>The same with the class of a call, built once each.</summary>
    public PeerMetadata With(MeshCriticality criticality)
    {
        ref var known = ref _classes[(int)criticality];
        if (Volatile.Read(ref known) is { } found)
        {
            return found;
        }

        var member = $"{CriticalityBaggage.Key}={CriticalityText.Of(criticality)}";
        var made = new PeerMetadata((Baggage is null ? member : $"{Baggage},{member}", Members + 1));
        return Interlocked.CompareExchange(ref known, made, null) ?? made;
    }

    /// <summary>The context of a call that has nothing of its own: no headers by the application, no baggage.</summary>
    public CallContext Plain(bool receivesContext, TraceWriter writer) => _plain[(receivesContext ? _plain.Length / 2 : 0) + (int)writer];

    /// <summary>Keys that hold for one hop only: what the caller's hop wrote in them must not travel on as if it were ours.</summary>
    public static bool IsKey(ReadOnlySpan<char> key) => key is
        "k8s.cluster.name" or "k8s.namespace.name" or "k8s.deployment.name" or "k8s.pod.name" or "k8s.job.name" or "k8s.cronjob.name"
        or "k8s.instance.name" or "service.name" or "service.version" or "app.name" or "app.version"
        or "cloud.region" or "cloud.availability_zone";

    private static (string? Baggage, int Members) Build(MeshConfiguration configuration)
    {
        var workload = configuration.Workload;
        var labels = workload.Labels;
        if (workload.Name is null && labels.Count == 0 && workload.Locality is null)
        {
            return (null, 0);
        }

        var locality = workload.Locality?.Split('/') ?? [];
        (string Key, string? Value)[] members =
        [
            ("k8s.namespace.name", configuration.Namespace),
            ("k8s.deployment.name", workload.Name),
            ("service.name", Label("service.istio.io/canonical-name", "app.kubernetes.io/name", "app") ?? workload.Name),
            ("service.version", Label("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")),
            ("app.name", Label("app.kubernetes.io/name", "app")),
            ("app.version", Label("app.kubernetes.io/version", "version")),
            ("cloud.region", locality.ElementAtOrDefault(0)),
            ("cloud.availability_zone", locality.ElementAtOrDefault(1)),
        ];

        var writer = new BaggageWriter(new char[BaggageWriter.MaximumBytes]);
        foreach (var (key, value) in members)
        {
            if (!string.IsNullOrEmpty(value))
            {
                writer.Add(key, value);
            }
        }

        return (writer.ToString(), writer.Members);

        string? Label(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (labels.TryGetValue(name, out var value) && value.Length > 0)
                {
                    return value;
                }
            }

            return null;
        }
    }
}

namespace Mesh.Client.Telemetry;

/// <summary>What telemetry learns of a finished call.</summary>
internal readonly struct CallSummary
{
    /// <summary>The logical host, fully qualified.</summary>
    public required string Host { get; init; }

    public string? Rule { get; init; }

    public string? Subset { get; init; }

    /// <summary>The name of the span; null: its method and <see cref="Host"/>.</summary>
    public string? SpanName { get; init; }

    /// <summary>In Envoy's syntax: <c>outbound|9080|v1|reviews.default.svc.cluster.local</c>.</summary>
    public string? Cluster { get; init; }

    /// <summary>The address of the last endpoint; goes to spans, never to metrics.</summary>
    public string? Endpoint { get; init; }

    public int Attempts { get; init; }

    /// <summary>How many of them were copies sent beside another.</summary>
    public int Hedges { get; init; }

    public MeshResponseFlags Flags { get; init; }

    /// <summary>What kept the call from being sent once more, as a fixed text; null where nothing did.</summary>
    public string? RetryStop { get; init; }

    /// <summary>0 where there was no answer.</summary>
    public int StatusCode { get; init; }

    public Exception? Exception { get; init; }

    public TimeSpan Duration { get; init; }
}

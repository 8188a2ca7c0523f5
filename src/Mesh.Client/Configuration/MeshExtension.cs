namespace Mesh.Client.Configuration;

/// <summary><c>Mesh:x-mesh</c>: switches for the whole mesh that Istio has no setting for.</summary>
internal sealed record MeshExtension
{
    public static MeshExtension Default { get; } = new();

    /// <summary>What is left of a call's time goes on to whom it calls.</summary>
    public bool Deadlines { get; init; } = true;

    /// <summary>What is called by a retry is told so, and does not repeat its own calls.</summary>
    public bool StopRetryChain { get; init; } = true;

    /// <summary>Envoy's request headers say how a call is made, and go no further; else they are headers like others.</summary>
    public bool EnvoyRequestHeaders { get; init; }

    /// <summary>What a server may ask a retry to wait for; zero: it is not listened to. Envoy allows 300 s, where it is told to listen at all.
    /// Callers of HttpClient give up after 100 s by default, and then lose the answer that there was.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(30);
}

namespace Mesh.Client.Configuration;

internal sealed record FaultConfiguration
{
    /// <summary>At least 1 ms; null is no delay.</summary>
    public TimeSpan? FixedDelay { get; init; }

    /// <summary>0 to 100; absent in the rule is 0.</summary>
    public double DelayPercentage { get; init; }

    /// <summary>200 to 599; null is no HTTP abort.</summary>
    public int? AbortHttpStatus { get; init; }

    /// <summary>0 to 16; answered as HTTP 200 with <c>grpc-status</c>.</summary>
    public int? AbortGrpcStatus { get; init; }

    /// <summary>0 to 100; absent in the rule is 0.</summary>
    public double AbortPercentage { get; init; }
}

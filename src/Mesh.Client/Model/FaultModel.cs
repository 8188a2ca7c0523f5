namespace Mesh.Client.Model;

/// <summary>Shares are in parts of a million, Envoy's resolution of 0.0001 %.</summary>
internal sealed record FaultModel
{
    public TimeSpan Delay { get; init; }

    public int DelayPartsPerMillion { get; init; }

    /// <summary>0: no HTTP abort.</summary>
    public int AbortHttpStatus { get; init; }

    public int? AbortGrpcStatus { get; init; }

    public int AbortPartsPerMillion { get; init; }
}

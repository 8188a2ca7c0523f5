namespace Mesh.Client.Faults;

/// <summary>What is injected into one call.</summary>
/// <param name="Delay">Zero: none.</param>
/// <param name="AbortHttpStatus">0: none. 200 with a gRPC status for gRPC aborts.</param>
/// <param name="AbortGrpcStatus">Null: no gRPC status.</param>
internal readonly record struct FaultDecision(TimeSpan Delay, int AbortHttpStatus, int? AbortGrpcStatus)
{
    public bool IsNone => Delay == TimeSpan.Zero && AbortHttpStatus == 0;
}

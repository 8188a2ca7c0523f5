using Mesh.Client.Model;

namespace Mesh.Client.Faults;

/// <summary>Draws for one call: the delay first, then the abort, independently; a call may get both.</summary>
internal static class FaultInjector
{
    private const int Million = 1_000_000;

    /// <summary>A gRPC abort is an answer of 200 that carries the status, as gRPC wants it.</summary>
    private const int GrpcHttpStatus = 200;

    public static FaultDecision Decide(FaultModel fault, MeshRandom random)
    {
        var delay = Hits(fault.DelayPartsPerMillion, random) ? fault.Delay : TimeSpan.Zero;
        return (Hits(fault.AbortPartsPerMillion, random), fault.AbortGrpcStatus) switch
        {
            (false, _) => new(delay, 0, null),
            (true, null) => new(delay, fault.AbortHttpStatus, null),
            (true, var status) => new(delay, GrpcHttpStatus, status),
        };
    }

    /// <summary>A share of nothing takes no draw, so that adding a fault of 0 % moves no other choice of a seeded run.</summary>
    private static bool Hits(int partsPerMillion, MeshRandom random) => partsPerMillion > 0 && random.Next(Million) < partsPerMillion;
}

using Mesh.Client.Model;

namespace Mesh.Client.Faults;

/// <summary>Draws for one call: the delay first, then the abort, independently; a call may get both.</summary>
internal static class FaultInjector
{
    public static FaultDecision Decide(FaultModel fault, MeshRandom random) => throw new NotImplementedException();
}

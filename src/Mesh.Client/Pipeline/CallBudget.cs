using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>What a call is worth to the budget for repeating calls.</summary>
internal static class CallBudget
{
    /// <summary>Each call that is sent grants a share of a retry, however often it is sent.</summary>
    public static void OnAttempt(MeshCall call)
    {
        if (call.Attempts == 1)
        {
            ClusterResilience.Of(call.Cluster!).Budget.OnCall(call.StartedAt);
        }
    }
}

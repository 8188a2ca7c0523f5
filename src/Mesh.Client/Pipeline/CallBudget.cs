using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Whether a call may be repeated as far as others are concerned: the chain that it belongs to, limits and budget of its cluster.</summary>
internal static class CallBudget
{
    /// <summary>Each call that is sent grants a share of a retry, however often it is sent; not one that is made for a retry: so the shares of
    /// the hops of a chain add up, and do not multiply.</summary>
    public static void OnAttempt(MeshCall call)
    {
        if (call.Attempts == 1 && !IsInChain(call))
        {
            ClusterResilience.Of(call.Cluster!).Budget.OnCall(call.StartedAt);
        }
    }

    /// <summary>Asks for one more attempt beside those that the policy of the call grants. What is granted goes on with
    /// <see cref="MeshCall.BeginRetry"/>.</summary>
    /// <param name="call">The call.</param>
    /// <param name="wasUnsent">It is proven that the last attempt did not get through, so that another loads nobody any more than the first.</param>
    /// <param name="limits">The limits that count it as one of the retries under way; null where none do.</param>
    /// <returns><see cref="MeshRetryStopReason.None"/> where it is granted.</returns>
    public static MeshRetryStopReason TryTake(MeshCall call, bool wasUnsent, out ConnectionLimits? limits)
    {
        limits = call.Cluster!.Limits as ConnectionLimits;
        if (!wasUnsent && IsInChain(call))
        {
            return MeshRetryStopReason.Chain;
        }

        if (ClusterResilience.Of(call.Cluster).Limits is { } admission && CallAdmission.RefusesRetry(call, admission))
        {
            return MeshRetryStopReason.Limit;
        }

        if (limits?.TryBeginRetry() == false)
        {
            return limits.Limits.RetryBudget is null ? MeshRetryStopReason.Limit : MeshRetryStopReason.Budget;
        }

        if (!ClusterResilience.Of(call.Cluster).Budget.TryTake())
        {
            limits?.EndRetry();
            return MeshRetryStopReason.Budget;
        }

        return MeshRetryStopReason.None;
    }

    private static bool IsInChain(MeshCall call) => call.Context is { IsInChain: true } && call.Snapshot.Configuration.Extension.StopRetryChain;
}

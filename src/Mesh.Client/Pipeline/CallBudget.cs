using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Whether a call may be repeated as far as others are concerned: limits and budget of its cluster.</summary>
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

    /// <summary>Asks for one more attempt beside those that the policy of the call grants. What is granted goes on with
    /// <see cref="MeshCall.BeginRetry"/>.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limits">The limits that count it as one of the retries under way; null where none do.</param>
    /// <returns><see cref="MeshRetryStopReason.None"/> where it is granted.</returns>
    public static MeshRetryStopReason TryTake(MeshCall call, out ConnectionLimits? limits)
    {
        limits = call.Cluster!.Limits as ConnectionLimits;
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
}

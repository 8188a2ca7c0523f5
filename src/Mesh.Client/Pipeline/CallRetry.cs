using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Whether a call goes on after an attempt: policy, number, body, limits, budget, in this order.</summary>
internal static class CallRetry
{
    /// <summary>False where the attempt was the last one; the call's flags then say how it ended. Else what the attempt held is given back, its
    /// answer too, and the next one may be waited for.</summary>
    public static bool TryBegin(MeshCall call, in AttemptVerdict verdict, HttpResponseMessage? response)
    {
        var reason = call.Retries.Matches(verdict, call.RetryPolicy, call.Body is { IsTouched: true });
        if (reason is null)
        {
            return Stop(call, verdict);
        }

        if (call.Retries.AreExhausted(call.RetryPolicy))
        {
            return Stop(call, verdict, MeshResponseFlags.UpstreamRetryLimitExceeded);
        }

        var limits = call.Cluster!.Limits as ConnectionLimits;
        if (limits?.TryBeginRetry() == false)
        {
            return Stop(call, verdict, MeshResponseFlags.UpstreamOverflow);
        }

        if (!ClusterResilience.Of(call.Cluster).Budget.TryTake())
        {
            limits?.EndRetry();
            return Stop(call, verdict, MeshResponseFlags.RetryBudgetExhausted);
        }

        response?.Dispose();
        call.EndAttempt();
        call.BeginRetry(limits);
        call.AddTried(call.Endpoint!);
        call.Runtime.Telemetry.CountRetry(call.Host.Host.Name, reason);
        return true;
    }

    private static bool Stop(MeshCall call, in AttemptVerdict verdict, MeshResponseFlags because = MeshResponseFlags.None)
    {
        call.Flags |= verdict.Flag | because;
        return false;
    }
}

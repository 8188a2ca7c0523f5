using System.Net;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>Whether a call goes on after an attempt: policy, method, body, number, time, chain, limits, budget, in this order.</summary>
internal static class CallRetry
{
    private const HttpStatusCode TooEarly = (HttpStatusCode)425;

    /// <summary>False where the attempt was the last one; the call then says why. Else what the attempt held is given back, its answer too, and
    /// the next one may be sent after <paramref name="wait"/>.</summary>
    public static bool TryBegin(MeshCall call, ClientBinding binding, in AttemptVerdict verdict, HttpResponseMessage? response, out TimeSpan wait)
    {
        wait = default;
        var policy = call.RetryPolicy;
        var decision = call.Retries.Decide(verdict, policy, call.Body is { IsTouched: true });
        if (!decision.IsDue)
        {
            call.Flags |= verdict.Flag;
            return false;
        }

        if (decision.Stop != MeshRetryStopReason.None)
        {
            return Stop(call, binding, verdict, decision, decision.Stop);
        }

        wait = WaitOf(call, policy, decision, response);
        if (call.Deadline?.Left <= wait)
        {
            // What there is now is worth more to the caller than an answer that could only come too late.
            return Stop(call, binding, verdict, decision, MeshRetryStopReason.Deadline);
        }

        // Else it would count beside the next, which takes its place.
        call.EndRetry();
        if (CallBudget.TryTake(call, verdict.WasUnsent, out var limits) is not MeshRetryStopReason.None and var refusal)
        {
            return Stop(call, binding, verdict, decision, refusal);
        }

        // What was granted is held by the call before the content of an application's handler may throw.
        call.EndAttempt();
        call.BeginRetry(limits);
        response?.Dispose();
        call.AddTried(call.Endpoint!);
        call.Runtime.Telemetry.CountRetry(call.Host.Host.Name, decision.Reason);
        return true;
    }

    /// <summary>As long as the server asks for, else as the policy backs off; an answer 425 that is listed is repeated at once, as by Envoy: by then
    /// the handshake, before whose end the request was too early, is over.</summary>
    private static TimeSpan WaitOf(MeshCall call, RetryPolicyModel policy, in RetryDecision decision, HttpResponseMessage? response)
    {
        var backoff = call.Retries.Next(policy, call.Runtime.Random);
        if (response is null)
        {
            return backoff;
        }

        if (response.StatusCode == TooEarly && decision.Matched.HasFlag(RetryConditions.RetriableStatusCodes))
        {
            return TimeSpan.Zero;
        }

        var most = call.Snapshot.Configuration.Extension.MaxRetryAfter;
        return most > TimeSpan.Zero && RetryAfter.Read(response, call.Runtime.TimeProvider.GetUtcNow()) is { } asked
            ? RetryAfter.Spread(asked, most, call.Runtime.Random)
            : backoff;
    }

    private static bool Stop(MeshCall call, ClientBinding binding, in AttemptVerdict verdict, in RetryDecision decision, MeshRetryStopReason reason)
    {
        call.RetryStop = reason;
        call.Flags |= verdict.Flag | reason switch
        {
            MeshRetryStopReason.Exhausted => MeshResponseFlags.UpstreamRetryLimitExceeded,
            MeshRetryStopReason.Limit => MeshResponseFlags.UpstreamOverflow,
            MeshRetryStopReason.Budget => MeshResponseFlags.RetryBudgetExhausted,
            _ => MeshResponseFlags.None,
        };
        if (reason == MeshRetryStopReason.Body)
        {
            call.BodyObstacle = Replay.ObstacleOf(call.Body!.Inner, call.IsAsync);
            call.Runtime.ClientReports.BodyKeptRetry(binding.Name, call.Host.Host.Name, decision.Reason, call.BodyObstacle);
        }

        call.Runtime.Telemetry.CountStoppedRetry(call.Host.Host.Name, RetryStopTexts.Of(reason, call.BodyObstacle)!);
        return false;
    }
}

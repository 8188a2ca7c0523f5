using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>
/// Attempts of clusters with hedging: where the answer is late a copy goes to another endpoint, and the first good answer is that of the attempt.
/// Here stands who may be hedged, and when; <see cref="HedgedAttempt"/> takes over where a first copy is due, which few calls see.
/// </summary>
internal static class CallHedging
{
    /// <summary>Sends the attempt that has begun. What comes back may be that of a copy; the call then holds what the copy held.</summary>
    public static Task<HttpResponseMessage> SendAsync(CallRunner runner, MeshCall call)
    {
        if (!IsHedgeable(call) || DelayOf(call) is not { } delay)
        {
            return runner.SendAsync(call, call.Token);
        }

        // Of the mesh's own connections it is known that a token without a body means nothing to them after the headers.
        var watch = HedgeWatch.Start(call.Runtime.TimeProvider, isPooled: runner.OwnsTransport && call.Request.Content is null, call.Token);
        var isWaitedFor = false;
        try
        {
            var first = runner.SendAsync(call, watch.Token);
            if (first.IsCompleted)
            {
                return first;
            }

            isWaitedFor = true;
            return WaitAsync(runner, call, watch, first, delay);
        }
        finally
        {
            if (!isWaitedFor)
            {
                watch.Dispose();
            }
        }
    }

    /// <summary>An attempt of a cluster with hedging has ended, at its headers or without an answer.</summary>
    public static void Observe(MeshCall call, CallOutcome outcome)
    {
        if (ClusterResilience.Of(call.Cluster!).Latency is not { } latency)
        {
            return;
        }

        var clock = call.Runtime.ActiveClock;
        var now = clock.ToMicroseconds(clock.GetTimestamp());
        if (outcome == CallOutcome.Success)
        {
            latency.Observe(now - clock.ToMicroseconds(call.SentAt), now);
        }
        else if (outcome is CallOutcome.Timeout or CallOutcome.CallerCancelled)
        {
            // Of all failures only these say how long an answer takes: longer.
            latency.ObserveAtLeast(now - clock.ToMicroseconds(call.SentAt), now);
        }
    }

    /// <summary>Whether a copy is due that is to be sent <paramref name="after"/> the attempt. Time in which the process stood still does not count:
    /// the answer may have been waiting as long. Asks to be woken again where it is too early.</summary>
    public static bool IsDue(MeshCall call, HedgeWatch watch, TimeSpan after)
    {
        if (!watch.IsDue)
        {
            return false;
        }

        var clock = call.Runtime.ActiveClock;
        var left = after - TimeSpan.FromMicroseconds(clock.ToMicroseconds(clock.GetTimestamp()) - clock.ToMicroseconds(call.SentAt));
        if (left < LazyTimer.Resolution)
        {
            return true;
        }

        watch.WakeAfter(left);
        return false;
    }

    /// <summary>As it was last worked out; null as long as it is not known.</summary>
    public static TimeSpan? DelayOf(HedgingConfiguration hedging, ClusterState cluster)
    {
        var delay = hedging.Delay ?? ClusterResilience.Of(cluster).Latency?.Value;
        return hedging.Delay is null && delay < hedging.MinimumDelay ? hedging.MinimumDelay : delay;
    }

    private static TimeSpan? DelayOf(MeshCall call)
    {
        var hedging = call.Hedging!;
        if (hedging.Delay is null)
        {
            ClusterResilience.Of(call.Cluster!).Latency?.RefreshIfDue(call.Runtime.ActiveClock.ToMicroseconds(call.SentAt));
        }

        return DelayOf(hedging, call.Cluster!);
    }

    /// <summary>Only what may be sent twice is, and a synchronous caller has no second thread.</summary>
    private static bool IsHedgeable(MeshCall call)
        => call.IsAsync
            && !call.Policy.IsPassThrough
            && Replay.IsIdempotent(call.Request.Method)
            && !call.Retries.IsOneShot
            && call.Request.GetMesh() is not { DisableRetries: true }
            && !call.Request.Headers.NonValidated.Contains("Upgrade");

    private static async Task<HttpResponseMessage> WaitAsync(
        CallRunner runner, MeshCall call, HedgeWatch watch, Task<HttpResponseMessage> first, TimeSpan delay)
    {
        watch.Watch(first);
        watch.WakeAfter(delay);
        while (true)
        {
            await watch.WaitAsync().ConfigureAwait(false);
            if (first.IsCompleted)
            {
                watch.Dispose();
                return await first.ConfigureAwait(false);
            }

            if (IsDue(call, watch, delay))
            {
                return await new HedgedAttempt(runner, call, watch, first, delay).RunAsync().ConfigureAwait(false);
            }
        }
    }
}

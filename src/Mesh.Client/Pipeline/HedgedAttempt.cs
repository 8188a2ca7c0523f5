using System.Diagnostics;
using System.Net;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Pipeline;

/// <summary>
/// An attempt from its first copy to its end: more copies, the first good answer, what becomes of the others. When it ends all of them have
/// ended: none goes on by itself, holds anything or reads the caller's message.
/// </summary>
/// <remarks>The rules are those of hedging in gRPC (proposal A6): each copy after the same delay again, none after a push-back of the server, and a
/// bad answer ends nothing while others are under way. Of bad ones alone the last one is that of the attempt, as it is of retries.</remarks>
internal sealed class HedgedAttempt
{
    private readonly CallRunner _runner;
    private readonly MeshCall _call;
    private readonly HedgeWatch _watch;
    private readonly TimeSpan _delay;
    private readonly EndpointState _first;
    private readonly List<HedgeLeg> _legs;
    private int _asked;
    private bool _isPushedBack;

    public HedgedAttempt(CallRunner runner, MeshCall call, HedgeWatch watch, Task<HttpResponseMessage> first, TimeSpan delay)
    {
        (_runner, _call, _watch, _delay) = (runner, call, watch, delay);
        _first = call.Endpoint!;
        _legs = [new HedgeLeg(call, first)];
    }

    private bool MayHedge => _asked < _call.Hedging!.MaxHedges && !_isPushedBack;

    /// <summary>Once, when the first copy is due.</summary>
    public async Task<HttpResponseMessage> RunAsync()
    {
        HedgeLeg? chosen = null;
        try
        {
            Hedge();
            while ((chosen = TakeGood() ?? TakeLast()) is null)
            {
                await _watch.WaitAsync().ConfigureAwait(false);
                if (MayHedge && CallHedging.IsDue(_call, _watch, (_asked + 1) * _delay))
                {
                    Hedge();
                }
            }
        }
        finally
        {
            await EndOthersAsync(chosen).ConfigureAwait(false);
            _watch.Dispose();
        }

        if (chosen.IsCopy)
        {
            Count(chosen.Task.IsCompletedSuccessfully && IsGood(chosen.Task.Result) ? "won" : "failed");
            _call.Adopt(chosen.Call);
            chosen.End();
        }

        var response = await chosen.Task.ConfigureAwait(false);
        response.RequestMessage = _call.Request;
        return response;
    }

    /// <summary>Sends a copy where that is allowed, and asks to be woken when the next one is due.</summary>
    private void Hedge()
    {
        _asked++;
        if (TryHedge() is { } reason)
        {
            Count(reason);
        }

        if (MayHedge)
        {
            _watch.WakeAfter(_delay);
        }
    }

    /// <summary>Null where the copy is under way, else why it is not, as a fixed text for metrics.</summary>
    private string? TryHedge()
    {
        if (IsTooLate())
        {
            return "dropped_time";
        }

        if (CallRouter.IsClosedByNow(_call, _runner.OwnsTransport))
        {
            return "dropped_no_cluster";
        }

        EndpointState[] avoided = [.. _call.Tried, .. from leg in _legs where !leg.IsOver select leg.Call.Endpoint];
        if (HedgeTarget.Pick(_call, avoided, _first) is not { } endpoint)
        {
            return "dropped_no_endpoint";
        }

        if (HedgeLeg.Enter(_call, endpoint) is not { } copy)
        {
            return "dropped_limit";
        }

        // Last, since it is not given back.
        if (CallBudget.TryTake(_call, wasUnsent: false, out var limits) is not MeshRetryStopReason.None and var refusal)
        {
            copy.End();
            return refusal switch
            {
                MeshRetryStopReason.Chain => "dropped_chain",
                MeshRetryStopReason.Limit => "dropped_limit",
                _ => "dropped_budget",
            };
        }

        copy.Call.BeginRetry(limits);
        _legs.Add(copy);
        copy.Send(_call, _runner, _watch);
        if (_call.Activity is { IsAllDataRequested: true } activity)
        {
            activity.AddEvent(new ActivityEvent(
                TelemetryTags.HedgeEvent,
                _call.Runtime.TimeProvider.GetUtcNow(),
                new ActivityTagsCollection { { TelemetryTags.Endpoint, endpoint.Endpoint.Address } }));
        }

        return null;
    }

    /// <summary>Of the time of the call or of the attempt so little is left that not even half of the copies would be answered.</summary>
    private bool IsTooLate()
    {
        if (_call.Deadline is not { } deadline || ClusterResilience.Of(_call.Cluster!).Latency is not { } latency)
        {
            return false;
        }

        latency.RefreshIfDue(_call.Runtime.ActiveClock.ToMicroseconds(_call.SentAt));
        return deadline.Left < latency.Median || deadline.AttemptLeft < latency.Median;
    }

    private HedgeLeg? TakeGood() => _legs.Find(leg => !leg.IsOver && leg.Task.IsCompletedSuccessfully && IsGood(leg.Task.Result));

    /// <summary>That which the attempt comes to without a good answer: null while there may still be one. Bad ones are told of and given back.</summary>
    private HedgeLeg? TakeLast()
    {
        foreach (var leg in _legs)
        {
            if (leg.IsOver || !leg.Task.IsCompleted)
            {
                continue;
            }

            // Asked after the look at the task: one that has ended with the time of the attempt is none that failed before.
            if (_call.Token.IsCancellationRequested)
            {
                break;
            }

            if (_legs.TrueForAll(other => other == leg || other.IsOver))
            {
                return leg;
            }

            Discard(leg);
        }

        // All of them end for that reason, and the first one that is left says so.
        return _call.Token.IsCancellationRequested ? _legs.Find(static leg => !leg.IsOver) : null;
    }

    private void Discard(HedgeLeg leg)
    {
        if (leg.Task.IsCompletedSuccessfully)
        {
            var response = leg.Task.Result;
            _isPushedBack |= IsPushBack(response);
            Tell(leg, response);
        }
        else if (FailureOf(leg) is var failure and (HttpRequestException or OperationCanceledException or IOException))
        {
            CallFeedback.Report(leg.Call, AttemptVerdict.FromException(failure, _runner.OwnsTransport), null, failure);
        }

        _call.AddTried(leg.Call.Endpoint!);
        leg.End();
        if (leg.IsCopy)
        {
            Count("failed");
        }
    }

    /// <summary>All but the one that was chosen are cancelled, and waited for: the caller's message and body are the caller's again afterwards.</summary>
    private async Task EndOthersAsync(HedgeLeg? chosen)
    {
        foreach (var leg in _legs)
        {
            if (leg != chosen && !leg.IsOver)
            {
                leg.Cancel(_watch);
            }
        }

        foreach (var leg in _legs)
        {
            if (leg.IsOver)
            {
                continue;
            }

            // The chosen one too: where the whole call has ended it is still about to.
            await ((Task)leg.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (leg == chosen)
            {
                continue;
            }

            if (leg.Task.IsCompletedSuccessfully)
            {
                // It came too late to be needed, and says the truth all the same. What is left of it is drained by its connection.
                Tell(leg, leg.Task.Result);
            }
            else if (_call.Deadline is { HasExpired: true } or { HasAttemptExpired: true })
            {
                CallFeedback.SpareLate(leg.Call);
            }
            else
            {
                // As where a caller gives up: nothing speaks against its server, and throttling is not to take it for a refusal.
                leg.Call.Report(CallOutcome.CallerCancelled);
            }

            leg.End();
            if (leg.IsCopy)
            {
                Count("lost");
            }
        }
    }

    /// <summary>Of an answer that nobody will read. Its content may be the application's, and what the others hold does not depend on it.</summary>
    private void Tell(HedgeLeg leg, HttpResponseMessage response)
    {
        CallFeedback.Report(leg.Call, AttemptVerdict.FromResponse(response, _call.RetryPolicy), response, null);
        Background.Run(response, static response => response.Dispose(), "The end of an answer that is not needed", _call.Runtime.BackgroundLogger);
    }

    /// <summary>A cancelled task gives its exception only to those who wait for it, and what stands in it tells a limit on connecting.</summary>
    private static Exception FailureOf(HedgeLeg leg)
    {
        if (leg.Task.Exception is { InnerException: { } failure })
        {
            return failure;
        }

        try
        {
            leg.Task.GetAwaiter().GetResult();
            throw new UnreachableException();
        }
        catch (OperationCanceledException cancelled)
        {
            return cancelled;
        }
    }

    /// <summary>An answer that calls for no retry. One that sheds load comes fast and may be better elsewhere.</summary>
    private bool IsGood(HttpResponseMessage response)
    {
        var policy = _call.RetryPolicy;
        var verdict = AttemptVerdict.FromResponse(response, policy);
        return verdict.Outcome == CallOutcome.Success
            && (verdict.Conditions & policy.Conditions) == RetryConditions.None
            && response.StatusCode != HttpStatusCode.TooManyRequests;
    }

    private static bool IsPushBack(HttpResponseMessage response)
        => response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
            && response.Headers.NonValidated.Contains("Retry-After");

    /// <summary>The application listens to the counter and may throw, while there are copies that have to be ended.</summary>
    private void Count(string result) => Background.Run(
        (_call, result), static told => told._call.Runtime.Telemetry.CountHedge(told._call.Host.Host.Name, told.result), "Counting a hedge", _call.Runtime.BackgroundLogger);
}

using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>Decides about the next attempt of one call. A value; made once the route is known.</summary>
internal struct RetryRules
{
    /// <summary>2^4 - 1 = 15 is the first to pass 10.</summary>
    private const int LastGrowingRetry = 4;

    private readonly bool _isIdempotent;
    private bool _isRepeatable;
    private int _retries;

    /// <param name="policy">The rule's, or the default.</param>
    /// <param name="request">The request before its first attempt.</param>
    public RetryRules(RetryPolicyModel policy, HttpRequestMessage request)
    {
        _isIdempotent = Replay.IsIdempotent(request.Method);
        _isRepeatable = Replay.IsRepeatable(request.Content);
        WantsBuffer = !_isRepeatable && (_isIdempotent || policy.ForEveryMethod != RetryConditions.None) && policy.Attempts > 0 && Replay.CanBuffer(request.Content!);
    }

    /// <summary>A body that could be sent once only is small enough to be held, and a retry could use it. There is no synchronous form of that:
    /// for synchronous callers such a body is sent once.</summary>
    public bool WantsBuffer { get; }

    /// <summary>The body can be read once only.</summary>
    public readonly bool IsOneShot => !_isRepeatable;

    /// <summary>Retries so far.</summary>
    public readonly int Count => _retries;

    /// <summary>Of the endpoints tried so far those whose priorities the next attempt leaves: as Istio sets Envoy's previous_priorities, all of
    /// them after every second attempt.</summary>
    public static ReadOnlySpan<EndpointState> LeftBehind(ReadOnlySpan<EndpointState> tried) => tried[..(tried.Length / 2 * 2)];

    public void BodyIsBuffered() => _isRepeatable = true;

    /// <summary>Whether an attempt that ended so calls for another one, and what keeps it from happening: method, body, number, in this
    /// order.</summary>
    /// <param name="verdict">How the attempt ended.</param>
    /// <param name="policy">The policy of the call.</param>
    /// <param name="isBodyTouched">A body that can be read once only was read, in whole or in part.</param>
    public readonly RetryDecision Decide(in AttemptVerdict verdict, RetryPolicyModel policy, bool isBodyTouched = false)
    {
        var matched = verdict.Conditions & policy.Conditions;
        return matched == RetryConditions.None || policy.Attempts == 0 ? default : new(matched, Obstacle(verdict, policy, matched, isBodyTouched));
    }

    /// <summary>Takes the next retry and says how long to wait before it, as Envoy backs off: uniform in [0, (2^n - 1) x base), where n stops
    /// growing once that span passes ten times the base, then cut to ten times the base; on top of the least that the policy asks for.</summary>
    public TimeSpan Next(RetryPolicyModel policy, MeshRandom random)
    {
        _retries++;
        var span = ((1L << Math.Min(_retries, LastGrowingRetry)) - 1) * policy.BackoffBase.Ticks;
        return policy.LeastBackoff + TimeSpan.FromTicks(Math.Min((long)(random.NextDouble() * span), 10 * policy.BackoffBase.Ticks));
    }

    private readonly MeshRetryStopReason Obstacle(in AttemptVerdict verdict, RetryPolicyModel policy, RetryConditions matched, bool isBodyTouched)
        => !verdict.WasUnsent && !_isIdempotent && (matched & policy.ForEveryMethod) == RetryConditions.None ? MeshRetryStopReason.Method
            : !_isRepeatable && (!verdict.WasUnsent || isBodyTouched) ? MeshRetryStopReason.Body
            : _retries >= policy.Attempts ? MeshRetryStopReason.Exhausted
            : MeshRetryStopReason.None;
}

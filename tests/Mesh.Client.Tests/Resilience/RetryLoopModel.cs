namespace Mesh.Client.Tests.Resilience;

/// <summary>
/// What a call has to come to, written down once more as plainly as possible. Only where chance decides (which endpoint of those allowed, how
/// long within a span) does it take what was seen, after a look at whether it could be.
/// </summary>
internal sealed class RetryLoopModel(RetryLoopScript script, RetryLoopRun run)
{
    /// <summary>Two things that are to happen within so many milliseconds: timers decide.</summary>
    private const double TooClose = 2;

    private const string DefaultConditions = "connect-failure refused-stream unavailable cancelled reset";

    private readonly HashSet<string> _tried = [];
    private bool _isBodyTouched;

    private int MostRetries => script.DisableRetries ? 0 : script.Attempts ?? 2;

    private bool IsWritten => script.Attempts > 0 && script.RetryOn.Count > 0;

    private IReadOnlyCollection<string> Conditions => IsWritten ? [.. script.RetryOn] : DefaultConditions.Split(' ');

    /// <summary>A rule that lists conditions means every method.</summary>
    private bool IsSafe => IsWritten || script.Method != "POST";

    private bool IsBodyRepeatable => script.Body is BodyKind.None or BodyKind.Bytes || (script.Body == BodyKind.ShortStream && IsSafe && MostRetries > 0);

    /// <summary>What is not as it has to be; null where all is.</summary>
    public string? FindFault()
    {
        var now = 0.0;
        for (var retries = 0; ; retries++)
        {
            if (run.Attempts.Count == retries)
            {
                return $"attempt {retries + 1} is missing";
            }

            var fault = CheckAttempt(run.Attempts[retries], retries);
            if (fault is not null)
            {
                return fault;
            }

            // How does it end?
            var attempt = retries < script.Script.Count ? script.Script[retries] : new(AttemptKind.Answer, 200, null, false, true, 0);
            _isBodyTouched |= attempt.HasBodyRead;
            var begin = run.Attempts[retries].At.TotalMilliseconds;
            var perTry = MostRetries > 0 && script.Attempts is not null && !script.DisableRetries ? script.PerTryTimeout : null;
            (double At, string Ending)[] endings =
            [
                (begin + attempt.Takes, "by itself"),
                (begin + (perTry ?? double.PositiveInfinity), "per-try timeout"),
                (script.Timeout ?? double.PositiveInfinity, "timeout"),
                (script.CallerGivesUpAt ?? double.PositiveInfinity, "caller"),
            ];
            Array.Sort(endings);
            if (endings[1].At - endings[0].At < TooClose)
            {
                return null;
            }

            now = endings[0].At;
            switch (endings[0].Ending)
            {
                case "caller":
                    return Expect(retries, run.Failure is OperationCanceledException, "the caller's cancellation");
                case "timeout":
                    return ExpectEnd(retries, 504, MeshResponseFlags.UpstreamRequestTimeout, MeshRetryStopReason.None);
                case "by itself" when attempt.Kind == AttemptKind.ForeignException:
                    return Expect(retries, run.Failure is InvalidCastException, "the exception of the application's handler");
            }

            // What does that mean?
            var isLate = endings[0].Ending == "per-try timeout";
            var (holding, isUnsent, flag) = isLate
                ? (["5xx", "gateway-error", "reset"], false, MeshResponseFlags.UpstreamRequestTimeout)
                : Judge(attempt);
            var status = isLate ? 504 : attempt.Kind == AttemptKind.Answer ? attempt.Status : 0;
            var matched = Conditions.Intersect(holding).ToArray();

            // Again?
            if (matched.Length == 0 || MostRetries == 0)
            {
                return ExpectEnd(retries, status, flag, MeshRetryStopReason.None);
            }

            if (!isUnsent && !IsSafe)
            {
                return ExpectEnd(retries, status, flag, MeshRetryStopReason.Method);
            }

            if (!IsBodyRepeatable && (!isUnsent || _isBodyTouched))
            {
                return ExpectEnd(retries, status, flag, MeshRetryStopReason.Body);
            }

            if (retries == MostRetries)
            {
                return ExpectEnd(retries, status, flag | MeshResponseFlags.UpstreamRetryLimitExceeded, MeshRetryStopReason.Exhausted);
            }

            var (least, most) = WaitAfter(isLate ? null : attempt, matched, retries + 1);
            var left = (script.Timeout ?? double.PositiveInfinity) - now;
            var isSeenLast = run.Attempts.Count == retries + 1;
            if (left <= least || (left <= most && isSeenLast && run.Result?.RetryStop == MeshRetryStopReason.Deadline))
            {
                return ExpectEnd(retries, status, flag, MeshRetryStopReason.Deadline);
            }

            // The wait, which the caller may have no patience for.
            var patience = (script.CallerGivesUpAt ?? double.PositiveInfinity) - now;
            if (patience < least || (patience <= most && isSeenLast))
            {
                return Expect(retries, run.Failure is OperationCanceledException, "the caller's cancellation in the wait");
            }

            if (isSeenLast)
            {
                return $"attempt {retries + 2} is missing";
            }

            var waited = run.Attempts[retries + 1].At.TotalMilliseconds - now;
            if (waited < least - 0.001 || waited > most + 0.001)
            {
                return $"attempt {retries + 2} came after {waited} ms, and not after {least} to {most}";
            }
        }
    }

    /// <summary>The retry conditions that hold, whether the request provably did not reach the endpoint, and the flag.</summary>
    private static (string[] Holding, bool IsUnsent, MeshResponseFlags Flag) Judge(AttemptScript attempt) => attempt.Kind switch
    {
        AttemptKind.NoConnection => (["connect-failure", "reset-before-request", "reset", "gateway-error", "5xx"], true, MeshResponseFlags.UpstreamConnectionFailure),
        AttemptKind.RefusedStream => (["refused-stream", "reset-before-request", "reset", "gateway-error", "5xx"], true, MeshResponseFlags.UpstreamRemoteReset),
        AttemptKind.BrokenConnection => (["reset", "gateway-error", "5xx"], false, MeshResponseFlags.UpstreamConnectionTermination),
        AttemptKind.BrokenProtocol => ([], false, MeshResponseFlags.UpstreamProtocolError),
        _ => (attempt.IsRateLimited ? ["envoy-ratelimited"] : attempt.Status switch
        {
            409 => ["retriable-4xx"],
            425 => ["425"],
            429 => ["429"],
            500 => ["5xx"],
            503 => ["5xx", "gateway-error", "503"],
            _ => [],
        }, false, MeshResponseFlags.None),
    };

    private (double Least, double Most) WaitAfter(AttemptScript? attempt, string[] matched, int retry)
    {
        if (attempt is { Kind: AttemptKind.Answer, Status: 425 } && matched.Contains("425"))
        {
            return (0, 0);
        }

        if (attempt is { Kind: AttemptKind.Answer, RetryAfter: { } seconds })
        {
            var asked = 1000.0 * Math.Min(seconds, 30);
            return (asked, 1.5 * asked);
        }

        var unit = script.Attempts > 0 ? script.Backoff : 25;
        return (0, Math.Min(Math.Pow(2, retry) - 1, 10) * unit);
    }

    private string? CheckAttempt(RetryLoopRun.Attempt attempt, int retries)
    {
        var avoids = script is { Attempts: > 0, IgnorePreviousHosts: { } ignore } ? ignore : true;
        if (avoids && _tried.Count < RetryLoopScript.EndpointCount && _tried.Contains(attempt.Authority))
        {
            return $"attempt {retries + 1} went to {attempt.Authority} again";
        }

        _tried.Add(attempt.Authority);
        return attempt.Body is { } body && body != "body" ? $"attempt {retries + 1} sent '{body}'" : null;
    }

    private string? ExpectEnd(int retries, int status, MeshResponseFlags flags, MeshRetryStopReason stop)
        => Expect(retries, run.Status == status && (status == 0) == (run.Failure is MeshRequestException), $"status {status} (0: MeshRequestException)")
            ?? (run.Result is { } result && (result.Flags, result.RetryStop, result.Attempts) == (flags, stop, retries + 1) ? null
                : $"the result is to be {flags}, {stop}, {retries + 1} attempts, and is {run.Result?.Flags}, {run.Result?.RetryStop}, {run.Result?.Attempts}");

    /// <summary>The last attempt was attempt <paramref name="retries"/> + 1, and this came of it.</summary>
    private string? Expect(int retries, bool isSo, string what)
        => run.Attempts.Count != retries + 1 ? $"there are {run.Attempts.Count} attempts, and not {retries + 1}"
            : !isSo ? $"expected {what} after attempt {retries + 1}, not status {run.Status} with {run.Failure?.GetType().Name}"
            : run.Attempts.FindIndex(attempt => attempt.Content is not null && attempt.WasDisposedInTime != (attempt != run.Attempts[^1] || run.Status is 0 or 504)) is >= 0 and var index
                ? $"the answer of attempt {index + 1} is {(run.Attempts[index].WasDisposedInTime == true ? "" : "not ")}disposed"
            : run.TimersLeft != 0 ? $"{run.TimersLeft} timers are left"
            : null;
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Mesh.Client.Resilience;

/// <summary>When a server that turned a call away wants to be asked again.</summary>
internal static class RetryAfter
{
    /// <summary>No time since 1970 that is still to come is smaller (it was reached in 2001), and nobody means to be asked again in 31 years.</summary>
    private const long LeastUnixTime = 1_000_000_000;

    /// <summary>How long from now; null where the answer does not say, or says what cannot be used: no number and no date, or a moment that is
    /// over. More than can be counted is the longest time.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="now">The time of day.</param>
    public static TimeSpan? Read(HttpResponseMessage response, DateTimeOffset now)
    {
        var headers = response.Headers.NonValidated;
        var wait = Single(headers, "Retry-After") is { } after ? ReadRetryAfter(after, now)
            : IsRateLimit(response, headers) && Single(headers, "X-RateLimit-Reset") is { } reset ? ReadReset(reset, now)
            : null;
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>Evenly from the time that the server names, or <paramref name="cap"/>, to half as much again, so that those who were turned away
    /// together do not come back together. As Envoy's rate-limited back-off.</summary>
    public static TimeSpan Spread(TimeSpan wait, TimeSpan cap, MeshRandom random) => (wait < cap ? wait : cap) * (1 + (random.NextDouble() / 2));

    /// <summary>RFC 9110 10.2.3: seconds, or a date.</summary>
    private static TimeSpan? ReadRetryAfter(string text, DateTimeOffset now)
        => ReadNumber(text) is { } seconds ? Seconds(seconds)
            : RetryConditionHeaderValue.TryParse(text, out var parsed) && parsed.Date is { } date ? date - now
            : null;

    /// <summary>A moment in seconds since 1970, as most APIs write it, or seconds from now, as Envoy's own rate limit filter does.</summary>
    private static TimeSpan? ReadReset(string text, DateTimeOffset now) => ReadNumber(text) switch
    {
        null => null,
        < LeastUnixTime and var seconds => Seconds(seconds),
        { } moment => Seconds(moment - now.ToUnixTimeSeconds()),
    };

    /// <summary>Servers send their quota's end with every answer; it is a reason to wait only where the quota was the reason.</summary>
    private static bool IsRateLimit(HttpResponseMessage response, HttpHeadersNonValidated headers)
        => response.StatusCode == HttpStatusCode.TooManyRequests || headers.Contains("x-envoy-ratelimited");

    private static TimeSpan Seconds(long seconds) => seconds < TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    /// <summary>Digits alone; too many of them are the largest number, not no number.</summary>
    private static long? ReadNumber(string text)
        => text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9') ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : long.MaxValue;

    /// <summary>Null where the header is missing, or contradicts itself.</summary>
    private static string? Single(HttpHeadersNonValidated headers, string name)
        => headers.TryGetValues(name, out var values) && values.Count == 1 ? values.ToString().Trim() : null;
}

using System.Globalization;

namespace Mesh.Client.Resilience;

/// <summary>The request headers in which the time that is left travels. It is a time left and no time of day: clocks of hosts differ.</summary>
internal static class DeadlineHeaders
{
    /// <summary>Envoy's, in whole milliseconds.</summary>
    public const string Expected = "x-envoy-expected-rq-timeout-ms";

    /// <summary>gRPC's: <see cref="GrpcTimeout"/>.</summary>
    public const string Grpc = "grpc-timeout";

    /// <summary>More than that nobody waits for an answer: what comes in with more is no deadline.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The one that the request's protocol has.</summary>
    public static string Of(HttpRequestMessage request)
        => request.Content is { } content && content.Headers.NonValidated.TryGetValues("Content-Type", out var types)
            && types.ToString().StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ? Grpc : Expected;

    /// <summary>Cut to the unit of the header, and never 0, which would be no limit: 1 ms for less, as Envoy does.</summary>
    public static string Format(string header, TimeSpan left) => header == Grpc
        ? GrpcTimeout.Format(left)
        : Math.Max(1, left.Ticks / TimeSpan.TicksPerMillisecond).ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string header, ReadOnlySpan<char> text, out TimeSpan time)
    {
        if (header == Grpc)
        {
            return GrpcTimeout.TryParse(text, out time);
        }

        time = default;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds is 0 or > long.MaxValue / TimeSpan.TicksPerMillisecond)
        {
            return false;
        }

        time = TimeSpan.FromTicks(milliseconds * TimeSpan.TicksPerMillisecond);
        return true;
    }
}

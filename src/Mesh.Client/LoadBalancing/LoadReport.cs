using System.Globalization;

namespace Mesh.Client.LoadBalancing;

/// <summary>What a server says of its own load in the header of an answer: <c>rif=12;latency=3400</c>.</summary>
/// <param name="RequestsInFlight">Requests that it has in hand.</param>
/// <param name="Latency">Microseconds that requests took lately which found about as many; 0 where there were none.</param>
internal readonly record struct LoadReport(int RequestsInFlight, long Latency)
{
    /// <summary>On a request it asks for the report, with the value <see cref="Question"/>; on the answer it is the report.</summary>
    public const string HeaderName = "x-mesh-load";

    public const string Question = "report";

    /// <summary>Where a probe goes, by OPTIONS and with the question: it wants the report alone. No application has anything there, and OPTIONS promises
    /// everywhere that nothing is done.</summary>
    public const string ProbePath = "/.well-known/mesh-load";

    public const int MaximumRequestsInFlight = 1_000_000;

    /// <summary>An hour.</summary>
    public const long MaximumLatency = 3_600_000_000;

    private const string RequestsInFlightKey = "rif=";

    private const string LatencyKey = "latency=";

    /// <summary>Anything but <see cref="LoadReportState.Usable"/> for whatever is not exactly a report with values in range: a server may send
    /// anything.</summary>
    public static LoadReportState Parse(ReadOnlySpan<char> text, out LoadReport report)
    {
        report = default;
        var end = text.IndexOf(';');
        if (end < 0
            || !text.StartsWith(RequestsInFlightKey, StringComparison.Ordinal)
            || !text[(end + 1)..].StartsWith(LatencyKey, StringComparison.Ordinal)
            || !IsNumber(text[RequestsInFlightKey.Length..end], out var requests)
            || !IsNumber(text[(end + 1 + LatencyKey.Length)..], out var latency))
        {
            return LoadReportState.Malformed;
        }

        if (requests > MaximumRequestsInFlight || latency > MaximumLatency)
        {
            return LoadReportState.OutOfRange;
        }

        report = new LoadReport((int)requests, latency);
        return LoadReportState.Usable;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out LoadReport report) => Parse(text, out report) == LoadReportState.Usable;

    /// <summary>As <see cref="Parse"/> reads it; values out of range are the nearest that are in it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{RequestsInFlightKey}{Math.Clamp(RequestsInFlight, 0, MaximumRequestsInFlight)};{LatencyKey}{Math.Clamp(Latency, 0, MaximumLatency)}");

    private static bool IsNumber(ReadOnlySpan<char> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            // Too many digits: a number out of any range.
            number = long.MaxValue;
        }

        return true;
    }
}

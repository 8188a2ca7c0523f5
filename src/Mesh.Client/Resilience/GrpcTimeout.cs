using System.Globalization;

namespace Mesh.Client.Resilience;

/// <summary>The value of <c>grpc-timeout</c>, as gRPC over HTTP/2 writes it: one to eight digits and a unit. Both ways are cut, never rounded up,
/// so that nobody waits longer than he was told.</summary>
internal static class GrpcTimeout
{
    private const int Digits = 8;
    private const long Largest = 99_999_999;

    // From the finest on; nanoseconds are finer than ticks, and read only.
    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>In the finest unit that has digits for it.</summary>
    public static string Format(TimeSpan time)
    {
        foreach (var (unit, ticks) in Units)
        {
            // 0 is no value; whoever has so little is late in any case.
            if (time.Ticks < ticks)
            {
                return "1n";
            }

            if (time.Ticks / ticks is <= Largest and var value)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Largest}{Units[^1].Unit}");
    }

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (text.Length is < 2 or > Digits + 1
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value == 0)
        {
            return false;
        }

        if (text[^1] == 'n')
        {
            time = TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick);
            return true;
        }

        foreach (var (unit, ticks) in Units)
        {
            if (text[^1] == unit)
            {
                time = TimeSpan.FromTicks(value * ticks);
                return true;
            }
        }

        return false;
    }
}

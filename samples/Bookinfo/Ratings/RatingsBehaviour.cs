namespace Bookinfo.Ratings;

/// <summary>How well a version of ratings works: v1 always does, the others fail or dawdle in their own way.</summary>
internal sealed class RatingsBehaviour(string version, TimeProvider time)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan UnavailableFlip = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UnhealthyFlip = TimeSpan.FromMinutes(15);

    private readonly long _started = time.GetTimestamp();

    /// <summary>What the health endpoint says; only v-unhealthy admits to its bad times.</summary>
    public bool IsHealthy => version != "v-unhealthy" || IsGoodTime(UnhealthyFlip);

    /// <summary>Decides about one call, after the wait that v-delayed puts before every other answer.</summary>
    public async ValueTask<bool> NextIsAvailableAsync(CancellationToken cancellationToken)
    {
        switch (version)
        {
            case "v-faulty":
                return TossCoin();
            case "v-delayed":
                if (TossCoin())
                {
                    await Task.Delay(Delay, time, cancellationToken);
                }

                return true;
            case "v-unavailable":
                return IsGoodTime(UnavailableFlip);
            case "v-unhealthy":
                return IsHealthy;
            default:
                return true;
        }
    }

    private static bool TossCoin() => Random.Shared.Next(2) == 0;

    // Good times and bad ones take turns, beginning with a good one.
    private bool IsGoodTime(TimeSpan flip) => time.GetElapsedTime(_started).Ticks / flip.Ticks % 2 == 0;
}

using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>
/// Keeps picks away from an endpoint to which no connection could be made, without any rule: one second after the first failure, then
/// twice as long each time, up to five, so that a dead endpoint costs little and a restarted one is back soon. It is a preference, never
/// an ejection: where all endpoints are marked they are all used.
/// </summary>
internal static class ConnectFailureMark
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>A burst of calls that fails together counts once: failures during a running mark change nothing.</summary>
    public static void Set(EndpointState endpoint, TimeProvider timeProvider)
    {
        var now = timeProvider.GetTimestamp();
        if (endpoint.ConnectFailedUntil > now)
        {
            return;
        }

        var failures = Interlocked.Increment(ref endpoint.Health.ConsecutiveConnectFailures);
        var duration = First * Math.Pow(2, Math.Min(failures - 1, 10));
        endpoint.ConnectFailedUntil = DetachedTimer.After(timeProvider, now, duration < Longest ? duration : Longest);
    }

    /// <summary>To be called once the endpoint has answered anything at all.</summary>
    public static void Clear(EndpointState endpoint)
    {
        if (Volatile.Read(ref endpoint.Health.ConsecutiveConnectFailures) == 0)
        {
            return;
        }

        Volatile.Write(ref endpoint.Health.ConsecutiveConnectFailures, 0);
        endpoint.ConnectFailedUntil = long.MinValue;
    }
}

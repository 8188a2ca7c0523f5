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

    /// <summary>A burst of calls that fails together counts once: failures during a running mark change nothing, and of those that find none
    /// the one that sets it counts.</summary>
    /// <returns>True for the one that set a mark.</returns>
    public static bool Set(EndpointState endpoint, TimeProvider timeProvider)
    {
        var now = timeProvider.GetTimestamp();
        var previous = endpoint.ConnectFailedUntil;
        if (previous > now)
        {
            return false;
        }

        // The count goes with a mark: without one it is left over from before an answer.
        var failures = previous == EndpointState.NoConnectFailure ? 1 : Volatile.Read(ref endpoint.Health.ConsecutiveConnectFailures) + 1;
        var duration = First * Math.Pow(2, Math.Min(failures - 1, 10));
        var until = DetachedTimer.After(timeProvider, now, duration < Longest ? duration : Longest);
        if (!endpoint.TryMarkConnectFailed(previous, until))
        {
            return false;
        }

        Volatile.Write(ref endpoint.Health.ConsecutiveConnectFailures, failures);
        return true;
    }

    /// <summary>To be called once the endpoint has answered anything at all.</summary>
    public static void Clear(EndpointState endpoint)
    {
        // Read first: the line is shared by all calls to the endpoint and almost always clean.
        if (endpoint.ConnectFailedUntil != EndpointState.NoConnectFailure)
        {
            endpoint.ConnectFailedUntil = EndpointState.NoConnectFailure;
        }
    }
}

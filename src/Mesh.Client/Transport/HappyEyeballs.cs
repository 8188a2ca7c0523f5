using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.Transport;

/// <summary>
/// Connects to a name of several addresses (RFC 8305, "Happy Eyeballs"): one after another by turns of family, each begun a quarter of a second
/// after the one before or as soon as that has failed, and the first that succeeds is taken. So a family that leads nowhere costs a moment and
/// not the whole time to connect.
/// </summary>
internal static class HappyEyeballs
{
    /// <summary>What section 5 recommends.</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>The resolver's order within each family, beginning with the family that it puts first (section 4).</summary>
    public static List<IPAddress> Order(IReadOnlyList<IPAddress> addresses)
    {
        var preferred = addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily).ToList();
        var others = addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily).ToList();
        var ordered = new List<IPAddress>(addresses.Count);
        for (var index = 0; index < Math.Max(preferred.Count, others.Count); index++)
        {
            ordered.AddRange(preferred.Skip(index).Take(1));
            ordered.AddRange(others.Skip(index).Take(1));
        }

        return ordered;
    }

    /// <param name="addresses">At least one, in order.</param>
    /// <param name="connect">One attempt, which ends soon after its token is cancelled.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends all attempts.</param>
    /// <returns>The first connection there is. Others that come about all the same are disposed of.</returns>
    /// <exception cref="SocketException">All failed; the failure of the one that ended last.</exception>
    public static async Task<T> ConnectAsync<T>(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<T>> connect, TimeProvider timeProvider, CancellationToken cancellationToken)
        where T : IDisposable
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<T>>();
        try
        {
            for (var begun = 0; ;)
            {
                if (begun < addresses.Count)
                {
                    attempts.Add(connect(addresses[begun++], abandon.Token));
                }

                if (await WaitAsync(attempts, begun < addresses.Count, timeProvider, cancellationToken).ConfigureAwait(false) is not { } ended)
                {
                    continue;
                }

                attempts.Remove(ended);
                try
                {
                    return await ended.ConfigureAwait(false);
                }
                catch (SocketException) when (begun < addresses.Count || attempts.Count > 0)
                {
                    // The next one.
                }
            }
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            foreach (var attempt in attempts)
            {
                _ = ForgetAsync(attempt);
            }
        }
    }

    /// <summary>The attempt that ended first; null where it is time for another one.</summary>
    private static async Task<Task<T>?> WaitAsync<T>(List<Task<T>> attempts, bool isLimited, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var first = Task.WhenAny(attempts);
        if (!isLimited || first.IsCompleted)
        {
            return await first.ConfigureAwait(false);
        }

        try
        {
            return await first.WaitAsync(AttemptDelay, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static async Task ForgetAsync<T>(Task<T> attempt)
        where T : IDisposable
    {
        try
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Nothing came of it, as it should be.
        }
    }
}

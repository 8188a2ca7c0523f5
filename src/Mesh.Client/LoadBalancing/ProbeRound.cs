using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>A few probes at once, in the background: nobody waits for them, and they carry nothing of the call beside which they were begun.</summary>
internal sealed class ProbeRound(PrequalBalancer balancer, EndpointGroup group, ILoadProbe probe) : IThreadPoolWorkItem
{
    /// <summary>As many as the paper asks for a call.</summary>
    public const int MaximumProbes = 3;

    /// <summary>For a connection to be made too. A later report would tell of what was.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);

    private CancellationTokenSource? _running;

    // Written and read with full fences: of a start and a cancellation at once, one sees the other.
    private int _isCancelled;

    private bool IsCancelled => Volatile.Read(ref _isCancelled) != 0;

    /// <summary>Not in the context of whoever calls it.</summary>
    public void Begin() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Whatever is still answered is of no interest. Runs nothing of what waits for the answers on the calling thread.</summary>
    public void Cancel()
    {
        Interlocked.Exchange(ref _isCancelled, 1);
        try
        {
            _ = Volatile.Read(ref _running)?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The round has just ended.
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        using var running = new CancellationTokenSource(Deadline, balancer.TimeProvider);
        Interlocked.Exchange(ref _running, running);
        var (asked, reports) = (0, 0);
        try
        {
            if (!IsCancelled)
            {
                var places = new int[MaximumProbes];
                var found = balancer.DrawUnreported(group, places);
                while (asked < found && probe.TryTake())
                {
                    asked++;
                }

                reports = await AskAsync(places.AsMemory(0, asked), running.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            balancer.EndProbes(asked, reports);
        }
    }

    private async Task<int> AskAsync(ReadOnlyMemory<int> places, CancellationToken cancellationToken)
    {
        var asking = new Task<bool>[places.Length];
        for (var index = 0; index < asking.Length; index++)
        {
            asking[index] = AskAsync(places.Span[index], cancellationToken);
        }

        return (await Task.WhenAll(asking).ConfigureAwait(false)).Count(static isReported => isReported);
    }

    /// <summary>Never throws.</summary>
    /// <returns>Whether a report came.</returns>
    private async Task<bool> AskAsync(int place, CancellationToken cancellationToken)
    {
        LoadAnswer? answer;
        try
        {
            answer = await probe.AskAsync(group.Endpoints[place], cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is, there was no answer
        catch (Exception)
#pragma warning restore CA1031
        {
            answer = null;
        }

        if (!IsCancelled)
        {
            balancer.OnProbed(group, place, answer);
        }

        return answer is { State: LoadReportState.Usable };
    }
}

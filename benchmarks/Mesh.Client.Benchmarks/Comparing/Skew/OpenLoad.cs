using System.Diagnostics;

namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>Calls at random times that do not wait for answers. A call's time counts from the moment at which it was due, so that a client that
/// comes late does not look fast.</summary>
/// <param name="perSecond">Calls per second, on average.</param>
/// <param name="deadline">After which a caller gives up.</param>
internal sealed class OpenLoad(double perSecond, TimeSpan deadline)
{
    /// <param name="call">Makes one call, and throws where it fails.</param>
    /// <param name="seed">The same one gives the same arrivals.</param>
    /// <param name="warmUp">Calls due before that are not measured.</param>
    /// <param name="duration">Of what is measured.</param>
    /// <param name="onMeasuring">When the first measured call is due.</param>
    public async Task<LoadOutcome> RunAsync(
        Func<CancellationToken, Task> call, int seed, TimeSpan warmUp, TimeSpan duration, Func<Task> onMeasuring)
    {
        var random = new Random(seed);
        var calls = new List<Task<CallTime>>();
        var start = Stopwatch.GetTimestamp();
        var isMeasuring = false;
        var counting = Task.CompletedTask;
        for (var due = TimeSpan.Zero; due < warmUp + duration; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond))
        {
            while (Stopwatch.GetElapsedTime(start) < due)
            {
                await Task.Delay(1);
            }

            if (!isMeasuring && due >= warmUp)
            {
                isMeasuring = true;
                counting = onMeasuring();
            }

            var made = CallAsync(call, start, due, warmUp);
            if (isMeasuring)
            {
                calls.Add(made);
            }
        }

        await counting;
        return new LoadOutcome(await Task.WhenAll(calls), duration);
    }

    private async Task<CallTime> CallAsync(Func<CancellationToken, Task> call, long start, TimeSpan due, TimeSpan warmUp)
    {
        using var patience = new CancellationTokenSource(deadline);
        try
        {
            await call(patience.Token);
            return new CallTime(due - warmUp, Stopwatch.GetElapsedTime(start) - due, IsFailed: false);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or Polly.ExecutionRejectedException)
        {
            return new CallTime(due - warmUp, Stopwatch.GetElapsedTime(start) - due, IsFailed: true);
        }
    }
}

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>What one server of an uneven fleet does with a call: it waits for one of few workers, in the order of arrival, who then takes an
/// exponentially distributed time.</summary>
internal sealed class UnevenServer(int seed) : IDisposable
{
    public const int Workers = 4;

    /// <summary>Times as long, where the server is slow.</summary>
    public const int Slowness = 5;

    /// <summary>Of the calls to a server that stalls.</summary>
    public const double StallShare = 0.01;

    /// <summary>How long such a call lies, before it waits for a worker.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MeanService = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _workers = new(Workers);
    private readonly Random _random = new(seed);
    private int _calls;
    private int _present;
    private volatile bool _isSlow;
    private volatile bool _stalls;

    public bool IsSlow
    {
        get => _isSlow;
        set => _isSlow = value;
    }

    public bool Stalls
    {
        get => _stalls;
        set => _stalls = value;
    }

    public bool IsIdle => Volatile.Read(ref _present) == 0;

    /// <summary>Calls that came since this was asked last.</summary>
    public int TakeCalls() => Interlocked.Exchange(ref _calls, 0);

    /// <param name="aborted">The caller has gone: it leaves the queue. A worker who has begun ends what was begun.</param>
    public async Task ServeAsync(CancellationToken aborted)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Increment(ref _present);
        try
        {
            if (Stalls && IsStalled())
            {
                await Task.Delay(Stall, aborted);
            }

            await _workers.WaitAsync(aborted);
            try
            {
                await Task.Delay(DrawService(), CancellationToken.None);
            }
            finally
            {
                _workers.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _present);
        }
    }

    public void Dispose() => _workers.Dispose();

    private bool IsStalled()
    {
        lock (_random)
        {
            return _random.NextDouble() < StallShare;
        }
    }

    private TimeSpan DrawService()
    {
        lock (_random)
        {
            return -Math.Log(1 - _random.NextDouble()) * (IsSlow ? Slowness : 1) * MeanService;
        }
    }
}

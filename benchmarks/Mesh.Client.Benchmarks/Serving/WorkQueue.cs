namespace Mesh.Client.Benchmarks.Serving;

/// <summary>
/// What a server does with its calls: they wait in line for a worker, who takes the same time for each. It is an ordinary server in that it does not look
/// whether the caller is still there: a call that was given up takes as much of it as one that is awaited. Where the line is full a call fails at once.
/// </summary>
internal sealed class WorkQueue
{
    /// <summary>Calls that may wait.</summary>
    public const int Places = 100;

    public static readonly TimeSpan Service = TimeSpan.FromMilliseconds(40);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _line = new();
    private int _workers = 1;
    private int _busy;
    private int _calls;

    /// <summary>More begin with those who wait; of fewer, each ends what it has begun.</summary>
    public int Workers
    {
        get => _workers;
        set
        {
            lock (_gate)
            {
                _workers = value;
                CallIn();
            }
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _busy == 0 && _line.Count == 0;
            }
        }
    }

    /// <summary>Calls that came since this was asked last.</summary>
    public int TakeCalls() => Interlocked.Exchange(ref _calls, 0);

    /// <summary>False where the line is full.</summary>
    public async Task<bool> ServeAsync()
    {
        Interlocked.Increment(ref _calls);
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_line.Count == Places)
            {
                return false;
            }

            _line.Enqueue(turn);
            CallIn();
        }

        await turn.Task;
        await Task.Delay(Service);
        lock (_gate)
        {
            _busy--;
            CallIn();
        }

        return true;
    }

    private void CallIn()
    {
        while (_busy < _workers && _line.TryDequeue(out var next))
        {
            _busy++;
            next.SetResult();
        }
    }
}

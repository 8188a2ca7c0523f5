namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>The system's time, and how many of its timers are in use.</summary>
internal sealed class CountedTime : TimeProvider
{
    private int _timers;

    /// <summary>Timers that nobody has disposed of.</summary>
    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
        return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class Counted(CountedTime owner, ITimer timer) : ITimer
    {
        private int _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            Count();
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Count();
            return timer.DisposeAsync();
        }

        private void Count()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                Interlocked.Decrement(ref owner._timers);
            }
        }
    }
}

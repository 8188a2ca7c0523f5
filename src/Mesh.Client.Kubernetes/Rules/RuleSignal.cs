using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>Tells that rules changed: the first change at once, those of a burst together. Thread-safe.</summary>
internal sealed class RuleSignal : IDisposable
{
    /// <summary>Between two signals. Each has the rules put together anew, which takes a while where there are thousands.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _timeProvider;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private ConfigurationReloadToken _token = new();
    private long? _firedAt;
    private bool _isArmed;

    public RuleSignal(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _timer = DetachedTimer.Create(timeProvider, static signal => signal.Fire(), this, "A change of Kubernetes rules", logger: null);
    }

    public IChangeToken Token => Volatile.Read(ref _token);

    public void Raise()
    {
        lock (_gate)
        {
            if (_isArmed)
            {
                return;
            }

            if (_firedAt is { } at && Gap - _timeProvider.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
            {
                _isArmed = true;
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Fire();
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        lock (_gate)
        {
            _isArmed = false;
            _firedAt = _timeProvider.GetTimestamp();
        }

        Interlocked.Exchange(ref _token, new ConfigurationReloadToken()).OnReload();
    }
}

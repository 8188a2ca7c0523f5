using Mesh.Client.Configuration;

namespace Mesh.Client.Resilience;

/// <summary>
/// How many calls to a cluster may be under way, found from their latency: Envoy's gradient controller (adaptive_concurrency,
/// gradient_controller.cc). From time to time the limit goes down to its minimum until so many answers have told the latency without load; from
/// then on each window of answers changes it to <c>gradient x limit + sqrt(gradient x limit)</c>, where the gradient is the latency without load,
/// with its buffer, over that of the window, between 0.5 and 2. Five windows in a row at the minimum mean that the latency without load is out of
/// date. Windows are closed by the first call after their end: without calls nothing runs. No lock, and nothing allocated, on the path of calls.
/// </summary>
internal sealed class AdaptiveConcurrency
{
    private const int WindowsAtMinimum = 5;
    private const double LeastGradient = 0.5;
    private const double LargestGradient = 2;

    private readonly LatencyHistogram _latencies = new();
    private readonly TimeProvider _timeProvider;
    private readonly MeshRandom _random;
    private AdaptiveConcurrencyConfiguration _settings;
    private int _limit;
    private int _underWay;
    private bool _isPlusKnown;
    private int _isChanging;

    // Written by the one call that changes the limit. While the latency without load is measured: what the limit goes back to, else 0.
    private int _deferred;
    private long _measuredSince;
    private long _measureAt;
    private long _windowEnds;
    private long _lookAt;
    private double _minRtt;
    private double _sampleRtt;
    private int _windowsAtMinimum;

    /// <param name="settings">The rule's.</param>
    /// <param name="timeProvider">Tells what timestamps mean.</param>
    /// <param name="random">The mesh's chance, for jitter.</param>
    /// <param name="now">A timestamp of the clock by which latencies are measured.</param>
    public AdaptiveConcurrency(AdaptiveConcurrencyConfiguration settings, TimeProvider timeProvider, MeshRandom random, long now)
    {
        _settings = settings;
        _timeProvider = timeProvider;
        _random = random;
        _limit = settings.MinConcurrency;
        BeginMeasuring(settings, now);
    }

    /// <summary>Newer rules: the limit is within their bounds from the next change on.</summary>
    public AdaptiveConcurrencyConfiguration Settings
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }

    public int Limit => Volatile.Read(ref _limit);

    /// <summary>Calls from their admission to the end of their bodies.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The latency without load is being measured.</summary>
    public bool IsMeasuring => Volatile.Read(ref _deferred) > 0;

    /// <summary>The latency without load; zero before it was measured for the first time.</summary>
    public TimeSpan MinRtt => TimeSpan.FromMicroseconds(Volatile.Read(ref _minRtt));

    /// <summary>The latency of the last window that had answers; zero before the first.</summary>
    public TimeSpan SampleRtt => TimeSpan.FromMicroseconds(Volatile.Read(ref _sampleRtt));

    /// <summary>Rules ask for it again after a time without: what was found before is out of date.</summary>
    public void Restart(AdaptiveConcurrencyConfiguration settings, long now)
    {
        Settings = settings;
        if (Interlocked.Exchange(ref _isChanging, 1) == 0)
        {
            BeginMeasuring(settings, now);
            Volatile.Write(ref _isChanging, 0);
        }
    }

    /// <summary>False where the limit, or the share of it that the class may use, is reached; else <see cref="Leave"/> has to follow.</summary>
    public bool TryEnter(MeshCriticality criticality, long now)
    {
        if (now >= Volatile.Read(ref _lookAt))
        {
            CloseWindow(now);
        }

        if (criticality == MeshCriticality.CriticalPlus && !Volatile.Read(ref _isPlusKnown))
        {
            Volatile.Write(ref _isPlusKnown, true);
        }

        var underWay = Volatile.Read(ref _underWay);
        while (underWay < CriticalityShares.LimitFor(Limit, criticality, Volatile.Read(ref _isPlusKnown)))
        {
            var seen = Interlocked.CompareExchange(ref _underWay, underWay + 1, underWay);
            if (seen == underWay)
            {
                return true;
            }

            underWay = seen;
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _underWay);

    /// <summary>An answer came.</summary>
    /// <param name="sentAt">When its attempt was sent.</param>
    /// <param name="now">A timestamp of the same clock.</param>
    public void Learn(long sentAt, long now)
    {
        // Sent before the measurement began: under the load of then.
        if (sentAt < Volatile.Read(ref _measuredSince))
        {
            return;
        }

        var count = _latencies.Add((long)_timeProvider.GetElapsedTime(sentAt, now).TotalMicroseconds);
        if (IsMeasuring)
        {
            if (count >= Settings.MinRttRequestCount)
            {
                EndMeasuring(now);
            }
        }
        else if (now >= Volatile.Read(ref _lookAt))
        {
            CloseWindow(now);
        }
    }

    private void CloseWindow(long now)
    {
        if (Interlocked.Exchange(ref _isChanging, 1) != 0)
        {
            return;
        }

        var settings = Settings;
        if (!IsMeasuring && now >= _windowEnds)
        {
            if (_latencies.Take(settings.SampleAggregatePercentile) is { } sample)
            {
                Volatile.Write(ref _sampleRtt, sample);
                Change(NextLimit(settings, sample), settings);
            }

            _windowEnds = After(now, settings.ConcurrencyUpdateInterval);
        }

        if (!IsMeasuring)
        {
            if (now >= _measureAt || _windowsAtMinimum >= WindowsAtMinimum)
            {
                BeginMeasuring(settings, now);
            }
            else
            {
                Volatile.Write(ref _lookAt, Math.Min(_windowEnds, _measureAt));
            }
        }

        Volatile.Write(ref _isChanging, 0);
    }

    private int NextLimit(AdaptiveConcurrencyConfiguration settings, double sample)
    {
        var gradient = Math.Clamp(_minRtt * (1 + (settings.MinRttBuffer / 100)) / sample, LeastGradient, LargestGradient);
        var scaled = gradient * Limit;
        return (int)(scaled + Math.Sqrt(scaled));
    }

    /// <summary>Alone, or in the constructor.</summary>
    private void BeginMeasuring(AdaptiveConcurrencyConfiguration settings, long now)
    {
        Volatile.Write(ref _deferred, Limit);
        Change(settings.MinConcurrency, settings);
        _latencies.Take(settings.SampleAggregatePercentile);
        Volatile.Write(ref _measuredSince, now);
        Volatile.Write(ref _lookAt, long.MaxValue);
    }

    private void EndMeasuring(long now)
    {
        if (Interlocked.Exchange(ref _isChanging, 1) != 0)
        {
            return;
        }

        // Somebody else may have ended it between the look and here.
        var settings = Settings;
        if (IsMeasuring && _latencies.Count >= settings.MinRttRequestCount && _latencies.Take(settings.SampleAggregatePercentile) is { } sample)
        {
            Volatile.Write(ref _minRtt, sample);
            Change(_deferred, settings);
            Volatile.Write(ref _deferred, 0);
            var interval = settings.MinRttInterval;
            _measureAt = After(now, interval + (interval * (settings.MinRttJitter / 100) * _random.NextDouble()));
            _windowEnds = After(now, settings.ConcurrencyUpdateInterval);
            Volatile.Write(ref _lookAt, Math.Min(_windowEnds, _measureAt));
        }

        Volatile.Write(ref _isChanging, 0);
    }

    private void Change(int limit, AdaptiveConcurrencyConfiguration settings)
    {
        var next = Math.Clamp(limit, settings.MinConcurrency, settings.MaxConcurrencyLimit);
        _windowsAtMinimum = !IsMeasuring && Limit == settings.MinConcurrency && next == settings.MinConcurrency ? _windowsAtMinimum + 1 : 0;
        Volatile.Write(ref _limit, next);
    }

    private long After(long now, TimeSpan duration) => DetachedTimer.After(_timeProvider, now, duration);
}

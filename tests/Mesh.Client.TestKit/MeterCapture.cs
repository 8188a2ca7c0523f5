using System.Diagnostics.Metrics;
using System.Globalization;

namespace Mesh.Client.TestKit;

/// <summary>Records every measurement of one meter, with its tags.</summary>
internal sealed class MeterCapture : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Instrument> _instruments = [];
    private readonly MeterListener _listener = new();

    /// <param name="meterName">The meter to listen to.</param>
    /// <param name="scope">Where given, only the meter that this factory made: tests that run side by side do not hear one another.</param>
    public MeterCapture(string meterName = "Mesh.Client", IMeterFactory? scope = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meterName && (scope is null || ReferenceEquals(instrument.Meter.Scope, scope)))
            {
                lock (_gate)
                {
                    _instruments.Add(instrument);
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        Record<byte>();
        Record<short>();
        Record<int>();
        Record<long>();
        Record<float>();
        Record<double>();
        Record<decimal>();
        _listener.Start();
    }

    /// <summary>Everything recorded so far, in order.</summary>
    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>The instruments published so far: for tests of names, units and descriptions.</summary>
    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate)
            {
                return [.. _instruments];
            }
        }
    }

    /// <summary>The entries of one instrument that carry all the given tags.</summary>
    public IReadOnlyList<Entry> Of(string instrument, params (string Key, object? Value)[] tags)
        => [.. Entries.Where(entry => entry.Instrument == instrument && tags.All(tag => entry.Has(tag.Key, tag.Value)))];

    /// <summary>What a counter or up-down counter stands at.</summary>
    public double Sum(string instrument, params (string Key, object? Value)[] tags) => Of(instrument, tags).Sum(entry => entry.Value);

    /// <summary>Asks observable instruments for their values now.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record<T>()
        where T : struct, IConvertible
        => _listener.SetMeasurementEventCallback<T>((instrument, value, tags, _) =>
        {
            var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (key, tag) in tags)
            {
                copy[key] = tag;
            }

            lock (_gate)
            {
                _entries.Add(new Entry(instrument.Name, value.ToDouble(CultureInfo.InvariantCulture), copy));
            }
        });

    internal sealed record Entry(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
    {
        public bool Has(string key, object? value) => Tags.TryGetValue(key, out var actual) && Equals(actual, value);
    }
}

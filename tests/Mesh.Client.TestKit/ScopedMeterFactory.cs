using System.Diagnostics.Metrics;

namespace Mesh.Client.TestKit;

/// <summary>Makes meters as a host's factory does. Given to a <see cref="MeterCapture"/> as its scope, no other test is heard.</summary>
internal sealed class ScopedMeterFactory : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public IReadOnlyList<Meter> Meters => _meters;

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}

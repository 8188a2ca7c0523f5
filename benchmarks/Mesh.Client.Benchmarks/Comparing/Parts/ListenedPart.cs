using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>The in-memory comparison while every meter and every activity source is listened to, as under OpenTelemetry.</summary>
internal static class ListenedPart
{
    public static async Task RunAsync(Alternation alternation)
    {
        using var meters = ListenToMeters();
        using var activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(activities);
        foreach (var isAsynchronous in new[] { false, true })
        {
            Report.Title("listened", $"as memory, answering {InMemoryPart.How(isAsynchronous)}, all metrics and traces listened to");
            var (time, bytes) = await InMemoryPart.MeasureAsync(alternation, isAsynchronous);
            Report.AtMost("time that Mesh.Client adds, to that which Microsoft's stack adds", time, 1);
            Report.AtMost("bytes that Mesh.Client adds, to those that Microsoft's stack adds", bytes, 1);
        }
    }

    private static MeterListener ListenToMeters()
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }
}

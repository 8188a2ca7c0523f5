using System.Diagnostics.Metrics;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.TestKit;

public sealed class CaptureTests
{
    [Fact]
    public void Meter_capture_sums_by_tags()
    {
        using var meter = new Meter("capture");
        using var capture = new MeterCapture("capture");
        var counter = meter.CreateCounter<long>("calls");

        counter.Add(2, new KeyValuePair<string, object?>("host", "reviews"));
        counter.Add(3, new KeyValuePair<string, object?>("host", "ratings"));

        Assert.Equal(5, capture.Sum("calls"));
        Assert.Equal(3, capture.Sum("calls", ("host", "ratings")));
        Assert.Equal(0, capture.Sum("calls", ("host", "details")));
    }

    [Fact]
    public void Log_capture_keeps_level_text_and_values()
    {
        using var capture = new LogCapture();
        var logger = capture.CreateLogger("category");

#pragma warning disable CA2254, CA1727 // one message is enough here
        logger.LogWarning("Refused {document}", "rules.yaml");
#pragma warning restore CA2254, CA1727

        var entry = Assert.Single(capture.Complaints);
        Assert.Equal(("category", LogLevel.Warning, "Refused rules.yaml"), (entry.Category, entry.Level, entry.Message));
        Assert.Equal("rules.yaml", entry.Values["document"]);
    }

    [Fact]
    public void Fake_source_announces_pushes_and_keeps_quiet_otherwise()
    {
        var source = new FakeSource();
        var fired = 0;
        source.GetChangeToken().RegisterChangeCallback(_ => fired++, null);

        source.Set(MeshDocument.FromMeshJson("a.json", "{}"));
        Assert.Equal(0, fired);
        source.Fire();
        Assert.Equal(1, fired);
        Assert.Single(source.Load());

        source.Fail(new IOException("gone"));
        Assert.Throws<IOException>(() => source.Load());
        Assert.False(source.GetChangeToken().HasChanged);
    }

    [Fact]
    public void Repository_root_holds_the_solution()
        => Assert.True(File.Exists(RepositoryRoot.Combine("Mesh.Client.sln")));
}

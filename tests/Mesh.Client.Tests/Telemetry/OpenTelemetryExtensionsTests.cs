using Mesh.Client.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mesh.Client.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public sealed class OpenTelemetryExtensionsTests
{
    [Fact]
    public async Task AddMeshClientInstrumentation_collects_metrics_and_spans()
    {
        var metrics = new List<Metric>();
        var spans = new List<System.Diagnostics.Activity>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<MeshTelemetry>();
        builder.Services.AddMetrics();
        builder.Services.AddOpenTelemetry()
            .WithMetrics(provider => provider.AddMeshClientInstrumentation().AddInMemoryExporter(metrics))
            .WithTracing(provider => provider.AddMeshClientInstrumentation().AddInMemoryExporter(spans));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var telemetry = host.Services.GetRequiredService<MeshTelemetry>();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        telemetry.StopCall(telemetry.StartCall(request), MeshTelemetryMetricsTests.Reviews);
        Assert.True(host.Services.GetRequiredService<MeterProvider>().ForceFlush());
        Assert.True(host.Services.GetRequiredService<TracerProvider>().ForceFlush());
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains(metrics, metric => metric is { Name: "mesh.client.call.duration", Unit: "s", MeterName: "Mesh.Client" });
        Assert.Equal("GET reviews.default.svc.cluster.local", Assert.Single(spans).DisplayName);
    }
}

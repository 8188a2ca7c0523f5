using Mesh.Client.Telemetry;

namespace OpenTelemetry.Metrics;

/// <summary>The metrics of the mesh.</summary>
public static class MeshClientMeterProviderBuilderExtensions
{
    /// <summary>Collects the metrics of meter <c>Mesh.Client</c>, which docs/telemetry.md lists.</summary>
    /// <param name="builder">The builder of the meter provider.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddMeshClientInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(MeshTelemetry.Name);
    }
}

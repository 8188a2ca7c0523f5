using Mesh.Client.Telemetry;

namespace OpenTelemetry.Trace;

/// <summary>The spans of the mesh.</summary>
public static class MeshClientTracerProviderBuilderExtensions
{
    /// <summary>Collects the span that the mesh makes for each call, from activity source <c>Mesh.Client</c>. The span of each attempt below it is
    /// made by System.Net.Http: <c>AddHttpClientInstrumentation()</c> or <c>AddSource("System.Net.Http")</c> collects those.</summary>
    /// <param name="builder">The builder of the tracer provider.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddMeshClientInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(MeshTelemetry.Name);
    }
}

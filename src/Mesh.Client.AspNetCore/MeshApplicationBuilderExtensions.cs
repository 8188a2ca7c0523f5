namespace Microsoft.AspNetCore.Builder;

/// <summary>The mesh on incoming requests.</summary>
public static class MeshApplicationBuilderExtensions
{
    /// <summary>Captures the configured headers and the trace context of incoming requests, so that calls made while handling them carry them on.
    /// Put it before what makes calls; calling it twice has no further effect.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    public static IApplicationBuilder UseMesh(this IApplicationBuilder app) => throw new NotImplementedException();
}

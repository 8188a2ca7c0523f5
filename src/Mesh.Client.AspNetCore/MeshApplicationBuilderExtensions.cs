using Mesh.Client.AspNetCore.LoadBalancing;
using Mesh.Client.AspNetCore.Propagation;
using Mesh.Client.AspNetCore.Security;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The mesh on incoming requests.</summary>
public static class MeshApplicationBuilderExtensions
{
    private const string Marker = "__Mesh.Client.UseMesh";

    /// <summary>Captures the configured headers and the trace context of incoming requests, so that calls made while handling them carry them on.
    /// How long the sender waits (<c>x-envoy-expected-rq-timeout-ms</c>, <c>grpc-timeout</c>) becomes the longest time of those calls; the request
    /// itself is not ended by it.
    /// Callers that balance by <c>PREQUAL</c> ask with the request header <c>x-mesh-load</c> how loaded this server is and are told in the response;
    /// requests that want nothing else (<c>OPTIONS /.well-known/mesh-load</c> with that header) are answered 204 here and go no further.
    /// Put it before what makes calls and before what security policies are meant to protect; calling it twice has no further effect.</summary>
    /// <remarks>AuthorizationPolicy, RequestAuthentication and PeerAuthentication with mode STRICT are not built yet. While the rules hold one
    /// that applies to this workload, every request is answered 503 with a line that names it: it is never let in unchecked. There is no exception for
    /// paths such as health checks, nor for a policy that would allow all. It holds and ends with the reload of the rules.</remarks>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddMeshClient()</c> was not called.</exception>
    public static IApplicationBuilder UseMesh(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!app.Properties.TryAdd(Marker, true))
        {
            return app;
        }

        var services = app.ApplicationServices;
        // Asked for the registration where the container can tell, so that the mesh itself starts with the host and not here.
        if (services.GetService<IServiceProviderIsService>() is { } registrations
            ? !registrations.IsService(typeof(IMeshConfigurationAccessor))
            : services.GetService<IMeshConfigurationAccessor>() is null)
        {
            throw new InvalidOperationException(
                "UseMesh() was called, but this application has no mesh, so there are no rules that say which headers to carry on. "
                + "Call builder.Services.AddMeshClient() before the application is built, or leave UseMesh() out.");
        }

        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var load = new ServerLoad(timeProvider);

        // Load first, so that requests that are refused count too; probes are answered behind what refuses, as everything else is.
        return app
            .Use(next => new LoadReportMiddleware(next, load).InvokeAsync)
            .Use(next => new UnbuiltPolicyMiddleware(next, services.GetRequiredService<IMeshConfigurationAccessor>()).InvokeAsync)
            .Use(next => new LoadProbeMiddleware(next).InvokeAsync)
            .Use(next =>
            {
                var logger = services.GetService<ILoggerFactory>()?.CreateLogger<IncomingContextMiddleware>() ?? NullLogger<IncomingContextMiddleware>.Instance;
                return new IncomingContextMiddleware(next, services.GetRequiredService<IMeshConfigurationAccessor>(), timeProvider, logger).InvokeAsync;
            });
    }
}

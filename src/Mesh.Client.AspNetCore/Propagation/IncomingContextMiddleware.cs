using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.AspNetCore.Propagation;

/// <summary>Makes what a request brought along current while it is handled.</summary>
internal sealed class IncomingContextMiddleware(
    RequestDelegate next, IMeshConfigurationAccessor configuration, TimeProvider timeProvider, ILogger<IncomingContextMiddleware> logger)
{
    private readonly IncomingDeadlineReader _deadlines = new(configuration, timeProvider, logger);

    public Task InvokeAsync(HttpContext context)
    {
        // A branch may have the middleware as well as the application around it.
        if (IncomingContext.HasBegun(context))
        {
            return next(context);
        }

        var deadline = _deadlines.Read(context.Request.Headers);
        var incoming = IncomingContextReader.Read(
            context, configuration.Current.Propagation.Headers, configuration.HashedParts, deadline, logger);
        return incoming is null && IncomingContext.Current is null ? next(context) : InvokeWithAsync(context, incoming);
    }

    // Asynchronous, so that the ambient context is gone from the server's own flow when this returns.
    private async Task InvokeWithAsync(HttpContext context, IncomingContext? incoming)
    {
        using (IncomingContext.Begin(incoming, context))
        {
            await next(context);
        }
    }
}

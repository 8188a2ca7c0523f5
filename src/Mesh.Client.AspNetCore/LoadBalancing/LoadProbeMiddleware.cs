using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Client.AspNetCore.LoadBalancing;

/// <summary>Answers probes, whose response brings the report and nothing else; the application sees none of them.</summary>
internal sealed class LoadProbeMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!LoadQuestion.IsProbe(context.Request))
        {
            return next(context);
        }

        // As of health checks: they are no requests to the application, whose durations they would make look shorter.
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
        {
            metrics.MetricsDisabled = true;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}

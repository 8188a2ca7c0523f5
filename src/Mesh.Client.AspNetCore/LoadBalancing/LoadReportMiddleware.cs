using Mesh.Client.LoadBalancing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.LoadBalancing;

/// <summary>Counts requests, and tells callers that ask how loaded this server is. Probes are no load, and are not counted.</summary>
internal sealed class LoadReportMiddleware(RequestDelegate next, ServerLoad load)
{
    private static readonly Func<object, Task> Write = static state =>
    {
        var (response, load) = ((HttpResponse, ServerLoad))state;
        response.Headers[LoadReport.HeaderName] = load.Report().ToString();
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        if (LoadQuestion.IsAskedBy(context.Request))
        {
            context.Response.OnStarting(Write, (context.Response, load));
            if (LoadQuestion.IsProbe(context.Request))
            {
                return next(context);
            }
        }

        return InvokeCountedAsync(context);
    }

    private async Task InvokeCountedAsync(HttpContext context)
    {
        var begun = load.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            load.End(begun);
        }
    }
}

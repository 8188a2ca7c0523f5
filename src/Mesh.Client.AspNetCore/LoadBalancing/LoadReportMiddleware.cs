using Mesh.Client.LoadBalancing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.LoadBalancing;

/// <summary>Counts requests, and tells callers that ask how loaded this server is.</summary>
internal sealed class LoadReportMiddleware(RequestDelegate next, ServerLoad load)
{
    private static readonly Func<object, Task> Write = static state =>
    {
        var (response, load) = ((HttpResponse, ServerLoad))state;
        response.Headers[LoadReport.HeaderName] = load.Report().ToString();
        return Task.CompletedTask;
    };

    public async Task InvokeAsync(HttpContext context)
    {
        var begun = load.Begin();
        try
        {
            if (context.Request.Headers.TryGetValue(LoadReport.HeaderName, out var question) && question.ToString() == LoadReport.Question)
            {
                context.Response.OnStarting(Write, (context.Response, load));
            }

            await next(context);
        }
        finally
        {
            load.End(begun);
        }
    }
}

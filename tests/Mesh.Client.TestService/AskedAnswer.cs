using System.Globalization;

namespace Mesh.Client.TestService;

/// <summary>An answer as the caller asks for it: <c>?status=503</c>, <c>before=MILLISECONDS</c> to the headers, <c>bytes=N</c> of body, <c>within=MILLISECONDS</c>
/// in the midst of it, and <c>break=before</c> or <c>break=within</c> where the connection is to break.</summary>
internal static class AskedAnswer
{
    public static async Task WriteAsync(HttpContext context)
    {
        var (query, aborted) = (context.Request.Query, context.RequestAborted);
        await Task.Delay(Number("before"), aborted);
        if (query["break"] == "before")
        {
            context.Abort();
            return;
        }

        if (query.ContainsKey("status"))
        {
            context.Response.StatusCode = Number("status");
        }

        var body = new byte[Number("bytes")];
        var half = body.Length / 2;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, half), aborted);
        await context.Response.Body.FlushAsync(aborted);
        await Task.Delay(Number("within"), aborted);
        if (query["break"] == "within")
        {
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(body.AsMemory(half), aborted);

        int Number(string name) => int.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}

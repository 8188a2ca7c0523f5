using Mesh.Client.LoadBalancing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.LoadBalancing;

/// <summary>How callers ask for this server's load.</summary>
internal static class LoadQuestion
{
    /// <summary>The response is to bring the report.</summary>
    public static bool IsAskedBy(HttpRequest request)
        => request.Headers.TryGetValue(LoadReport.HeaderName, out var question) && question.ToString() == LoadReport.Question;

    /// <summary>It asks for nothing else. Where the header was taken off on the way, by whoever keeps outsiders from asking, it is none.</summary>
    public static bool IsProbe(HttpRequest request)
        => HttpMethods.IsOptions(request.Method) && request.Path.Value == LoadReport.ProbePath && IsAskedBy(request);
}

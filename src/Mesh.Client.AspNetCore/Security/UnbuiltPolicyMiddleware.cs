using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Security;

/// <summary>Lets no request in while rules protect this workload in a way that cannot be enforced.</summary>
internal sealed class UnbuiltPolicyMiddleware(RequestDelegate next, IMeshConfigurationAccessor configuration)
{
    // Both in one object, so that a reload between two requests never pairs old rules with a new answer.
    private Verdict _verdict = new(MeshConfiguration.Empty, null);

    public Task InvokeAsync(HttpContext context)
    {
        var rules = configuration.Current;
        if (rules.UnbuiltSecurityPolicies.Count == 0)
        {
            return next(context);
        }

        var verdict = Volatile.Read(ref _verdict);
        if (!ReferenceEquals(verdict.Rules, rules))
        {
            verdict = new(rules, UnbuiltSecurity.IncomingRefusal(rules));
            Volatile.Write(ref _verdict, verdict);
        }

        return verdict.Refusal is null ? next(context) : RefuseAsync(context, verdict.Refusal);
    }

    private static Task RefuseAsync(HttpContext context, string refusal)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(refusal, context.RequestAborted);
    }

    private sealed record Verdict(MeshConfiguration Rules, string? Refusal);
}

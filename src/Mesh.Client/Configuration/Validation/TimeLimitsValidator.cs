namespace Mesh.Client.Configuration;

/// <summary>The time limits of <c>x-mesh</c> that have no effect: a rule that sends nothing on has none, and a shorter one goes first.</summary>
internal static class TimeLimitsValidator
{
    public static void Check(HttpRouteConfiguration rule, FindingSink findings)
    {
        if (rule.Extension is not { } extension)
        {
            return;
        }

        if (rule.Redirect is not null || rule.DirectResponse is not null)
        {
            findings.Warning(FindingCodes.IdleTimeLimit, extension.Node, "the rule answers by itself and sends nothing on; time limits have no effect.",
                "Remove them, or write a route.");
        }
        else
        {
            Check("headersTimeout", extension.HeadersTimeout, extension, rule, findings);
            Check("idleTimeout", extension.IdleTimeout, extension, rule, findings);
        }
    }

    private static void Check(string field, TimeSpan? limit, RouteExtension extension, HttpRouteConfiguration rule, FindingSink findings)
    {
        if (rule.Timeout <= limit && extension.Node.Field(field) is { } node)
        {
            findings.Warning(FindingCodes.IdleTimeLimit, node,
                $"the rule's timeout ends the whole call after {FindingSink.Quote(rule.Node.Field("timeout")?.Text)}, before {FindingSink.Quote(node.Text)} can have passed; the limit has no effect.",
                "Remove the timeout where the response is a stream, or write less than it.");
        }
    }
}

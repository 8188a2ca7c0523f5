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
        else if (rule.Timeout <= extension.HeadersTimeout && extension.Node.Field("headersTimeout") is { } headers)
        {
            findings.Warning(FindingCodes.IdleTimeLimit, headers,
                $"the headers may take {FindingSink.Quote(headers.Text)}, and the rule's timeout ends the call by then at the latest; the limit has no effect.",
                "Remove the timeout where the response is a stream, or write less than it.");
        }
    }
}

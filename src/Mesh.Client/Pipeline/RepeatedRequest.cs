namespace Mesh.Client.Pipeline;

/// <summary>The message of a copy that is sent while the caller's own is under way, since two sends of one message would change it under each
/// other.</summary>
internal static class RepeatedRequest
{
    /// <summary>What the caller's message has come to by the rules, but for what the transport of the attempt under way needs.</summary>
    /// <param name="call">The call.</param>
    /// <param name="resendCount">From 1 on.</param>
    public static HttpRequestMessage Of(MeshCall call, int resendCount)
    {
        var request = call.Request;
        var copy = new HttpRequestMessage(request.Method, call.LogicalUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!call.HasWrittenHost || !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                copy.Headers.TryAddWithoutValidation(name, values);
            }
        }

        foreach (var (key, value) in (IDictionary<string, object?>)request.Options)
        {
            ((IDictionary<string, object?>)copy.Options)[key] = value;
        }

        if (request.Content is { } content)
        {
            copy.Content = new RepeatedContent(call.Body?.Inner ?? content);
        }

        call.TellTime(copy);
        call.BeginResend(copy, resendCount);
        return copy;
    }
}

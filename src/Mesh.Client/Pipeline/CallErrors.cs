using System.Globalization;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Texts that retrace the path of a call: host, rule, subset, endpoint, attempt, cause.</summary>
internal static class CallErrors
{
    public static string Path(MeshCall call)
    {
        var text = $"call to {call.Host.Host.Name}";
        if (call.Rule is { } rule)
        {
            text += $": rule {rule.Name}";
        }

        if (call.Cluster?.Key.Subset is { } subset)
        {
            text += $": subset {subset}";
        }

        if (call.Endpoint is { } endpoint && call.Cluster is { } cluster)
        {
            text += $": endpoint {EndpointAuthority.Describe(endpoint.Endpoint, cluster)}";
        }

        return call.Attempts > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}: attempt {call.Attempts}") : text;
    }

    /// <summary>What the caller gets in place of an answer.</summary>
    public static MeshRequestException ToException(MeshCall call, Exception cause)
    {
        // Only a failed connection may look like one: whoever reads it so repeats the request.
        var error = cause is HttpRequestException { HttpRequestError: var known } ? known
            : (call.Flags & MeshResponseFlags.UpstreamConnectionFailure) != 0 ? HttpRequestError.ConnectionError
            : HttpRequestError.Unknown;
        return new(error, Failed(call, cause), cause, call.ToResult());
    }

    private static string Failed(MeshCall call, Exception cause) => $"{Path(call)}: {MeshResponseFlagsText.ToText(call.Flags)}: {cause.Message}";

    public static string BodyTimedOut(MeshCall call)
        => $"{Path(call)}: UT: the time of the call ran out after the headers and before the end of the response.";
}

namespace Mesh.Client.Pipeline;

/// <summary>Texts that retrace the path of a call to where it failed.</summary>
internal static class CallErrors
{
    /// <summary>What the caller gets in place of an answer.</summary>
    public static MeshRequestException ToException(MeshCall call, Exception cause)
    {
        // Only a failed connection may look like one: whoever reads it so repeats the request.
        var error = cause is HttpRequestException { HttpRequestError: var known } ? known
            : (call.Flags & MeshResponseFlags.UpstreamConnectionFailure) != 0 ? HttpRequestError.ConnectionError
            : HttpRequestError.Unknown;
        return new(error, Failed(call, cause), cause, call.ToResult());
    }

    private static string Failed(MeshCall call, Exception cause) => $"{call.Path}: {MeshResponseFlagsText.ToText(call.Flags)}: {cause.Message}";

    public static string BodyTimedOut(in CallPath path)
        => $"{path}: UT: the time of the call ran out after the headers and before the end of the response.";
}

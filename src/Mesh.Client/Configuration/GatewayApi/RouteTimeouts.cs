namespace Mesh.Client.Configuration;

/// <summary><c>timeouts</c> of a rule; null is none, which <c>0s</c> says too.</summary>
/// <param name="Request">The whole call.</param>
/// <param name="BackendRequest">One attempt.</param>
internal readonly record struct RouteTimeouts(TimeSpan? Request, TimeSpan? BackendRequest)
{
    public static RouteTimeouts Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return default;
        }

        var (request, backend) = (GatewayDuration.Read(fields, "request"), GatewayDuration.Read(fields, "backendRequest"));
        fields.Finish();
        if (request > TimeSpan.Zero && backend > request)
        {
            fields.Findings.Error(FindingCodes.Conflict, fields.Take("backendRequest")!, "'backendRequest' is longer than 'request', of which it is a part.", "Write less, or a longer request.");
        }

        return new(NullIfZero(request), NullIfZero(backend));
    }

    private static TimeSpan? NullIfZero(TimeSpan? time) => time > TimeSpan.Zero ? time : null;
}

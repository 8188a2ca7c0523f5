namespace Mesh.Client.Configuration;

/// <summary>The filter <c>RequestMirror</c>.</summary>
internal static class RequestMirrorBinder
{
    /// <summary>Null where nothing can be mirrored, which never hurts the calls themselves.</summary>
    public static MirrorConfiguration? Bind(FieldReader fields)
    {
        var findings = fields.Findings;
        var percent = fields.Integer("percent", 0, 100);
        var share = fields.Object("fraction") is { } fraction ? Fraction(fraction) : null;
        RouteDestinationConfiguration? destination = null;
        if (fields.Object("backendRef") is { } backend)
        {
            destination = BackendsBinder.BindReference(backend, "nothing is mirrored to it");
            backend.Finish();
        }
        else if (!fields.Has("backendRef") && !fields.Node.IsMisspelt("backendRef"))
        {
            findings.Error(FindingCodes.MissingField, fields.Node, "'backendRef' is missing.", "Write backendRef: { name: ..., port: ... }.");
        }

        fields.Finish();
        if (percent is not null && share is not null)
        {
            findings.Error(FindingCodes.Conflict, fields.Take("fraction")!, "'percent' and 'fraction' exclude each other.", "Keep one of them.");
        }

        return destination is null or { Problem: not null } ? null : new() { Destination = destination, Percentage = percent ?? share ?? 100 };
    }

    private static double? Fraction(FieldReader fields)
    {
        var numerator = fields.Integer("numerator", 0, int.MaxValue);
        var denominator = fields.Integer("denominator", 1, int.MaxValue) ?? 100;
        fields.Finish();
        if (numerator is null && !fields.Has("numerator") && !fields.Node.IsMisspelt("numerator"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'numerator' is missing.");
        }

        if (numerator > denominator)
        {
            fields.Findings.Error(FindingCodes.BadPercentage, fields.Node, "'numerator' is larger than 'denominator', which is 100 where it is not written.");
            return null;
        }

        return numerator is { } part ? 100.0 * part / denominator : null;
    }
}

namespace Mesh.Client.Configuration;

/// <summary><c>fault</c>: delay and abort, with a percentage in both spellings.</summary>
internal static class FaultBinder
{
    private static readonly KeyValuePair<string, int>[] GrpcStatuses =
    [
        new("OK", 0), new("CANCELLED", 1), new("UNKNOWN", 2), new("INVALID_ARGUMENT", 3), new("DEADLINE_EXCEEDED", 4), new("NOT_FOUND", 5),
        new("ALREADY_EXISTS", 6), new("PERMISSION_DENIED", 7), new("RESOURCE_EXHAUSTED", 8), new("FAILED_PRECONDITION", 9),
        new("ABORTED", 10),
        new("OUT_OF_RANGE", 11), new("UNIMPLEMENTED", 12), new("INTERNAL", 13), new("UNAVAILABLE", 14), new("DATA_LOSS", 15),
        new("UNAUTHENTICATED", 16),
    ];

    public static FaultConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var delay = fields.Object("delay");
        var abort = fields.Object("abort");
        fields.Finish();
        if (delay is null && abort is null)
        {
            fields.Findings.Error(FindingCodes.BadFault, fields.Node, "a fault needs a delay or an abort.");
            return null;
        }

        return Abort(abort, Delay(delay, new FaultConfiguration()));
    }

    private static FaultConfiguration Delay(FieldReader? fields, FaultConfiguration fault)
    {
        if (fields is null)
        {
            return fault;
        }

        var hasDelay = fields.Has("fixedDelay");
        var bound = fault with { FixedDelay = fields.Duration("fixedDelay"), DelayPercentage = Percentage(fields) };
        if (fields.Take("exponentialDelay") is { } exponential)
        {
            fields.Findings.Error(FindingCodes.BadFault, exponential, "'exponentialDelay' is implemented nowhere, Istio included.", "Write fixedDelay.");
        }
        else if (!hasDelay && !fields.Node.IsMisspelt("fixedDelay"))
        {
            fields.Findings.Error(FindingCodes.MissingField,
                fields.Node, "'fixedDelay' is missing: the delay does not say how long.", "Write fixedDelay, such as 7s.");
        }

        fields.Finish();
        return bound;
    }

    private static FaultConfiguration Abort(FieldReader? fields, FaultConfiguration fault)
    {
        if (fields is null)
        {
            return fault;
        }

        var hasHttp = fields.Has("httpStatus");
        var hasGrpc = fields.Has("grpcStatus");
        var bound = fault with
        {
            AbortHttpStatus = fields.Integer("httpStatus", 200, 599),
            AbortGrpcStatus = fields.Choice("grpcStatus", GrpcStatuses),
            AbortPercentage = Percentage(fields),
        };
        if (fields.Take("http2Error") is { } http2)
        {
            fields.Findings.Error(FindingCodes.BadFault, http2, "'http2Error' is supported nowhere, Istio included.", "Write httpStatus or grpcStatus.");
        }
        else if (hasHttp && hasGrpc)
        {
            fields.Findings.Error(FindingCodes.Conflict, fields.Node, "'httpStatus' and 'grpcStatus' exclude each other.", "Remove one of them.");
        }
        else if (!hasHttp && !hasGrpc)
        {
            fields.Findings.Warning(FindingCodes.BadFault, fields.Node, "the abort names no status and aborts nothing.", "Write httpStatus or grpcStatus.");
        }

        fields.Finish();
        return bound;
    }

    /// <summary>Absent is 0, in Istio too: the fault never fires, which nobody writes on purpose.</summary>
    private static double Percentage(FieldReader fields)
    {
        var older = fields.Take("percent");
        var current = fields.Take("percentage");
        if (older is null && current is null)
        {
            fields.Findings.Warning(FindingCodes.BadFault, fields.Node, "no percentage is written, which means 0: the fault never fires.", "Write percentage: { value: 100 }.");
            return 0;
        }

        if (older is not null)
        {
            fields.Findings.Info(FindingCodes.Deprecated, older, "'percent' is the older name of 'percentage' and still works.",
                $"Write percentage: {{ value: {older.Text} }}.");
        }

        if (older is not null && current is not null)
        {
            fields.Findings.Warning(FindingCodes.BadPercentage,
                older, "'percent' and 'percentage' are both written; 'percentage' is used.", "Remove percent.");
        }

        return current is null ? ScalarReader.Integer(older!, 0, 100, fields.Findings) ?? 0 : PercentageReader.Read(current, fields.Findings);
    }
}

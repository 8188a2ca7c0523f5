namespace Mesh.Client.Model;

/// <summary>The health record of one endpoint. Fields, not properties, so that they can be counted with interlocked operations.</summary>
internal sealed class EndpointHealth
{
    public int ConsecutiveServerErrors;

    public int ConsecutiveGatewayErrors;

    /// <summary>Failures of the transport in a row, where the policy counts them apart.</summary>
    public int ConsecutiveLocalOriginFailures;

    /// <summary>Connections in a row that could not be made, those during a running mark counting as one; means nothing while
    /// <see cref="EndpointState.ConnectFailedUntil"/> tells of none.</summary>
    public int ConsecutiveConnectFailures;

    /// <summary>How often it was ejected, less one for each quiet interval since; multiplies the ejection time.</summary>
    public int EjectionMultiplier;

    /// <summary>The timestamp at which the ejection may end; looked at by the sweep only.</summary>
    public long EjectedUntil;

    /// <summary>The ejection is an operator's: neither rules nor health checks end it.</summary>
    public bool IsEjectedByHand;

    /// <summary>The interval that runs, as <see cref="CallBucket"/>.</summary>
    public long Calls;

    /// <summary>The interval before it; for the sweep.</summary>
    public long FinishedCalls;

    /// <summary>Why the last health check that failed keeps calls away; null while none does.</summary>
    public string? CheckFailure;

    /// <summary>No errors in a row any more.</summary>
    public void ClearCounters()
    {
        Volatile.Write(ref ConsecutiveServerErrors, 0);
        Volatile.Write(ref ConsecutiveGatewayErrors, 0);
        Volatile.Write(ref ConsecutiveLocalOriginFailures, 0);
    }
}

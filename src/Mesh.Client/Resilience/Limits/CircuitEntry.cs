namespace Mesh.Client.Resilience;

/// <summary>What a circuit breaker says to an attempt that wants to begin.</summary>
internal enum CircuitEntry
{
    /// <summary>It may go.</summary>
    Passed,

    /// <summary>It may go, and decides for all that follow: the breaker is half open until its outcome is reported, or it is abandoned.</summary>
    OnTrial,

    /// <summary>It may not.</summary>
    Refused,
}

namespace Mesh.Client.Resilience;

/// <summary>Which time of a call ran out.</summary>
internal enum DeadlineCause : byte
{
    /// <summary>None did, or that of one attempt only.</summary>
    None,

    /// <summary>That of the rule or of the caller's options.</summary>
    Timeout,

    /// <summary>No byte moved for too long.</summary>
    Silence,

    /// <summary>That of the incoming request for which the call is made: nobody waits for the answer any more, and no endpoint is to blame.</summary>
    Inherited,
}

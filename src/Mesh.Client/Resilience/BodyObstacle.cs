namespace Mesh.Client.Resilience;

/// <summary>Why the body of a request can be sent once only.</summary>
internal enum BodyObstacle : byte
{
    None,

    /// <summary>How much would have to be held is not known.</summary>
    UnknownLength,

    /// <summary>Longer than what is held.</summary>
    OverLimit,

    /// <summary>There is no synchronous way of holding it.</summary>
    Synchronous,

    /// <summary>The policy repeats the method only where the request was not sent, which is not worth holding the body of every call.</summary>
    NotHeld,
}

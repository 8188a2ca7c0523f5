namespace Mesh.Client.Simulation;

/// <summary>What a server does with calls at some moment.</summary>
internal enum ServerBehaviour
{
    /// <summary>Serves them one after the other.</summary>
    Serves,

    /// <summary>Refuses each with 503 at once.</summary>
    FailsFast,

    /// <summary>Accepts them, and none gets on until it thaws.</summary>
    Frozen,

    /// <summary>Cannot be reached: connecting ends with its timeout.</summary>
    Unreachable,
}

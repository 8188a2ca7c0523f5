namespace Mesh.Client.Kubernetes.Services;

/// <summary>What counts of an endpoint for the use of hints.</summary>
[Flags]
internal enum HintMarks : byte
{
    None = 0,

    /// <summary>It gets calls.</summary>
    Ready = 1,

    /// <summary>It says for which nodes it is.</summary>
    ForNodes = 2,

    /// <summary>This process's is among them.</summary>
    ForOwnNode = 4,

    /// <summary>It says for which zones it is.</summary>
    ForZones = 8,

    /// <summary>This process's is among them.</summary>
    ForOwnZone = 16,
}

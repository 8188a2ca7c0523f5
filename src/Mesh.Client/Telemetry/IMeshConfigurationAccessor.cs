using Mesh.Client.Configuration;

namespace Mesh.Client.Telemetry;

/// <summary>The rules that are live, for what stands beside the calls: the incoming side reads what to capture from it.</summary>
internal interface IMeshConfigurationAccessor
{
    /// <summary>Never null, never blocks, never throws; <see cref="MeshConfiguration.Empty"/> before the first rules.</summary>
    MeshConfiguration Current { get; }
}

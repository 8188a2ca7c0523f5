using Mesh.Client.Configuration;

namespace Mesh.Client.Telemetry;

/// <summary>The rules that are live, for what stands beside the calls: the incoming side reads what to capture from it.</summary>
internal interface IMeshConfigurationAccessor
{
    /// <summary>Never null, never blocks, never throws; <see cref="MeshConfiguration.Empty"/> before the first rules.</summary>
    MeshConfiguration Current { get; }

    /// <summary>What consistent hashing of the live rules goes by; the rest of a request need not be kept.</summary>
    IncomingParts HashedParts { get; }

    /// <summary>The deadline of an incoming request could not be used.</summary>
    void CountIgnoredDeadline(string header);
}

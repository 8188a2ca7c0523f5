using System.Collections.Concurrent;
using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;

namespace Mesh.Client.AspNetCore.Tests;

/// <summary>Rules that a test swaps as a reload does.</summary>
internal sealed class EditableRules : IMeshConfigurationAccessor
{
    public MeshConfiguration Current { get; set; } = MeshConfiguration.Empty;

    public IncomingParts HashedParts { get; set; }

    /// <summary>The headers of deadlines that were counted as ignored.</summary>
    public ConcurrentQueue<string> IgnoredDeadlines { get; } = [];

    public void CountIgnoredDeadline(string header) => IgnoredDeadlines.Enqueue(header);

    public void Carry(params string[] headers) =>
        Current = Current with { Propagation = new PropagationConfiguration { Headers = headers } };
}

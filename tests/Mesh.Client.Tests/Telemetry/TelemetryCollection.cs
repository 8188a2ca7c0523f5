namespace Mesh.Client.Tests.Telemetry;

/// <summary>Listeners to activities see the whole process, so these tests run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    public const string Name = "Telemetry";
}

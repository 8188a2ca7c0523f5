namespace Mesh.Client.Configuration;

/// <summary>Where copies of calls go, and of how many.</summary>
internal sealed record MirrorConfiguration
{
    public required RouteDestinationConfiguration Destination { get; init; }

    /// <summary>0 to 100; 100 where nothing is written.</summary>
    public double Percentage { get; init; } = 100;
}

namespace Mesh.Client.Configuration;

/// <summary>Ejects endpoints of whose calls in one interval too many failed, whatever the others do.</summary>
internal sealed record FailurePercentageConfiguration
{
    /// <summary>Failures among 100 calls, from which on it ejects.</summary>
    public int Threshold { get; init; } = 85;

    /// <summary>So many endpoints with enough calls are needed.</summary>
    public int MinimumHosts { get; init; } = 5;

    /// <summary>So many calls in an interval are enough.</summary>
    public int RequestVolume { get; init; } = 50;

    /// <summary>Of 100 endpoints that would be ejected, so many are.</summary>
    public int Enforcing { get; init; } = 100;
}

namespace Mesh.Client.Configuration;

/// <summary>Ejects endpoints whose share of successes in one interval lies far below that of the others.</summary>
internal sealed record SuccessRateConfiguration
{
    /// <summary>So many endpoints with enough calls are needed.</summary>
    public int MinimumHosts { get; init; } = 5;

    /// <summary>So many calls in an interval are enough.</summary>
    public int RequestVolume { get; init; } = 100;

    /// <summary>Thousandths of a standard deviation below the mean.</summary>
    public int StdevFactor { get; init; } = 1900;

    /// <summary>Of 100 endpoints that would be ejected, so many are.</summary>
    public int Enforcing { get; init; } = 100;
}

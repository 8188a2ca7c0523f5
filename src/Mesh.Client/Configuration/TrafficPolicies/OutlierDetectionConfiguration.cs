namespace Mesh.Client.Configuration;

internal sealed record OutlierDetectionConfiguration
{
    /// <summary>Answers of 5xx in a row that eject; 0 switches it off.</summary>
    public int Consecutive5xxErrors { get; init; } = 5;

    /// <summary>Answers of 502, 503, 504 in a row that eject; 0 switches it off.</summary>
    public int ConsecutiveGatewayErrors { get; init; }

    /// <summary>How often ejected endpoints are looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan BaseEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>0 to 100.</summary>
    public int MaxEjectionPercent { get; init; } = 10;

    /// <summary>0 to 100: below this share of healthy endpoints all are used again; 0 never.</summary>
    public int MinHealthPercent { get; init; }
}

namespace Mesh.Client.Configuration;

internal sealed record OutlierDetectionConfiguration
{
    /// <summary>Answers of 5xx in a row that eject; 0 switches it off.</summary>
    public int Consecutive5xxErrors { get; init; } = 5;

    /// <summary>Answers of 502, 503, 504 in a row that eject; 0 switches it off.</summary>
    public int ConsecutiveGatewayErrors { get; init; }

    /// <summary>Failures of the transport count for <see cref="ConsecutiveLocalOriginFailures"/> alone, and not as 5xx answers.</summary>
    public bool SplitsLocalOriginErrors { get; init; }

    /// <summary>With <see cref="SplitsLocalOriginErrors"/>: failures of the transport in a row that eject; 0 switches it off.</summary>
    public int ConsecutiveLocalOriginFailures { get; init; } = 5;

    /// <summary>The answers that are errors, in place of all from 500 on; null for these.</summary>
    public StatusSet? HttpErrorCodes { get; init; }

    /// <summary>How often ejected endpoints are looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan BaseEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>0 to 100.</summary>
    public int MaxEjectionPercent { get; init; } = 10;

    /// <summary>0 to 100: below this share of healthy endpoints all are used again; 0 never.</summary>
    public int MinHealthPercent { get; init; }

    /// <summary>What Istio's block cannot say.</summary>
    public OutlierDetectionExtension Extension { get; init; } = OutlierDetectionExtension.Default;

    /// <summary>Whether a set of so many endpoints has room for one ejection.</summary>
    public bool CanEject(int endpoints) => endpoints > 0 && (Extension.AlwaysEjectOneHost || 100L <= (long)MaxEjectionPercent * endpoints);
}

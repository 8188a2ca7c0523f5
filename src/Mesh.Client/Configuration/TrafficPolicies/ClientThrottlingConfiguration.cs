namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.clientThrottling</c>: calls are refused here, in the measure in which the servers refuse them.</summary>
internal sealed record ClientThrottlingConfiguration
{
    /// <summary>K, 1 or more: for each call that the servers take so many are sent. 2 lets through twice what they take, which tells how they fare;
    /// less refuses more, more refuses less.</summary>
    public double Multiplier { get; init; } = 2;

    /// <summary>Calls of so long are looked at.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>With fewer calls during <see cref="Window"/> none is refused.</summary>
    public int MinimumRequests { get; init; } = 100;

    /// <summary>0 to 100: of 100 calls at most so many are refused, whatever their class. Envoy's admission control stops there too: some calls have to
    /// find out that the servers are well again.</summary>
    public double MaxRejectionPercent { get; init; } = 80;
}

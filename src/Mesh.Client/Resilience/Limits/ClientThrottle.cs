using Mesh.Client.Configuration;

namespace Mesh.Client.Resilience;

/// <summary>
/// Refuses calls before they are sent where the servers refuse many: adaptive throttling as in Google's SRE book ("Handling Overload"), with the
/// probability <c>max(0, (requests - K x accepts) / (requests + 1))</c> over a window, where a call that is refused here is a request too. No
/// lock; nothing allocated but once in a tenth of the window.
/// </summary>
/// <param name="settings">The rule's.</param>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="random">The mesh's chance.</param>
internal sealed class ClientThrottle(ClientThrottlingConfiguration settings, TimeProvider timeProvider, MeshRandom random)
{
    private readonly RollingCounts _counts = new(timeProvider);
    private ClientThrottlingConfiguration _settings = settings;

    /// <summary>Newer rules judge the same past.</summary>
    public ClientThrottlingConfiguration Settings
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }

    /// <summary>Calls of the window, sent or refused here, and those among them that the servers took.</summary>
    public (int Requests, int Accepts) Count(long now) => _counts.Sum(now, Settings.Window);

    /// <summary>0 to 1: how likely a call of the class is refused now.</summary>
    public double ProbabilityFor(MeshCriticality criticality, long now)
    {
        var settings = Settings;
        var (requests, accepts) = _counts.Sum(now, settings.Window);
        var excess = requests - (settings.Multiplier * accepts);
        return excess <= 0 || requests < settings.MinimumRequests
            ? 0
            : Math.Min(excess / (requests + 1) * CriticalityShares.WeightOf(criticality), settings.MaxRejectionPercent / 100);
    }

    /// <summary>True where chance refuses the call, which then counts as a request that was not taken.</summary>
    public bool Refuses(MeshCriticality criticality, long now)
    {
        if (ProbabilityFor(criticality, now) is not (> 0 and var probability) || random.NextDouble() >= probability)
        {
            return false;
        }

        OnSent(now);
        return true;
    }

    /// <summary>An attempt is sent.</summary>
    public void OnSent(long now) => _counts.Add(now, Settings.Window, RollingCounts.First);

    /// <summary>A server took it, whatever its answer was.</summary>
    public void OnAccepted(long now) => _counts.Add(now, Settings.Window, RollingCounts.Second);
}

using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>What one check knows of one endpoint: Envoy's rules for when it changes its mind. Guarded by the lock of its run.</summary>
internal sealed class EndpointCheck(EndpointState endpoint, bool isFailing)
{
    /// <summary>What <see cref="Due"/> says while nothing is planned.</summary>
    public const long Never = long.MaxValue;

    private bool _isKnown;
    private int _passes;
    private int _failures;

    public EndpointState Endpoint { get; } = endpoint;

    /// <summary>The check keeps calls away from the endpoint.</summary>
    public bool IsFailing { get; private set; } = isFailing;

    /// <summary>The last result was not enough to change that.</summary>
    public bool IsPending { get; private set; }

    /// <summary>The timestamp of the next check.</summary>
    public long Due { get; set; } = Never;

    /// <summary>Cancels the check under way; null while there is none.</summary>
    public CancellationTokenSource? Running { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>True where the result changed <see cref="IsFailing"/>. The first one decides alone.</summary>
    public bool Take(in HealthCheckResult result, HealthCheckConfiguration configuration)
    {
        if (result.IsVoid)
        {
            return false;
        }

        var isFirst = !_isKnown;
        _isKnown = true;
        if (result.IsHealthy)
        {
            _failures = 0;
            IsPending = IsFailing && !isFirst && ++_passes < configuration.HealthyThreshold;
            return IsFailing && !IsPending && Set(false);
        }

        _passes = 0;
        IsPending = !IsFailing && !isFirst && !result.IsDecisive && ++_failures < configuration.UnhealthyThreshold;
        return !IsFailing && !IsPending && Set(true);
    }

    /// <summary>True where it was not failing before.</summary>
    public bool Fail()
    {
        (_isKnown, _passes, IsPending) = (true, 0, false);
        return !IsFailing && Set(true);
    }

    private bool Set(bool isFailing)
    {
        (IsFailing, _passes, _failures) = (isFailing, 0, 0);
        return true;
    }
}

using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>The time of one pick from one group, looked at once and only if somebody asks: most picks meet no endpoint that is marked, and the clock
/// costs as much as the rest of them.</summary>
internal ref struct PickClock(TimeProvider timeProvider)
{
    private bool _isRead;
    private bool _hasWarmUp;
    private WarmUpMoment _warmUp;

    public readonly TimeProvider TimeProvider => timeProvider;

    /// <summary>The slow start of the group that is picked from.</summary>
    public WarmUpMoment WarmUpOf(EndpointGroup group)
    {
        if (!_hasWarmUp && group.WarmUp is { } warmUp)
        {
            _warmUp = warmUp.At(timeProvider, Now);
            _hasWarmUp = true;
            if (_warmUp.IsNone)
            {
                group.EndWarmUp();
            }
        }

        return _warmUp;
    }

    public long Now
    {
        get
        {
            if (!_isRead)
            {
                field = timeProvider.GetTimestamp();
                _isRead = true;
            }

            return field;
        }
    }
}

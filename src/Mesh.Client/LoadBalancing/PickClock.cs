using System.Diagnostics.CodeAnalysis;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>The time of one pick from one group, looked at once and only if somebody asks: most picks meet no endpoint that is marked, and the clock
/// costs as much as the rest of them.</summary>
/// <param name="timeProvider">The clock of the mesh.</param>
/// <param name="active">Whose beat tells of slow start well enough; null where the policy knows none.</param>
internal ref struct PickClock(TimeProvider timeProvider, ActiveClock? active = null)
{
    private bool _isRead;
    private bool _hasWarmUp;
    private WarmUpMoment _warmUp;

    public readonly TimeProvider TimeProvider => timeProvider;

    /// <summary>The slow start of the group that is picked from. By reference: what was just written word by word is slow to copy.</summary>
    [UnscopedRef]
    public ref readonly WarmUpMoment WarmUpOf(EndpointGroup group)
    {
        if (!_hasWarmUp && active is not null && group.WarmUp is { } warmUp)
        {
            LookAt(group, warmUp);
        }

        return ref _warmUp;
    }

    private void LookAt(EndpointGroup group, WarmUp warmUp)
    {
        _warmUp = warmUp.At(timeProvider, RoughlyNow(active!));
        _hasWarmUp = true;
        if (_warmUp.IsNone)
        {
            group.EndWarmUp();
        }
    }

    /// <summary>Seconds go by until a share has changed much.</summary>
    private long RoughlyNow(ActiveClock clock)
    {
        if (!ReferenceEquals(clock.TimeProvider, timeProvider))
        {
            return Now;
        }

        if (!clock.TryGetBeatTimestamp(out var beat))
        {
            clock.ToActive(beat = Now);
        }

        return beat;
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

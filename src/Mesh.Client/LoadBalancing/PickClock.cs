namespace Mesh.Client.LoadBalancing;

/// <summary>The time of one pick, looked at once and only if somebody asks: most picks meet no endpoint that is marked, and the clock
/// costs as much as the rest of them.</summary>
internal ref struct PickClock(TimeProvider timeProvider)
{
    private bool _isRead;

    public readonly TimeProvider TimeProvider => timeProvider;

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

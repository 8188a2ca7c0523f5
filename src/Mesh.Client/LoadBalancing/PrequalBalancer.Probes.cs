using System.Diagnostics.CodeAnalysis;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Probes, for when calls alone bring too few reports. A pick does no more than leave word of its group; whoever sends the call that it was
/// for lends the way to the servers, and the rest happens beside it.</summary>
internal sealed partial class PrequalBalancer
{
    /// <summary>Draws until enough endpoints are found to ask.</summary>
    private const int MaximumDraws = 16;

    private readonly ProbeSchedule _schedule = new(random);

    /// <summary>Whose pool is starved, for the next round; null where no round is due.</summary>
    private EndpointGroup? _starved;

    private ProbeRound? _round;

    public TimeProvider TimeProvider => Clock.TimeProvider;

    public override bool WantsProbes => Volatile.Read(ref _starved) is not null;

    public override void StartProbes(ILoadProbe probe)
    {
        if (!TryBeginProbes(out var group))
        {
            return;
        }

        var round = new ProbeRound(this, group, probe);
        Interlocked.Exchange(ref _round, round);
        round.Begin();
        if (_schedule.IsStopped)
        {
            round.Cancel();
        }
    }

    public override void Stop()
    {
        _schedule.Stop();
        Volatile.Write(ref _starved, null);
        Volatile.Read(ref _round)?.Cancel();
    }

    /// <summary>True for one alone, who asks some endpoints and then calls <see cref="EndProbes"/>.</summary>
    public bool TryBeginProbes([NotNullWhen(true)] out EndpointGroup? group)
    {
        group = Interlocked.Exchange(ref _starved, null);
        return group is not null && _schedule.TryBegin(Clock.ToMicroseconds(Clock.GetTimestamp()));
    }

    /// <summary>Distinct endpoints of the group that would be picked if only they reported. One whose report is fresh still (the pool is new
    /// where the group is) comes into the pool as it is.</summary>
    /// <returns>How many were found.</returns>
    public int DrawUnreported(EndpointGroup group, Span<int> places)
    {
        var clock = new PickClock(TimeProvider, Clock);
        var now = NowOf(ref clock);
        var count = 0;
        for (var draw = 0; draw < MaximumDraws && count < places.Length; draw++)
        {
            var place = Draw(group);
            if (places[..count].Contains(place) || IsMarked(group.Endpoints[place], ref clock) || IsSuspect(group.Endpoints[place], ref clock))
            {
                continue;
            }

            if (IsFresh(group, place, now))
            {
                Enter(group, place, now);
            }
            else
            {
                places[count++] = place;
            }
        }

        return count;
    }

    /// <summary>One of the endpoints that were asked has answered, or has not.</summary>
    /// <param name="group">Of which it is.</param>
    /// <param name="place">Which.</param>
    /// <param name="answer">Null for none in time.</param>
    public void OnProbed(EndpointGroup group, int place, in LoadAnswer? answer)
    {
        if (answer is { } told)
        {
            var now = Clock.GetTimestamp();
            Learn(group.Endpoints[place], told, now);
            if (IsFresh(group, place, Clock.ToMicroseconds(now)))
            {
                Enter(group, place, Clock.ToMicroseconds(now));
            }
        }

        reports?.OnProbed(answer is null ? LoadProbeOutcome.Failed
            : answer is { State: LoadReportState.Usable } ? LoadProbeOutcome.Answered
            : LoadProbeOutcome.NoReport);
    }

    /// <summary>The round is over.</summary>
    public void EndProbes(int asked, int reported) => _schedule.End(Clock.ToMicroseconds(Clock.GetTimestamp()), asked, reported);

    /// <summary>A pick found fewer than two reports. The first of such alone starts nothing: where calls are rarer than reports grow old, the
    /// next call would find them as stale.</summary>
    private void NoteStarvation(EndpointGroup group, ReportPool pool, long now)
    {
        // Fields that all picks share are written last: word that no call can take up stands for good.
        if (!ReferenceEquals(Volatile.Read(ref _starved), group) && _schedule.IsDue(now) && pool.IsStarvedAgain(now, MaximumAge))
        {
            Volatile.Write(ref _starved, group);
        }
    }

    private static bool IsFresh(EndpointGroup group, int place, long now)
        => EndpointLoad.Of(group.Endpoints[place]).Reported.IsYoungerThan(MaximumAge, now);

    /// <summary>Into a place of the pool that is free, or else into that of one whose first report is on its way.</summary>
    private static void Enter(EndpointGroup group, int place, long now)
    {
        var pool = ReportPool.Of(group);
        if (pool.Contains(place))
        {
            return;
        }

        var found = -1;
        for (var slot = 0; slot < ReportPool.Size; slot++)
        {
            var entry = pool[slot];
            if ((uint)entry >= (uint)group.Endpoints.Length)
            {
                found = slot;
                break;
            }

            found = IsFresh(group, entry, now) ? found : slot;
        }

        if (found >= 0)
        {
            pool.Replace(found, place);
        }
    }
}

using System.Runtime.CompilerServices;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Prequal's hot and cold rule (Wydrowski, Kleinberg, Rumble, Archer: Load is not what you should balance, NSDI 2024) over what servers
/// report with their answers, in place of a probe for each call: of the endpoints in a small pool those with many requests in flight are hot; of the
/// others the one with the least latency is picked, and where all are hot the one with the fewest requests. A part of the calls, and all while the pool is
/// starved (servers that send no reports among them), go where peak EWMA would send them: they are what brings others into the pool, and
/// while it is starved probes are.
/// </summary>
internal sealed partial class PrequalBalancer(MeshRandom random, ActiveClock clock, int choiceCount, ILoadReportListener? reports = null)
    : PeakEwmaBalancer(random, clock, choiceCount)
{
    /// <summary>In microseconds; older reports tell nothing.</summary>
    private const double MaximumAge = 1e6;

    /// <summary>One pick in so many explores.</summary>
    private const int PicksPerExploration = 10;

    /// <summary>The part of the pool that is not hotter than the others: 2^-0.25, as the paper found flat around.</summary>
    private const double ColdShare = 0.84;

    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Prequal;

    public override bool AsksForReports => true;

    public override void End(EndpointState endpoint, in CallSample sample)
    {
        base.End(endpoint, sample);
        if (sample.Response is { } response)
        {
            Learn(endpoint, LoadAnswer.Of(response), sample.Ended);
        }
    }

    /// <param name="endpoint">Whose server it is.</param>
    /// <param name="report">What it said. One that knows of no latency, since its server has just started or was idle, is not gone by: it would make that
    /// server the fastest of all, and each client would storm it.</param>
    /// <param name="now">A timestamp of the <see cref="ActiveClock"/>.</param>
    public void Report(EndpointState endpoint, in LoadReport report, long now)
    {
        if (report.Latency > 0)
        {
            EndpointLoad.Of(endpoint).Report(ReportedLoad.Of(report, Clock.ToMicroseconds(now)), endpoint.InFlight);
        }
    }

    private void Learn(EndpointState endpoint, in LoadAnswer answer, long now)
    {
        if (answer.State == LoadReportState.Usable)
        {
            Report(endpoint, answer.Report, now);
        }
        else if (answer.State != LoadReportState.None)
        {
            reports?.OnRefused(endpoint, answer.State, answer.Text!);
        }
    }

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var pool = ReportPool.Of(group);
        var isExploration = Random.Next(PicksPerExploration) == 0;
        if (context.Tried.IsEmpty && group.WarmUp is null)
        {
            // The first try of nearly every call.
            var best = ChooseBest(pool, group, ref clock);
            if (best >= 0)
            {
                return isExploration ? Explore(pool, group, context, ref clock) : best;
            }
        }

        return ChooseAmongEntries(pool, group, isExploration, context, ref clock);
    }

    /// <summary>Of a pool that is not starved. In small groups everybody is in the pool already, and no place has to be found in it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Explore(ReportPool pool, EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var explored = base.Choose(group, context, ref clock);
        if (!pool.Contains(explored))
        {
            Span<Entry> entries = stackalloc Entry[ReportPool.Size];
            var count = Read(pool, group, context, NowOf(ref clock), ref clock, entries, out var free);
            pool.Replace(free >= 0 ? free : entries[Worst(entries[..count], count)].Slot, explored);
        }

        return explored;
    }

    /// <summary>The fastest that is not hot. Whether it is marked or suspect is asked of that one alone; where it is, or the pool is starved, it is
    /// negative, and all there is to know of each has to be looked at.</summary>
    private int ChooseBest(ReportPool pool, EndpointGroup group, ref PickClock clock)
    {
        Span<double> requests = stackalloc double[ReportPool.Size];
        Span<long> keys = stackalloc long[ReportPool.Size];
        Span<int> places = stackalloc int[ReportPool.Size];
        var oldest = CoarseTime.Of(RoughlyNow(ref clock)) - CoarseTime.Of((long)MaximumAge);
        var count = 0;
        foreach (var place in pool.Used)
        {
            if ((uint)place >= (uint)group.Endpoints.Length)
            {
                continue;
            }

            var load = EndpointLoad.Of(group.Endpoints[place]);
            var report = load.Reported;
            if (!report.IsSince(oldest))
            {
                continue;
            }

            requests[count] = RequestsOf(group, place, load, report);
            keys[count] = ((long)report.LatencyOrder << 32) | (uint)count;
            places[count++] = place;
        }

        if (count < 2)
        {
            return -1;
        }

        var chosen = places[FastestCold(requests[..count], keys[..count])];
        return IsMarked(group.Endpoints[chosen], ref clock) || IsSuspect(group.Endpoints[chosen], ref clock) ? -1 : chosen;
    }

    /// <summary>The place of the least of the keys of which few enough others have fewer requests: what <see cref="HotAbove"/> says of each, without
    /// sorting all.</summary>
    private static int FastestCold(ReadOnlySpan<double> requests, ReadOnlySpan<long> keys)
    {
        var cold = (int)(ColdShare * (keys.Length - 1));
        var passed = -1L;
        while (true)
        {
            // No two keys are one, though an endpoint may be in the pool twice, read as two different loads: so the one with the fewest requests is come to. Who
            // is the fastest is chance, so that nothing branches on it.
            var (least, fastest) = (long.MaxValue, 0);
            for (var index = 0; index < keys.Length; index++)
            {
                var isLess = keys[index] < least & keys[index] > passed;
                least = isLess ? keys[index] : least;
                fastest = isLess ? index : fastest;
            }

            var below = 0;
            var own = requests[fastest];
            foreach (var other in requests)
            {
                below += other < own ? 1 : 0;
            }

            if (below <= cold)
            {
                return fastest;
            }

            passed = least;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ChooseAmongEntries(ReportPool pool, EndpointGroup group, bool isExploration, in PickContext context, ref PickClock clock)
    {
        var now = NowOf(ref clock);
        Span<Entry> entries = stackalloc Entry[ReportPool.Size];
        var count = Read(pool, group, context, now, ref clock, entries, out var free);
        if (count >= 2 && !isExploration)
        {
            return entries[Best(entries[..count], count)].Place;
        }

        if (count < 2 && context.Tried.IsEmpty)
        {
            NoteStarvation(group, pool, now);
        }

        var explored = base.Choose(group, context, ref clock);
        if (!pool.Contains(explored))
        {
            pool.Replace(free >= 0 ? free : entries[Worst(entries[..count], count)].Slot, explored);
        }

        return explored;
    }

    /// <summary>The entries that can be picked.</summary>
    /// <returns>Their number.</returns>
    private int Read(
        ReportPool pool, EndpointGroup group, in PickContext context, long now, ref PickClock clock, scoped Span<Entry> entries, out int free)
    {
        var count = 0;
        ref readonly var warmUp = ref clock.WarmUpOf(group);
        free = -1;

        // From the last, so that the first one that is free is filled.
        for (var slot = ReportPool.Size - 1; slot >= 0; slot--)
        {
            var place = pool[slot];
            if ((uint)place >= (uint)group.Endpoints.Length)
            {
                free = slot;
                continue;
            }

            var endpoint = group.Endpoints[place];
            var load = EndpointLoad.Of(endpoint);
            var report = load.Reported;
            if (!report.IsYoungerThan(MaximumAge, now))
            {
                // One whose first answer is on its way stays.
                free = load.Waiting > 0 ? free : slot;
            }
            else if (IsSuspect(endpoint, ref clock))
            {
                free = slot;
            }
            else if (IsUsable(endpoint, context.Tried, ref clock))
            {
                entries[count++] = new Entry(slot, place, RequestsOf(group, place, load, report) / warmUp.FactorOf(place), report.LatencyOrder);
            }
        }

        return count;
    }

    /// <summary>In flight, for the weight: since the report this client has sent, or ended, calls itself.</summary>
    private static double RequestsOf(EndpointGroup group, int place, EndpointLoad load, ReportedLoad report)
    {
        var requests = Math.Max(0, report.RequestsInFlight + group.Endpoints[place].InFlight - load.InFlightAtReport);
        return group.Weights is { } weights ? requests * weights.CallsPerShare(place) : requests;
    }

    private static int Best(ReadOnlySpan<Entry> entries, int count)
    {
        var limit = HotAbove(entries, count);
        var best = 0;
        for (var index = 1; index < count; index++)
        {
            best = entries[index].IsBetterThan(entries[best], limit) ? index : best;
        }

        return best;
    }

    private static int Worst(ReadOnlySpan<Entry> entries, int count)
    {
        var limit = HotAbove(entries, count);
        var worst = 0;
        for (var index = 1; index < count; index++)
        {
            worst = entries[worst].IsBetterThan(entries[index], limit) ? index : worst;
        }

        return worst;
    }

    private static double HotAbove(ReadOnlySpan<Entry> entries, int count)
    {
        Span<double> requests = stackalloc double[ReportPool.Size];
        for (var index = 0; index < count; index++)
        {
            requests[index] = entries[index].Requests;
        }

        requests[..count].Sort();
        return requests[(int)(ColdShare * (count - 1))];
    }

    /// <param name="Slot">In the pool.</param>
    /// <param name="Place">In the group.</param>
    /// <param name="Requests">In flight, for the weight.</param>
    /// <param name="Latency">For comparison only.</param>
    private readonly record struct Entry(int Slot, int Place, double Requests, int Latency)
    {
        public bool IsBetterThan(in Entry other, double hotAbove)
        {
            var isHot = Requests > hotAbove;
            var isOtherHot = other.Requests > hotAbove;
            return isHot != isOtherHot ? isOtherHot : isHot ? Requests < other.Requests : Latency < other.Latency;
        }
    }
}

using System.Runtime.CompilerServices;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Power of two choices, or of some more, over latency times calls in flight for the weight (Finagle's and Linkerd's peak EWMA), with three
/// additions: the age of calls that wait for their headers counts as latency as soon as it is longer, so that a stall is seen before
/// any answer tells of it; failures multiply the cost; and where the best that was drawn is much worse than is typical, more are drawn,
/// since of a zone that is lost or a rack that is slow two at once are drawn often enough to be felt.
/// </summary>
internal class PeakEwmaBalancer(MeshRandom random, ActiveClock clock, int choiceCount) : LoadAwareBalancer(random, clock)
{
    private const int MaximumMoreChoices = 4;

    /// <summary>Bits of the draw that hardly matter to which endpoints are drawn.</summary>
    private const ulong CloseCallMask = 7;

    /// <summary>Times the typical latency.</summary>
    private const double SuspectLatency = 3;

    /// <summary>One answer in so many is looked at for what is typical: all threads write to one place.</summary>
    private const ulong AnswersPerLook = 16;

    private const double LookWeight = 1 / 16.0;

    private const int EarlyAnswers = 32;

    private const double EarlyWeight = 1 / 2.0;

    private double _typicalLatency;
    private int _earlyAnswers;

    /// <summary>A latency above it is suspect.</summary>
    private double Limit => Volatile.Read(ref _typicalLatency) is > 0 and var typical ? SuspectLatency * typical : double.MaxValue;

    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.PeakEwma;

    public override void End(EndpointState endpoint, in CallSample sample)
    {
        base.End(endpoint, sample);
        if (sample.Outcome != CallOutcome.Success)
        {
            return;
        }

        // What another thread writes meanwhile may be lost; there are enough answers. The very first ones are slow, and soon found out.
        var typical = Volatile.Read(ref _typicalLatency);
        var isEarly = _earlyAnswers < EarlyAnswers;
        if (isEarly)
        {
            _earlyAnswers++;
        }
        else if (Random.NextUInt64() % AnswersPerLook != 0)
        {
            return;
        }

        var latency = EndpointLoad.Of(endpoint).Latency.Latency;
        var weight = isEarly && latency < typical ? EarlyWeight : LookWeight;
        Volatile.Write(ref _typicalLatency, typical == 0 ? latency : typical + ((latency - typical) * weight));
    }

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        if (choiceCount == 2 && context.Tried.IsEmpty)
        {
            // The first try of nearly every call.
            var index = group.WarmUp is null ? ChooseOfTwo(group, context, ref clock) : ChooseOfTwoWarmingUp(group, context, ref clock);
            if (index >= 0)
            {
                return index;
            }
        }

        return ChooseOfSome(group, context, ref clock);
    }

    /// <summary>Of those that can be used as many as are to be compared.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ChooseOfSome(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var best = DrawUsable(group, context.Tried, ref clock);
        var cost = CostOf(group, best, ref clock);
        for (var choice = 1; choice < choiceCount; choice++)
        {
            Compare(group, ref best, ref cost, context, ref clock);
        }

        return ChooseMore(group, best, cost, context, ref clock);
    }

    /// <summary>Negative where one of the two is better not used. Its own frame: within its callers it would be cleared with all that they need.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ChooseOfTwo(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var drawn = Random.NextUInt64();
        var (one, other) = DrawTwo(group, drawn);

        // Without weights an eighth of the calls goes to the other of two that are close, so that endpoints that are equal all get some: calls keep
        // what is known of them fresh, and their connections warm.
        var takesClose = (drawn & CloseCallMask) == 0 && group.Weights is null;
        return Compare(group, one, other, BusyOf(group, one), BusyOf(group, other), takesClose, context, ref clock);
    }

    /// <summary>Its own frame, which costs other picks nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ChooseOfTwoWarmingUp(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        ref readonly var warmUp = ref clock.WarmUpOf(group);
        if (warmUp.IsNone)
        {
            return ChooseOfTwo(group, context, ref clock);
        }

        var one = DrawTaken(group, warmUp);
        var other = one < 0 ? -1 : DrawTaken(group, warmUp);
        for (var redraw = 0; other == one && other >= 0 && group.Weights is null && redraw < MaximumRedraws; redraw++)
        {
            other = DrawTaken(group, warmUp);
        }

        return other < 0 ? -1 : Compare(
            group, one, other, BusyOf(group, one, warmUp), BusyOf(group, other, warmUp), takesClose: false, context, ref clock);
    }

    /// <summary>The better of two by their costs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare(
        EndpointGroup group, int one, int other, double busy, double otherBusy, bool takesClose, in PickContext context, ref PickClock clock)
    {
        var (endpoint, otherEndpoint) = (group.Endpoints[one], group.Endpoints[other]);
        if (IsMarked(endpoint, ref clock) || IsMarked(otherEndpoint, ref clock))
        {
            return -1;
        }

        var time = TimeFor(EndpointLoad.Of(endpoint).Waiting > 0 ? endpoint : otherEndpoint, ref clock);
        var limit = Limit;
        var first = new EndpointCost(endpoint, busy, time, limit);
        var second = new EndpointCost(otherEndpoint, otherBusy, time, limit);
        var isOther = second.IsLessThan(first) != (takesClose && first.IsCloseTo(second));
        var chosen = isOther ? other : one;
        return (isOther ? second.IsSuspect : first.IsSuspect) ? ChooseBeyond(group, chosen, one == other, context, ref clock) : chosen;
    }

    /// <summary>Others are looked at beside one that is suspect. Its own frame, so that picks of nobody suspect keep the costs out of memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ChooseBeyond(EndpointGroup group, int chosen, bool isAlone, in PickContext context, ref PickClock clock)
    {
        var cost = CostOf(group, chosen, ref clock);
        if (isAlone)
        {
            Compare(group, ref chosen, ref cost, context, ref clock);
        }

        return ChooseMore(group, chosen, cost, context, ref clock);
    }

    private (int One, int Other) DrawTwo(EndpointGroup group, ulong drawn)
    {
        if (group.Weights is { } weights)
        {
            return (weights.Draw(drawn), weights.Draw(Random.NextUInt64()));
        }

        // One draw has bits for both, the second among those that the first left.
        var count = (uint)group.Endpoints.Length;
        var one = (int)(((drawn >> 32) * count) >> 32);
        var other = (int)(((drawn & uint.MaxValue) * (count - 1)) >> 32);
        return (one, other + (other >= one ? 1 : 0));
    }

    private int ChooseMore(EndpointGroup group, int best, EndpointCost cost, in PickContext context, ref PickClock clock)
    {
        for (var choice = 0; cost.IsSuspect && choice < MaximumMoreChoices; choice++)
        {
            Compare(group, ref best, ref cost, context, ref clock);
        }

        return best;
    }

    private void Compare(EndpointGroup group, ref int best, ref EndpointCost cost, in PickContext context, ref PickClock clock)
    {
        // By weight an endpoint may be drawn twice, as often as its share demands, unless something is wrong with it.
        var next = group.Weights is null || cost.IsSuspect
            ? DrawOther(group, best, context, ref clock)
            : DrawUsable(group, context.Tried, ref clock);
        if (next != best && CostOf(group, next, ref clock) is var nextCost && nextCost.IsLessThan(cost))
        {
            best = next;
            cost = nextCost;
        }
    }

    /// <summary>It is much worse than is typical.</summary>
    protected bool IsSuspect(EndpointState endpoint, ref PickClock clock)
        => new EndpointCost(endpoint, 0, TimeFor(endpoint, ref clock), Limit).IsSuspect;

    private EndpointCost CostOf(EndpointGroup group, int index, ref PickClock clock)
    {
        var endpoint = group.Endpoints[index];
        return new EndpointCost(endpoint, BusyOf(group, index, clock.WarmUpOf(group)), TimeFor(endpoint, ref clock), Limit);
    }

    /// <summary>The age of calls that wait for headers counts to the microsecond.</summary>
    private long TimeFor(EndpointState endpoint, ref PickClock clock)
        => EndpointLoad.Of(endpoint).Waiting > 0 ? NowOf(ref clock) : RoughlyNow(ref clock);

    /// <summary>Calls in flight, each counted as the weight says.</summary>
    private static double BusyOf(EndpointGroup group, int index)
    {
        var inFlight = group.Endpoints[index].InFlight;
        return inFlight <= 0 ? 0 : inFlight * (group.Weights?.CallsPerShare(index) ?? 1);
    }

    /// <summary>While it warms up the more.</summary>
    private static double BusyOf(EndpointGroup group, int index, in WarmUpMoment warmUp)
        => BusyOf(group, index) is > 0 and var busy ? busy / warmUp.FactorOf(index) : 0;
}

using System.Net;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Learns from calls how fast an endpoint answers and how often it fails. The guard that every such policy needs stands here: a call
/// that failed or was cancelled never makes its endpoint look faster, since an endpoint that fails at once would else attract all calls.</summary>
internal abstract class LoadAwareBalancer(MeshRandom random, ActiveClock clock) : Balancer(random, clock)
{
    /// <summary>Draws until two endpoints differ; then one of the set has nearly all of the weight.</summary>
    protected const int MaximumRedraws = 4;

    protected ActiveClock Clock { get; } = clock;

    public override bool LearnsFromCalls => true;

    public override void Begin(EndpointState endpoint, long now) => EndpointLoad.Of(endpoint).Begin(Clock.ToMicroseconds(now));

    public override void End(EndpointState endpoint, in CallSample sample)
    {
        var load = EndpointLoad.Of(endpoint);
        var started = Clock.ToMicroseconds(sample.Started);
        var now = Clock.ToMicroseconds(sample.Ended);
        load.End(started);
        if (sample.Outcome == CallOutcome.CallerCancelled)
        {
            load.ObserveAtLeast(now - started, now);
            return;
        }

        // An endpoint that sheds load says so with 429 too, and fast.
        var isFailure = sample.Outcome != CallOutcome.Success || sample.Response is { StatusCode: HttpStatusCode.TooManyRequests };
        load.Count(isFailure, now);
        if (isFailure)
        {
            load.ObserveAtLeast(now - started, now);
        }
        else
        {
            load.Observe(now - started, now);
        }
    }

    protected override int Draw(EndpointGroup group) => DrawRandom(group);

    /// <summary>Microseconds of the <see cref="ActiveClock"/>.</summary>
    protected long NowOf(ref PickClock clock) => Clock.ToMicroseconds(Clock.ToActive(clock.Now));

    /// <summary>The same where only decay over seconds is asked for, which the last beat tells well enough.</summary>
    protected long RoughlyNow(ref PickClock clock) => Clock.TryGetBeat(out var beat) ? beat : NowOf(ref clock);

    /// <summary>A usable endpoint other than <paramref name="first"/>, where one is found.</summary>
    protected int DrawOther(EndpointGroup group, int first, in PickContext context, ref PickClock clock)
    {
        var other = DrawUsable(group, context.Tried, ref clock);
        for (var redraw = 0; other == first && redraw < MaximumRedraws; redraw++)
        {
            other = DrawUsable(group, context.Tried, ref clock);
        }

        return other;
    }
}

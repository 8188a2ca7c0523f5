using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class EndpointLoadTests
{
    private const long Second = 1_000_000;

    private readonly EndpointLoad _load = New();

    [Fact]
    public void Age_is_the_mean_of_the_calls_that_wait() => Gen.Long[0, 1L << 50].Array[1, 50].Sample(starts =>
    {
        var load = New();
        var now = (1L << 50) + Second;
        Array.ForEach(starts, load.Begin);
        var ended = starts.Length / 2;
        Array.ForEach(starts[..ended], load.End);

        Assert.Equal(starts.Length - ended, load.Waiting);
        var ages = starts[ended..].Select(start => (double)(now - start)).ToArray();
        return ages.Sum() >= 1L << 45 || Math.Abs(load.WaitingAge(now) - ages.Average()) < 1;
    });

    [Fact]
    public void Age_without_calls_is_nothing()
    {
        _load.Begin(Second);
        _load.End(Second);

        Assert.Equal(0, _load.WaitingAge(90 * Second));
    }

    [Fact]
    public void Age_of_a_call_that_began_after_the_look_at_the_clock_is_nothing()
    {
        _load.Begin(2 * Second);

        Assert.Equal(0, _load.WaitingAge(Second));
    }

    [Fact]
    public void Endpoint_has_one_load_of_which_nothing_is_known_at_first()
    {
        var endpoint = new EndpointState(new Endpoint { Address = "a", Host = "a" });
        var first = EndpointLoad.Of(endpoint);
        Assert.Equal((0, 0, default, default, default), (first.Waiting, first.WaitingAge(Second), first.Latency, first.Errors, first.Reported));

        Parallel.For(0, 64, call => EndpointLoad.Of(endpoint).Begin(call));

        Assert.Equal(64, EndpointLoad.Of(endpoint).Waiting);
    }

    [Fact]
    public void Calls_of_many_threads_are_all_counted()
    {
        const int Calls = 200_000;
        Parallel.For(0, Calls, call =>
        {
            _load.Begin(call);
            _load.Observe(1000 + (call % 7), Second);
            _load.Count(isFailure: true, Second);
            _load.ObserveAtLeast(500, Second);
            _load.End(call);
        });

        Assert.Equal((0, 0), (_load.Waiting, _load.WaitingAge(Second)));
        Assert.InRange(_load.Latency.Latency, 1000, 1006);
        Assert.Equal(ErrorEstimate.Memory, _load.Errors.Failures, 1.0);
    }

    private static EndpointLoad New() => EndpointLoad.Of(new EndpointState(new Endpoint { Address = "a", Host = "a" }));
}

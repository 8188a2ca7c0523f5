using Mesh.Client.Faults;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Faults;

public sealed class FaultInjectorTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(7);

    [Fact]
    public void Delay_is_drawn_before_the_abort_and_independently()
    {
        var fault = Fault(delay: 500_000, abort: 500_000);

        Assert.Equal(new FaultDecision(Delay, 0, null), FaultInjector.Decide(fault, new Scripted(0.1, 0.9)));
        Assert.Equal(new FaultDecision(TimeSpan.Zero, 500, null), FaultInjector.Decide(fault, new Scripted(0.9, 0.1)));
        Assert.Equal(new FaultDecision(Delay, 500, null), FaultInjector.Decide(fault, new Scripted(0.1, 0.1)));
        Assert.True(FaultInjector.Decide(fault, new Scripted(0.9, 0.9)).IsNone);
    }

    [Fact]
    public void Share_of_a_million_always_hits() => Assert.Equal(500, FaultInjector.Decide(Fault(0, 1_000_000), new Scripted(0.9999999)).AbortHttpStatus);

    [Fact]
    public void Share_of_nothing_takes_no_draw() => Assert.True(FaultInjector.Decide(Fault(0, 0), new Scripted()).IsNone);

    [Fact]
    public void Share_of_one_part_hits_the_lowest_draw_only()
    {
        Assert.False(FaultInjector.Decide(Fault(0, 1), new Scripted(0)).IsNone);
        Assert.True(FaultInjector.Decide(Fault(0, 1), new Scripted(0.0000011)).IsNone);
    }

    [Fact]
    public void Grpc_abort_is_an_answer_of_200_with_its_status()
    {
        var fault = new FaultModel { AbortGrpcStatus = 14, AbortPartsPerMillion = 1_000_000 };

        Assert.Equal(new FaultDecision(TimeSpan.Zero, 200, 14), FaultInjector.Decide(fault, new Scripted(0.5)));
    }

    [Fact]
    public void Shares_are_met_over_many_calls()
    {
        const int Calls = 100_000;
        var random = MeshRandom.Seeded(42);
        var fault = Fault(delay: 250_000, abort: 100_000);

        var decisions = Enumerable.Range(0, Calls).Select(_ => FaultInjector.Decide(fault, random)).ToArray();

        AssertShare(0.25, decisions.Count(decision => decision.Delay == Delay));
        AssertShare(0.1, decisions.Count(decision => decision.AbortHttpStatus == 500));
        AssertShare(0.025, decisions.Count(decision => decision.Delay == Delay && decision.AbortHttpStatus == 500));

        static void AssertShare(double share, int count)
            => Assert.InRange(Math.Abs(count - (Calls * share)), 0, (5 * Math.Sqrt(Calls * share * (1 - share))) + 1);
    }

    private static FaultModel Fault(int delay, int abort)
        => new() { Delay = Delay, DelayPartsPerMillion = delay, AbortHttpStatus = 500, AbortPartsPerMillion = abort };

    /// <summary>Gives the fractions in order and fails when asked for more.</summary>
    private sealed class Scripted(params double[] fractions) : MeshRandom
    {
        private readonly Queue<double> _fractions = new(fractions);

        public override ulong NextUInt64() => (ulong)(_fractions.Dequeue() * Math.Pow(2, 64));
    }
}

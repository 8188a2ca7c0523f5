using System.Runtime.CompilerServices;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Memory per known endpoint before its first use.</summary>
internal static class FootprintPart
{
    private const int Endpoints = 10_000;

    public static Task RunAsync(int rounds)
    {
        Report.Title("footprint", $"{Endpoints:N0} endpoints in one set, never called");
        var bytes = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            bytes[round] = (double)MeasureSet() / Endpoints;
        }

        Report.Guide("one endpoint", Spread.Of(bytes), "B", "0", "1,024 B (budget)");
        return Task.CompletedTask;
    }

    // A frame of its own, so that no local of an earlier round keeps that round's set alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long MeasureSet()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var states = Enumerable.Range(0, Endpoints).Select(Decider.MakeEndpoint).ToArray();
        var set = new EndpointSet(states, states);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(set);
        return bytes;
    }
}

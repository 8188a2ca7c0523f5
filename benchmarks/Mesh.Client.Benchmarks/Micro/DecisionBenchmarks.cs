using BenchmarkDotNet.Attributes;
using Mesh.Client.Benchmarks.Comparing.Parts;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Micro;

/// <summary>Route, subset and pick by number of rules and endpoints.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private Decider? _decider;

    [Params(10, 10_000)]
    public int Rules { get; set; }

    [Params(3, 10_000)]
    public int Endpoints { get; set; }

    [GlobalSetup]
    public void Setup() => _decider = Decider.OneService(Rules, Endpoints);

    [Benchmark]
    public object Decide() => _decider!.Decide();
}

using BenchmarkDotNet.Attributes;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Rules;

namespace Mesh.Client.Benchmarks.Micro;

/// <summary>A call through each stack to a handler that answers at once or later.</summary>
[MemoryDiagnoser]
public class StackBenchmarks
{
    private static readonly string[] Addresses = ["10.1.0.1:80", "10.1.0.2:80", "10.1.0.3:80"];

    private StackClient? _client;

    [ParamsAllValues]
    public bool Asynchronous { get; set; }

    [GlobalSetup(Target = nameof(Bare))]
    public void SetupBare() => Setup(Stack.Bare);

    [GlobalSetup(Target = nameof(ServiceDiscovery))]
    public void SetupServiceDiscovery() => Setup(Stack.ServiceDiscovery);

    [GlobalSetup(Target = nameof(Resilience))]
    public void SetupResilience() => Setup(Stack.Resilience);

    [GlobalSetup(Target = nameof(ResilienceAndDiscovery))]
    public void SetupResilienceAndDiscovery() => Setup(Stack.ResilienceAndDiscovery);

    [GlobalSetup(Target = nameof(Mesh))]
    public void SetupMesh() => Setup(Stack.Mesh);

    [GlobalCleanup]
    public void Cleanup() => _client?.Dispose();

    [Benchmark(Baseline = true)]
    public Task Bare() => _client!.CallAsync();

    [Benchmark]
    public Task ServiceDiscovery() => _client!.CallAsync();

    [Benchmark]
    public Task Resilience() => _client!.CallAsync();

    [Benchmark]
    public Task ResilienceAndDiscovery() => _client!.CallAsync();

    [Benchmark]
    public Task Mesh() => _client!.CallAsync();

    private void Setup(Stack stack)
        => _client = StackClient.Create(stack, Addresses, RuleText.OneService(1_000, Addresses, 1_000), () => new StubHandler(Asynchronous));
}

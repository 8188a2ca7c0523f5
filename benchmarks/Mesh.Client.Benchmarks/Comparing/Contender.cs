namespace Mesh.Client.Benchmarks.Comparing;

/// <summary>Something that is measured by turns with others.</summary>
/// <param name="Name">As printed.</param>
/// <param name="RunAsync">Makes that many calls.</param>
internal sealed record Contender(string Name, Func<int, Task> RunAsync)
{
    /// <summary>A contender whose calls never wait.</summary>
    public static Contender Synchronous(string name, Action<int> run) => new(name, calls =>
    {
        run(calls);
        return Task.CompletedTask;
    });
}

namespace Mesh.Client.Benchmarks.Comparing;

internal sealed class Disposables<T>(T[] items) : IDisposable
    where T : IDisposable
{
    public T[] Items { get; } = items;

    public void Dispose()
    {
        foreach (var item in Items)
        {
            item.Dispose();
        }
    }
}

using System.Collections.Concurrent;
using Mesh.Client.Discovery;

namespace Mesh.Client.TestKit;

/// <summary>A directory whose every answer is given by the test.</summary>
internal sealed class FakeHostDirectory : IHostDirectory
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _open = new(StringComparer.Ordinal);
    private int _looks;

    /// <summary>Which hosts it may know; by default all.</summary>
    public Func<string, bool> Knows { get; set; } = _ => true;

    /// <summary>Every host that was asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>How often it was looked whether it may know a host.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Runs at the begin of each question.</summary>
    public Action<string>? Asking { get; set; }

    /// <summary>What the mesh gave it to remember by.</summary>
    public IHostMemory? Memory { get; private set; }

    /// <summary>By which the mesh tells it of calls.</summary>
    public Func<string, bool>? TakeUse { get; private set; }

    public void Connect(Func<string, bool> takeUse, IHostMemory? memory) => (TakeUse, Memory) = (takeUse, memory);

    public bool MayKnow(ReadOnlySpan<char> host)
    {
        Interlocked.Increment(ref _looks);
        return Knows(host.ToString());
    }

    public async ValueTask<bool> FindAsync(string host, CancellationToken cancellationToken)
    {
        Asked.Enqueue(host);
        Asking?.Invoke(host);
        var answer = _open[host] = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public async Task AnswerAsync(string host, bool isFound) => (await NextAsync(host)).SetResult(isFound);

    public async Task FailAsync(string host, Exception error) => (await NextAsync(host)).SetException(error);

    private async Task<TaskCompletionSource<bool>> NextAsync(string host)
    {
        TaskCompletionSource<bool>? open = null;
        await Eventually.TrueAsync(() => _open.TryRemove(host, out open), $"a question for {host}");
        return open!;
    }
}

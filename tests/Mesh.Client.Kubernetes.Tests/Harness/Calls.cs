using System.Collections.Concurrent;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Calls that go on, one after the other, from several callers at once.</summary>
internal sealed class Calls : IAsyncDisposable
{
    private const int Callers = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;
    private int _count;

    private Calls(KubeMesh mesh, string uri, Func<HttpResponseMessage, bool> isAnswer)
        => _running = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(mesh, new Uri(uri), isAnswer))));

    /// <summary>How many were answered.</summary>
    public int Count => Volatile.Read(ref _count);

    public static Calls Start(KubeMesh mesh, string uri) => new(mesh, uri, response => response.IsSuccessStatusCode);

    /// <summary>Of a host that a rule answers by itself.</summary>
    public static Calls Start(KubeMesh mesh, string uri, int status) => new(mesh, uri, response => (int)response.StatusCode == status);

    /// <returns>What was answered otherwise, or not at all.</returns>
    public async Task<IReadOnlyCollection<string>> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task CallAsync(KubeMesh mesh, Uri uri, Func<HttpResponseMessage, bool> isAnswer)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var response = await mesh.Client.GetAsync(uri);
                if (!isAnswer(response))
                {
                    _failures.Enqueue($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                }
            }
            catch (HttpRequestException exception)
            {
                _failures.Enqueue(exception.Message);
            }

            Interlocked.Increment(ref _count);
            await Task.Delay(2);
        }
    }
}

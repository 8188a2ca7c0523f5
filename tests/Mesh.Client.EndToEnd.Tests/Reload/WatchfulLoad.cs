using System.Collections.Concurrent;
using System.Net;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Reload;

/// <summary>Callers that ask left and right by turns and check that each answer goes by one set, and never by an older one than before.</summary>
internal sealed class WatchfulLoad : IAsyncDisposable
{
    /// <summary>Between two calls of a caller: the processor is shared with the processes that are called.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _callers;
    private int _calls;
    private int _newest = -1;

    public WatchfulLoad(HttpClient client, int callers)
    {
        _client = client;
        _callers = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
    }

    public ConcurrentQueue<string> Failures { get; } = [];

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Waits until a call has gone by that set.</summary>
    public Task SeesAsync(int number) => Eventually.TrueAsync(() => Volatile.Read(ref _newest) >= number, $"set {number} to be live");

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _callers;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task CallAsync()
    {
        var seen = 0;
        for (var i = 0; !_stopping.IsCancellationRequested; i++)
        {
            var service = RuleSet.Services[i % RuleSet.Services.Count];
            try
            {
                seen = await CallAsync(service, seen);
            }
            catch (Exception exception)
            {
                Failures.Enqueue($"{service} after set {seen}: {exception}");
            }

            Interlocked.Increment(ref _calls);
            await Task.Delay(Pause);
        }
    }

    private async Task<int> CallAsync(string service, int seen)
    {
        using var response = await _client.GetAsync(new Uri($"http://{service}:9080/reviews/0"));
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK || !response.TryGetMeshResult(out var result))
        {
            Failures.Enqueue($"{service} after set {seen}: {(int)response.StatusCode} {body}");
            return seen;
        }

        var number = RuleSet.NumberIn(result.Rule);
        var (subset, version) = (RuleSet.SubsetOf(service, number), RuleSet.VersionOf(number));
        if (result.Subset != subset || Pods.VersionIn(body) != version)
        {
            Failures.Enqueue($"{service}: {result.Rule} means subset {subset} with {version}, and {result.Subset} with {Pods.NameIn(body)} answered.");
        }

        if (number < seen)
        {
            Failures.Enqueue($"{service}: {result.Rule} was taken after set {seen} had been live.");
        }

        for (var newest = Volatile.Read(ref _newest); newest < number; newest = Volatile.Read(ref _newest))
        {
            Interlocked.CompareExchange(ref _newest, number, newest);
        }

        return Math.Max(seen, number);
    }
}

using System.Collections.Concurrent;
using System.Net;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Killing;

/// <summary>Callers that ask for reviews one call after the other until they are stopped, and keep count of who answered.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    /// <summary>Between two calls of a caller: the processor is shared with the processes that are called.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, int> _answeredBy = new();
    private readonly Task _callers;
    private int _answers;
    private int _brokenBodies;
    private int _repeated;

    public SteadyLoad(HttpClient client, Uri address, int callers)
    {
        _client = client;
        _address = address;
        _callers = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
    }

    /// <summary>Calls that failed although a GET can be repeated.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Calls whose headers had arrived when the connection broke: nobody below the caller can take those back.</summary>
    public int BrokenBodies => Volatile.Read(ref _brokenBodies);

    /// <summary>Calls that took more than one attempt.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    public int AnsweredBy(string pod) => _answeredBy.GetValueOrDefault(pod);

    /// <summary>Waits until so many more calls were answered.</summary>
    public async Task AnswersAsync(int more)
    {
        var target = Answers + more;
        await Eventually.TrueAsync(() => Task.FromResult(Answers >= target), TimeSpan.FromSeconds(90), $"{more} more answers");
    }

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

    public override string ToString()
        => $"{Answers} answers ({string.Join(", ", _answeredBy.Select(pair => $"{pair.Key} {pair.Value}"))}), "
            + $"{Repeated} took more than one attempt, {BrokenBodies} broken after their headers, {Failures.Count} failed";

    private async Task CallAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var response = await _client.GetAsync(_address, HttpCompletionOption.ResponseHeadersRead);
                if (response.TryGetMeshResult(out var result) && result.Attempts > 1)
                {
                    Interlocked.Increment(ref _repeated);
                }

                if (response.StatusCode == HttpStatusCode.OK)
                {
                    await ReadAsync(response);
                }
                else
                {
                    Failures.Enqueue($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                }
            }
            catch (Exception exception)
            {
                Failures.Enqueue(exception.ToString());
            }

            await Task.Delay(Pause);
        }
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        string body;
        try
        {
            body = await response.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _brokenBodies);
            return;
        }

        _answeredBy.AddOrUpdate(Pods.NameIn(body), 1, static (_, count) => count + 1);
        Interlocked.Increment(ref _answers);
    }
}

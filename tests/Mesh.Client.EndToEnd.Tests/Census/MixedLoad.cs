using System.Collections.Concurrent;
using System.Net;

namespace Mesh.Client.EndToEnd.Tests.Census;

/// <summary>Every way in which a call can end, each as often as the others. The rules of <see cref="CensusRules"/> go by the header that names the
/// kind.</summary>
internal sealed class MixedLoad
{
    private const string Work = "http://work/answer";
    private const string Hedged = "http://hedged/answer";
    private const string Streams = "http://streams/answer";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(15);
    private static readonly byte[] Sent = new byte[2000];

    private readonly HttpClient _client;
    private readonly (string Kind, Func<string, Task<string>> CallAsync)[] _kinds;
    private readonly ConcurrentDictionary<(string Kind, string End), int> _ends = new();
    private int _calls;

    public MixedLoad(HttpClient client)
    {
        _client = client;
        _kinds =
        [
            ("answer", kind => ReadAsync(Get(kind, Work, "bytes=3000"))),
            ("answer over HTTP/2", kind => ReadAsync(Http2(Get(kind, Streams, "bytes=3000")))),
            ("answer to a buffered body", kind => ReadAsync(Post(kind, new ByteArrayContent(Sent)))),
            ("answer to a body that can be sent once", kind => ReadAsync(Post(kind, new StreamContent(new UnseekableStream(Sent))))),
            ("failure", kind => ReadAsync(Get(kind, Work, "status=500"))),
            (CensusRules.Retried, kind => ReadAsync(Get(kind, Work, "status=503&bytes=3000"))),
            ("connection broken before the headers", kind => ReadAsync(Get(kind, Work, "break=before"))),
            ("connection broken in the body", kind => ReadAsync(Get(kind, Work, "bytes=3000&within=20&break=within"))),
            ("stream broken before the headers", kind => ReadAsync(Http2(Get(kind, Streams, "break=before")))),
            (CensusRules.PerTry, kind => ReadAsync(Get(kind, Work, "before=1000"))),
            (CensusRules.Timeout, kind => ReadAsync(Get(kind, Work, "before=1000"))),
            (CensusRules.TimeoutInBody, kind => ReadAsync(Get(kind, Work, "bytes=3000&within=1000"))),
            ("caller gave up before the headers", kind => GiveUpAsync(Get(kind, Work, "before=1000"))),
            ("caller gave up in the body", kind => GiveUpAsync(Get(kind, Work, "bytes=3000&within=1000"))),
            ("caller gave up a stream in its body", kind => GiveUpAsync(Http2(Get(kind, Streams, "bytes=3000&within=1000")))),
            ("hedged answer", kind => ReadAsync(Get(kind, Hedged, "before=15&bytes=3000"))),
            ("hedged failure", kind => ReadAsync(Get(kind, Hedged, "before=15&status=503&bytes=3000"))),
            ("caller gave up a hedged call", kind => GiveUpAsync(Get(kind, Hedged, "before=1000"))),
            ("hedged answer left lying", kind => LeaveAsync(Get(kind, Hedged, "before=15&bytes=3000"))),
            ("answer left lying", kind => LeaveAsync(Get(kind, Work, "bytes=3000"))),
            ("stream left lying", kind => LeaveAsync(Http2(Get(kind, Streams, "bytes=3000&within=1000")))),
        ];
    }

    public IEnumerable<string> Kinds => _kinds.Select(kind => kind.Kind);

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What became of the calls of a kind.</summary>
    public IReadOnlyDictionary<string, int> EndsOf(string kind)
        => _ends.Where(end => end.Key.Kind == kind).ToDictionary(end => end.Key.End, end => end.Value);

    /// <param name="rounds">Calls of each kind, together.</param>
    /// <param name="callers">At once.</param>
    public Task RunAsync(int rounds, int callers)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var index && index < rounds * _kinds.Length)
            {
                var (kind, callAsync) = _kinds[index % _kinds.Length];
                var end = await EndOfAsync(kind, callAsync);
                _ends.AddOrUpdate((kind, end), 1, static (_, count) => count + 1);
                Interlocked.Increment(ref _calls);
            }
        })));
    }

    private static async Task<string> EndOfAsync(string kind, Func<string, Task<string>> callAsync)
    {
        try
        {
            return await callAsync(kind);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return exception.GetType().Name;
        }
    }

    private async Task<string> ReadAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await response.Content.ReadAsByteArrayAsync();
            return NameOf(response.StatusCode);
        }
    }

    private async Task<string> GiveUpAsync(HttpRequestMessage request)
    {
        using var patience = new CancellationTokenSource(Patience);
        using (request)
        using (var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token))
        {
            await response.Content.ReadAsByteArrayAsync(patience.Token);
            return NameOf(response.StatusCode);
        }
    }

    /// <summary>Neither reads nor disposes the answer.</summary>
    private async Task<string> LeaveAsync(HttpRequestMessage request)
        => NameOf((await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).StatusCode);

    private static string NameOf(HttpStatusCode status) => $"{(int)status}";

    private static HttpRequestMessage Get(string kind, string address, string asked) => Create(kind, HttpMethod.Get, $"{address}?{asked}");

    private static HttpRequestMessage Post(string kind, HttpContent body)
    {
        var request = Create(kind, HttpMethod.Post, $"{Work}?bytes=3000");
        request.Content = body;
        return request;
    }

    private static HttpRequestMessage Create(string kind, HttpMethod method, string address)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add(CensusRules.Header, kind);
        return request;
    }

    private static HttpRequestMessage Http2(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return request;
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

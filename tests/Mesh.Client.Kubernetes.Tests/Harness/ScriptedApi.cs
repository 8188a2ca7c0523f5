using System.Net;
using System.Threading.Channels;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>An API server without sockets whose every answer a test gives by hand, in fake time.</summary>
internal sealed class ScriptedApi : HttpMessageHandler
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly Channel<ScriptedCall> _calls = Channel.CreateUnbounded<ScriptedCall>();

    public TestClock Clock { get; } = new();

    public KubernetesAccess Access { get; set; } = new("the script", new TransportSettings(new Uri("https://scripted/")), null);

    /// <summary>How often access was read.</summary>
    public int Loads { get; private set; }

    public ApiServer Connect() => new(
        _ =>
        {
            Loads++;
            return Task.FromResult(Access);
        },
        Clock,
        _ => this);

    /// <summary>The next request. Where none comes for some turns of the thread pool, time moves on to what is due next; what is due later waits for more
    /// turns, so that on a busy machine it does not overtake what the loop is still about to do.</summary>
    public async Task<ScriptedCall> NextAsync()
    {
        var start = Clock.Elapsed;
        while (Clock.Elapsed - start < TimeSpan.FromMinutes(10))
        {
            var due = Clock.NextDueIn ?? Step;
            var turns = due < TimeSpan.FromSeconds(1) ? 10 : 100;
            for (var turn = 0; turn < turns; turn++)
            {
                if (_calls.Reader.TryRead(out var call))
                {
                    return call;
                }

                await Task.Delay(1);
            }

            Clock.Advance(Clock.NextDueIn is { } next && next <= due ? next : Step);
        }

        throw new TimeoutException("No request came within 10 minutes of the test's clock.");
    }

    /// <summary>Answers the next request, which must list, with these objects.</summary>
    public async Task<ScriptedCall> ListAsync(string version, params string[] objects)
    {
        var call = await NextAsync();
        Assert.DoesNotContain("watch=true", call.Query, StringComparison.Ordinal);
        call.Reply(HttpStatusCode.OK, List(version, objects));
        return call;
    }

    /// <summary>Answers the next request, which must watch, with a stream that stays open.</summary>
    public async Task<ScriptedStream> WatchAsync()
    {
        var stream = (await NextWatchAsync()).Open();
        await Eventually.TrueAsync(() => stream.IsRead);
        return stream;
    }

    public async Task<ScriptedCall> NextWatchAsync()
    {
        var call = await NextAsync();
        Assert.Contains("watch=true", call.Query, StringComparison.Ordinal);
        return call;
    }

    public static string List(string version, params string[] objects)
        => $$"""{ "kind": "ThingList", "apiVersion": "v1", "metadata": { "resourceVersion": "{{version}}" }, "items": [ {{string.Join(", ", objects)}} ] }""";

    public static string Thing(string name, string version, string value = "\"x\"")
        => $$"""{ "metadata": { "name": "{{name}}", "namespace": "demo", "resourceVersion": "{{version}}" }, "spec": { "value": {{value}} } }""";

    public static string Event(string type, string thing) => $$"""{ "type": "{{type}}", "object": {{thing}} }""";

    public static string Error(int code, string reason, string message = "")
        => Event("ERROR", $$"""{ "kind": "Status", "metadata": {}, "status": "Failure", "message": "{{message}}", "reason": "{{reason}}", "code": {{code}} }""");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new ScriptedCall(request, cancellationToken);
        _calls.Writer.TryWrite(call);
        return call.Answer;
    }
}

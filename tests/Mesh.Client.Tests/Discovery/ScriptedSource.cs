using Mesh.Client.Discovery;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Discovery;

/// <summary>A source whose every answer is given by the test.</summary>
internal sealed class ScriptedSource : IEndpointSource
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<EndpointAnswer>> _open = new();

    private int _questions;

    public int Questions => Volatile.Read(ref _questions);

    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion asked, CancellationToken cancellationToken)
    {
        var question = new TaskCompletionSource<EndpointAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _open.Enqueue(question);
        }

        Interlocked.Increment(ref _questions);
        return new(question.Task);
    }

    public Task AnswerAsync(params string[] addresses) => AnswerAsync(TimeSpan.FromSeconds(60), addresses);

    public Task AnswerAsync(TimeSpan validFor, params string[] addresses) => AnswerAsync(new EndpointAnswer(Services.Endpoints(addresses), validFor));

    public async Task AnswerAsync(EndpointAnswer answer) => (await NextAsync()).SetResult(answer);

    public async Task FailAsync(Exception exception) => (await NextAsync()).SetException(exception);

    private async Task<TaskCompletionSource<EndpointAnswer>> NextAsync()
    {
        TaskCompletionSource<EndpointAnswer>? next = null;
        await Eventually.TrueAsync(() =>
        {
            lock (_gate)
            {
                return _open.TryDequeue(out next);
            }
        });
        return next!;
    }
}

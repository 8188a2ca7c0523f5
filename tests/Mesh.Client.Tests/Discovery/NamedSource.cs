using System.Collections.Concurrent;
using Mesh.Client.Discovery;

namespace Mesh.Client.Tests.Discovery;

/// <summary>A source that answers at once, for each name as the test last said; of other names it fails.</summary>
internal sealed class NamedSource : IEndpointSource
{
    private readonly ConcurrentDictionary<string, Func<ValueTask<EndpointAnswer>>> _replies = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _questions = new();

    private event Action? Changed;

    /// <summary>Somebody subscribed and has not unsubscribed.</summary>
    public bool IsHeard => Changed is not null;

    public int Asked(string name) => _questions.Count(asked => asked == name);

    public int AskedInAll => _questions.Count;

    /// <param name="name">The name.</param>
    /// <param name="seconds">The time to live.</param>
    /// <param name="addresses">None: the name has no addresses.</param>
    public void Answer(string name, int seconds, params string[] addresses) =>
        _replies[name] = () => new(new EndpointAnswer(Services.Endpoints(addresses), TimeSpan.FromSeconds(seconds)) { Explanation = $"{name} is empty." });

    public void Fail(string name) => _replies.TryRemove(name, out _);

    public void Hang(string name) => _replies[name] = () => new(new TaskCompletionSource<EndpointAnswer>().Task);

    public void Tell() => Changed!();

    public IDisposable Subscribe(Action changed)
    {
        Changed += changed;
        return new Subscription(() => Changed -= changed);
    }

    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        _questions.Enqueue(question.Name);
        return _replies.TryGetValue(question.Name, out var reply) ? reply() : throw new DiscoveryException($"{question.Name} failed.");
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

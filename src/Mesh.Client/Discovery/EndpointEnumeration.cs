namespace Mesh.Client.Discovery;

/// <summary>
/// A registered source as the loop of a watcher asks for it: the first question begins to enumerate it, each item signals that there is news,
/// and a question is answered with the newest item. One for each question, since it ends with its one subscription.
/// </summary>
#pragma warning disable CA1001 // whoever subscribed ends the subscription
internal sealed class EndpointEnumeration(IMeshEndpointSource source, TimeProvider timeProvider) : IEndpointSource
#pragma warning restore CA1001
{
    /// <summary>An enumeration that lasts shorter is taken for one that fails, however often it is begun anew.</summary>
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly EndpointCompilation _compilation = new();
    private Subscription? _subscription;
    private Enumerating? _current;
    private int _endings;

    public IDisposable Subscribe(Action changed) => _subscription = new(changed);

    public async ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        // Of what became of one whoever asks is told once; the question after that begins another.
        if (_current is not { IsTold: false } current)
        {
            _current = current = new Enumerating(timeProvider.GetTimestamp());
            current.Begin(source, question.Query!, _subscription!);
        }

        await current.WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        lock (_compilation)
        {
            return Take(current, question);
        }
    }

    /// <summary>Under a lock, since a question that was given up as too late may still be at it.</summary>
    private EndpointAnswer Take(Enumerating current, EndpointQuestion question)
    {
        var isOver = current.IsOver;
        var newest = current.TakeNewest(out var isNew);
        var isProven = timeProvider.GetElapsedTime(current.BeganAt) >= Proof;
        if (!isOver)
        {
            _endings = isProven ? 0 : _endings;
            return Answer(question, newest!, Timeout.InfiniteTimeSpan, isProven);
        }

        if (isNew && current.Failure is not null)
        {
            // What it said before it failed first.
            _subscription!.Changed();
            return Answer(question, newest!, Timeout.InfiniteTimeSpan, isProven);
        }

        current.IsTold = true;
        _endings = isProven ? 1 : _endings + 1;
        if (current.Failure is not null || newest is null)
        {
            throw current.Failure is { } failure
                ? new DiscoveryException($"The endpoint source {source.Name} failed for {question.Name}: {failure.GetType().Name}: {failure.Message}", failure)
                : new DiscoveryException($"The endpoint source {source.Name} ended its answer for {question.Name} without any.");
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(_endings - 1, 10));
        return Answer(question, newest, pause < LongestPause ? pause : LongestPause, isProven: true);
    }

    private EndpointAnswer Answer(EndpointQuestion question, MeshEndpointSet set, TimeSpan validFor, bool isProven) => new(_compilation.Compile(set), validFor)
    {
        IsEmptinessFinal = true,
        IsOnProbation = !isProven,
        Doubt = set.Problem,
        Explanation = set.Explanation ?? $"The endpoint source {source.Name} knows no endpoints for {question.Name}.",
    };

    /// <summary>The end of the question: it stops whatever runs.</summary>
    private sealed class Subscription(Action changed) : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Action Changed { get; } = changed;

        public CancellationToken Stopped => _stop.Token;

        // What a source has hung on its token runs here and may fail.
        public void Dispose() => Background.Run(_stop, static stop => stop.Cancel(), "The end of an endpoint source's enumeration", logger: null);
    }

    /// <summary>One enumeration from its begin to its end.</summary>
    private sealed class Enumerating(long beganAt)
    {
        private readonly TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private MeshEndpointSet? _newest;
        private MeshEndpointSet? _taken;
        private volatile bool _isOver;
        private volatile bool _isAwaited;

        public long BeganAt { get; } = beganAt;

        public bool IsOver => _isOver;

        /// <summary>To be read once it is over.</summary>
        public Exception? Failure { get; private set; }

        public bool IsTold { get; set; }

        /// <summary>For something to say: an item, or the end.</summary>
        public async Task WaitForNewsAsync(CancellationToken cancellationToken)
        {
            try
            {
                _isAwaited = true;
                await _news.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _isAwaited = false;
                throw;
            }
        }

        public MeshEndpointSet? TakeNewest(out bool isNew)
        {
            var newest = Volatile.Read(ref _newest);
            isNew = newest is not null && !ReferenceEquals(newest, _taken);
            return _taken = newest;
        }

        /// <summary>On the pool: what a source does before it waits for the first time must not hold up the call that asks.</summary>
        public void Begin(IMeshEndpointSource source, MeshEndpointQuery query, Subscription subscription)
            => _ = Task.Run(() => RunAsync(source, query, subscription), CancellationToken.None);

        private async Task RunAsync(IMeshEndpointSource source, MeshEndpointQuery query, Subscription subscription)
        {
            try
            {
                await foreach (var set in source.WatchAsync(query, subscription.Stopped).WithCancellation(subscription.Stopped).ConfigureAwait(false))
                {
                    Volatile.Write(ref _newest, set ?? throw new InvalidOperationException("It gave null in place of a set of endpoints."));
                    Tell(subscription);
                }
            }
#pragma warning disable CA1031 // whatever a source throws, discovery goes on; the watcher logs it
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = exception;
            }

            _isOver = true;
            Tell(subscription);
        }

        private void Tell(Subscription subscription)
        {
            // Who waits for the first news needs no signal to ask for it.
            if (!_news.TrySetResult() || !_isAwaited)
            {
                subscription.Changed();
            }
        }
    }
}

namespace Mesh.Client.Discovery;

/// <summary>Knows where endpoints are. Its one job is to ask once; keeping, refreshing and surviving failures is
/// <see cref="EndpointWatcher"/>'s.</summary>
internal interface IEndpointSource
{
    /// <summary>What the source says now. Completes synchronously where it need not ask anyone.</summary>
    /// <exception cref="DiscoveryException">The source could not say.</exception>
    ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken);

    /// <summary>Asks to be called, until the subscription is disposed, when any question may have another answer than the last, a failure included.
    /// Null: the source has no such news; what an answer itself depends on is for <see cref="EndpointAnswer.ChangeToken"/>.</summary>
    /// <param name="changed">Called from any thread. Does not block and does not throw.</param>
    IDisposable? Subscribe(Action changed) => null;
}

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Ends an exchange in which the server says nothing for too long, or that nobody wants any more.</summary>
internal sealed class SilenceLimit : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="first">The limit until something is heard.</param>
    /// <param name="timeProvider">Its clock.</param>
    /// <param name="stop">Ends the exchange at once.</param>
    public SilenceLimit(TimeSpan first, TimeProvider timeProvider, CancellationToken stop)
    {
        _source = new CancellationTokenSource(first, timeProvider);
        _registration = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Something was heard.</summary>
    public void Restart(TimeSpan limit) => _source.CancelAfter(limit);

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}

using System.Runtime.CompilerServices;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Security;

namespace Mesh.Client.Transport;

/// <summary>
/// Tells of connections that could not be made, also where no call waits for them any more because a copy or another connection has served it: else
/// an endpoint that nobody can reach, and that loses each time, would never be known for it.
/// </summary>
/// <param name="connect">Makes a connection.</param>
/// <param name="connectTimeout">After which it is given up.</param>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="failed">Who is told, once for each cluster that has the endpoint. From any thread; does not throw.</param>
internal sealed class ConnectionWatch(
    Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect,
    TimeSpan connectTimeout,
    TimeProvider timeProvider,
    Action<ClusterState, EndpointState> failed)
{
    /// <summary>What is given up before may be so for any reason, such as the end of its call. Half of a short limit, since timers may come early.</summary>
    private readonly TimeSpan _patience = connectTimeout > TimeSpan.Zero && connectTimeout / 2 < ConnectFailureMark.First ? connectTimeout / 2 : ConnectFailureMark.First;

    // Weak: connections may outlive the rules and the clusters that asked for them.
    private readonly ConditionalWeakTable<EndpointState, ClusterState> _users = [];

    /// <summary>It is told of this one too from now on.</summary>
    public void Add(ClusterState cluster, EndpointState endpoint) => _users.AddOrUpdate(endpoint, cluster);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var begun = timeProvider.GetTimestamp();
        try
        {
            return await connect(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception, begun))
        {
            foreach (var (endpoint, cluster) in _users)
            {
                failed(cluster, endpoint);
            }

            throw;
        }
    }

    /// <summary>A certificate of this process that cannot be read would fail alike at every endpoint.</summary>
    private bool IsFailure(Exception exception, long begun)
        => exception is not (OperationCanceledException or CertificateFileException)
            || (exception is OperationCanceledException && timeProvider.GetElapsedTime(begun) >= _patience);
}

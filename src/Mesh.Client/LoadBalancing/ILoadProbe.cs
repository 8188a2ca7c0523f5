using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Asks a server for its load beside the calls to it; what knows sockets implements it.</summary>
internal interface ILoadProbe
{
    /// <summary>Whether one more server may be asked now; each time it may, one is.</summary>
    bool TryTake();

    /// <summary>Ends as soon as <paramref name="cancellationToken"/> says so. What it throws counts as no answer.</summary>
    Task<LoadAnswer> AskAsync(EndpointState endpoint, CancellationToken cancellationToken);
}

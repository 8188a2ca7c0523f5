using Mesh.Client.Benchmarks.Clients;

namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>A client, and what stands between it and the servers.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Client">Used for all of its turns.</param>
internal sealed record SkewContender(string Name, StackClient Client) : IDisposable
{
    public void Dispose() => Client.Dispose();
}

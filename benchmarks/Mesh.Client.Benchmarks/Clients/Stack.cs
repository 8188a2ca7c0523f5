namespace Mesh.Client.Benchmarks.Clients;

/// <summary>What stands between the HttpClient and its primary handler.</summary>
internal enum Stack
{
    Bare,
    ServiceDiscovery,
    Resilience,
    ResilienceAndDiscovery,
    Mesh,
}

namespace Bookinfo;

/// <summary>One instance of one version of a service, and the loopback port it listens on.</summary>
internal sealed record InstanceSpec(string Service, string Version, int Port)
{
    public string Name => $"{Service} {Version}";

    /// <summary>What the instance calls itself where Kubernetes would give it a pod name.</summary>
    public string PodName => $"{Service}-{Version}-{Port}";

    public string Authority => $"127.0.0.1:{Port}";

    public Uri Address => new($"http://{Authority}");
}

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>An object as it was last read. An object that did not change stays the same instance, also where everything is listed anew.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Version">The server's word for this version of it; compared for equality alone.</param>
/// <param name="Value">What is read of it.</param>
internal sealed record Resource<T>(ResourceKey Key, string Version, T Value)
    where T : class;

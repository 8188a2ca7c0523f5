namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What is asked of the server, as operators are told it.</summary>
/// <param name="Verb">Of RBAC: list or watch.</param>
/// <param name="Resource">As <see cref="ResourceType{T}.Name"/>.</param>
/// <param name="Scope">Which objects.</param>
internal sealed record WatchAction(string Verb, string Resource, ResourceScope Scope)
{
    public override string ToString() => $"{Verb} {Resource} {Scope}";
}

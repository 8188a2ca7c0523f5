namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Names an object of one resource.</summary>
/// <param name="Namespace">Empty for objects that stand in no namespace.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ResourceKey(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}

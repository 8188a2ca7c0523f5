namespace Mesh.Client.Configuration;

/// <summary>Who an object is on either side: a key of a map of the section is <c>name</c> or <c>namespace/name</c>.</summary>
internal readonly record struct ObjectName(string Kind, string Namespace, string Name)
{
    public string Key => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    public static ObjectName FromKey(string kind, string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(kind, "", key) : new(kind, key[..slash], key[(slash + 1)..]);
    }

    /// <summary>As findings name it.</summary>
    public override string ToString() => $"{Kind} {Key}";
}

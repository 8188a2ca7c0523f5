namespace Mesh.Client.Configuration;

internal enum PathStyle
{
    /// <summary><c>Mesh:VirtualServices:reviews:http:0</c>, as in IConfiguration.</summary>
    Colons,

    /// <summary><c>spec.http[0]</c>, as in Istio's own messages.</summary>
    Dots,
}

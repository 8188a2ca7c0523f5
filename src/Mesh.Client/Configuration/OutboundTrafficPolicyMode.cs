namespace Mesh.Client.Configuration;

internal enum OutboundTrafficPolicyMode
{
    /// <summary>A call to a host the mesh does not know goes through the client's own handler (<c>ALLOW_ANY</c>).</summary>
    AllowAny,

    /// <summary>A call to a host the mesh does not know is answered 502 (<c>REGISTRY_ONLY</c>).</summary>
    RegistryOnly,
}

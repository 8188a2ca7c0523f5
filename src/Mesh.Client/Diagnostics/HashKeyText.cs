using Mesh.Client.Configuration;
using Mesh.Client.Pipeline;

namespace Mesh.Client.Diagnostics;

/// <summary>By what calls of a cluster are kept together, in Istio's words.</summary>
internal static class HashKeyText
{
    public static MeshSetting Setting(ConsistentHashConfiguration hashing) => hashing.Key switch
    {
        HashKeyKind.Header => new("loadBalancer.consistentHash.httpHeaderName", hashing.Name, null),
        HashKeyKind.Cookie => new("loadBalancer.consistentHash.httpCookie", Cookie(hashing), null),
        HashKeyKind.QueryParameter => new("loadBalancer.consistentHash.httpQueryParameterName", hashing.Name, null),
        _ => new("loadBalancer.consistentHash.useSourceIp", hashing.Key == HashKeyKind.SourceIp ? "true" : "false", null),
    };

    /// <summary>What of a request is looked at, and whether it is there.</summary>
    public static string Describe(ConsistentHashConfiguration hashing, HttpRequestMessage request)
    {
        var options = request.GetMesh();
        var key = options?.HashKey is not null ? "the caller's key" : hashing.Key switch
        {
            HashKeyKind.Header => $"header {hashing.Name}",
            HashKeyKind.Cookie => $"cookie {hashing.Name}",
            HashKeyKind.QueryParameter => $"query parameter {hashing.Name}",
            HashKeyKind.SourceIp => "the address of the sender of the incoming request",
            _ => "nothing",
        };
        return CallHash.Of(hashing, request, options) is not null ? key
            : hashing is { Key: HashKeyKind.Cookie, CookieTtl: not null } ? $"{key}, which is made unless the client adds one"
            : hashing.Key == HashKeyKind.Cookie ? $"{key}, which the request does not have unless the client adds one; without it a random endpoint is picked"
            : $"{key}, which the request does not have: a random endpoint is picked";
    }

    private static string Cookie(ConsistentHashConfiguration hashing)
        => hashing.CookieTtl is { } ttl ? $"{hashing.Name}, made for {(ttl == TimeSpan.Zero ? "the session" : Wording.Duration(ttl))}" : hashing.Name;
}

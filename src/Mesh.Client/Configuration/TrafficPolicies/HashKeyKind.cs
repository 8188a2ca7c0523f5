namespace Mesh.Client.Configuration;

/// <summary>What of a request consistent hashing goes by.</summary>
internal enum HashKeyKind
{
    /// <summary><c>useSourceIp: false</c>: legal, and no request has a hash.</summary>
    None,

    /// <summary><c>httpHeaderName</c></summary>
    Header,

    /// <summary><c>httpCookie</c></summary>
    Cookie,

    /// <summary><c>useSourceIp</c></summary>
    SourceIp,

    /// <summary><c>httpQueryParameterName</c></summary>
    QueryParameter,
}

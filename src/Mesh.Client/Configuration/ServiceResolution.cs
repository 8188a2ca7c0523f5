namespace Mesh.Client.Configuration;

/// <summary>How the endpoints of a ServiceEntry are found.</summary>
internal enum ServiceResolution
{
    /// <summary>The host that the caller wrote is dialled; where nothing is written too.</summary>
    None,

    /// <summary>Endpoints as written, or those of the WorkloadEntries that the entry selects.</summary>
    Static,

    /// <summary>A and AAAA records of the endpoints' names; without endpoints, of the host. Every address is an endpoint.</summary>
    Dns,

    /// <summary>One endpoint by name, which each new connection resolves.</summary>
    DnsRoundRobin,

    /// <summary>As <see cref="None"/>, and meant for wildcards.</summary>
    DynamicDns,
}

namespace Mesh.Client.Configuration;

/// <summary>How names are resolved. <c>Mesh:Dns</c>.</summary>
internal sealed record DnsConfiguration
{
    /// <summary>Name servers as <c>ip</c> or <c>ip:port</c>; empty takes those of the operating system.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];
}

using System.Net;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What DNS says of the addresses of one name, of both families.</summary>
internal sealed record DnsAddresses(DnsReply V4, DnsReply V6)
{
    public bool IsEmpty => V4.Addresses.Count == 0 && V6.Addresses.Count == 0;

    public IEnumerable<IPAddress> All => V4.Addresses.Concat(V6.Addresses);

    public string? Failure => V4.Failure ?? V6.Failure;

    /// <summary>Nobody said anything of either family.</summary>
    public bool IsSilence => V4.IsSilence && (V6.IsSilence || V6 == DnsReply.NotAsked);

    /// <summary>A family without addresses says with its negative validity when to look for some; that may wait for the other's.</summary>
    public TimeSpan ValidFor => (V4.Addresses.Count, V6.Addresses.Count) switch
    {
        (0, > 0) => V6.ValidFor,
        ( > 0, 0) => V4.ValidFor,
        _ => V4.ValidFor < V6.ValidFor ? V4.ValidFor : V6.ValidFor,
    };
}

using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What came of the search for records of one type: some, the answer that there are none, or a failure.</summary>
internal sealed record DnsReply(IReadOnlyList<DnsRecord> Records, TimeSpan ValidFor, string? Failure = null)
{
    /// <summary>In place of the answer to a question that is not to be asked.</summary>
    public static DnsReply NotAsked { get; } = new([], TimeSpan.MaxValue);

    /// <summary>Records of other names that came with it.</summary>
    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>Of A and AAAA records.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; } = [.. Records.Select(record => record.Address).OfType<IPAddress>().Where(CanBeDialled)];

    /// <summary>It failed since no name server said anything.</summary>
    public bool IsSilence { get; private init; }

    public static DnsReply Failed(string failure, bool isSilence = false) => new([], TimeSpan.Zero, failure) { IsSilence = isSilence };

    public static DnsReply None(TimeSpan validFor) => new([], validFor);

    /// <summary>Filters of unwanted names answer 0.0.0.0; a call there would reach this very machine.</summary>
    public static bool CanBeDialled(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && (address.AddressFamily != AddressFamily.InterNetwork || address.GetAddressBytes()[0] is < 224 or > 239);
}

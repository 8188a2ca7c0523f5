using System.Net;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What came of one question: addresses, the answer that there are none, or a failure.</summary>
internal sealed record DnsReply(IReadOnlyList<IPAddress> Addresses, TimeSpan ValidFor, string? Failure)
{
    public static DnsReply Failed(string failure) => new([], TimeSpan.Zero, failure);
}

using System.Net;

namespace Mesh.Client.Discovery.Dns;

/// <summary>One record of class IN. Which of the optional members are set depends on its type.</summary>
/// <param name="Name">Whose record it is: absolute, without the final dot, bytes that no host name has as <c>\ddd</c>.</param>
/// <param name="Type">One of those that discovery reads.</param>
/// <param name="TimeToLive">In whole seconds.</param>
internal sealed record DnsRecord(string Name, DnsRecordType Type, TimeSpan TimeToLive)
{
    /// <summary>A and AAAA.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>CNAME and SRV: the name that it points to, empty for the root.</summary>
    public string Target { get; init; } = "";

    /// <summary>SRV: lower ones are to be tried first.</summary>
    public ushort Priority { get; init; }

    /// <summary>SRV: relative to others of the same priority.</summary>
    public ushort Weight { get; init; }

    /// <summary>SRV.</summary>
    public ushort Port { get; init; }

    /// <summary>SOA: how long it may be believed that there is no such name or record, with <see cref="TimeToLive"/> as the limit (RFC 2308).</summary>
    public TimeSpan NegativeTimeToLive { get; init; }

    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

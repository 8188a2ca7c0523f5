namespace Mesh.Client.Discovery.Dns;

/// <summary>The types of records that discovery reads, by their numbers (RFC 1035, 3596, 2782, 6891). Others may stand in an answer and are passed over.</summary>
internal enum DnsRecordType : ushort
{
    A = 1,
    CNAME = 5,
    SOA = 6,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
}

namespace Mesh.Client.Discovery.Dns;

/// <summary>A message of a name server, as far as discovery reads it.</summary>
internal sealed class DnsMessage
{
    public required ushort Id { get; init; }

    public required DnsResponseCode Code { get; init; }

    /// <summary>Null: it repeats none, as servers do that could not read the question.</summary>
    public DnsQuestion? Question { get; init; }

    /// <summary>It is an answer and not a question.</summary>
    public bool IsResponse { get; init; }

    /// <summary>It did not fit: some records are missing.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The server speaks for the zone, or asks other servers on behalf of others. Neither, and without records: it refers to somebody else.</summary>
    public bool IsAuthoritative { get; init; }

    /// <inheritdoc cref="IsAuthoritative"/>
    public bool IsRecursive { get; init; }

    /// <summary>The records could be read to the end. Where not, there are none.</summary>
    public bool IsWhole { get; init; }

    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>RFC 2308: the lesser of the SOA record's own time to live and its last field; zero where no SOA says it.</summary>
    public TimeSpan NegativeValidity
    {
        get
        {
            foreach (var record in Authorities)
            {
                if (record.Type == DnsRecordType.SOA)
                {
                    return record.TimeToLive < record.NegativeTimeToLive ? record.TimeToLive : record.NegativeTimeToLive;
                }
            }

            return TimeSpan.Zero;
        }
    }

    public bool HasAuthority => Authorities.Any(record => record.Type == DnsRecordType.SOA);
}

namespace Mesh.Client.Discovery.Dns;

/// <summary>What a name server says of a question (RFC 1035, 6891).</summary>
internal enum DnsResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NotExistent = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}

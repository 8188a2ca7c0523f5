namespace Mesh.Client.Discovery.Dns;

/// <summary>One question to a name server, of class IN.</summary>
/// <param name="Name">Absolute, without the final dot.</param>
/// <param name="Type">Of the records that are wanted.</param>
internal sealed record DnsQuestion(string Name, DnsRecordType Type)
{
    public bool IsSame(DnsQuestion other) => Type == other.Type && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"{Type} {Name}";
}

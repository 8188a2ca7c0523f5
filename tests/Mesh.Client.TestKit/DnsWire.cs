using System.Globalization;
using System.Net;
using System.Text;

namespace Mesh.Client.TestKit;

/// <summary>Names, numbers and records as they stand in messages of DNS.</summary>
internal static class DnsWire
{
    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    public static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Long(int value) => [.. Short(value >> 16), .. Short(value)];

    public static string TypeName(int type) => type switch
    {
        DnsAnswer.A => "A",
        DnsAnswer.Cname => "CNAME",
        DnsAnswer.Soa => "SOA",
        DnsAnswer.Aaaa => "AAAA",
        DnsAnswer.Srv => "SRV",
        _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{type}"),
    };

    public static int TypeOf(string name) => ((int[])[DnsAnswer.A, DnsAnswer.Aaaa, DnsAnswer.Cname, DnsAnswer.Srv]).First(type => TypeName(type) == name);

    /// <summary>The data of a record as zone files write it, with full names.</summary>
    public static byte[] Data(int type, ReadOnlySpan<string> words) => type switch
    {
        DnsAnswer.A or DnsAnswer.Aaaa => IPAddress.Parse(words[0]).GetAddressBytes(),
        DnsAnswer.Cname => Name(words[0]),
        _ => [.. Short(Number(words[0])), .. Short(Number(words[1])), .. Short(Number(words[2])), .. Name(words[3])],
    };

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}

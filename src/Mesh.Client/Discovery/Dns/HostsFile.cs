using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery.Dns;

/// <summary>The names of <c>/etc/hosts</c>.</summary>
internal sealed record HostsFile(IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> Names)
{
    public static HostsFile Empty { get; } = new(new Dictionary<string, IReadOnlyList<IPAddress>>());

    public static HostsFile Parse(string text)
    {
        var names = new Dictionary<string, IReadOnlyList<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !EndpointAddressText.TryParseIp(words[0], out var address))
            {
                continue;
            }

            foreach (var name in words.AsSpan(1))
            {
                IReadOnlyList<IPAddress> known = names.TryGetValue(name, out var found) ? found : [];
                names[name] = known.Contains(address) ? known : [.. known, address];
            }
        }

        return new HostsFile(names);
    }

    public IReadOnlyList<IPAddress> Find(string name) => Names.TryGetValue(name.TrimEnd('.'), out var addresses) ? addresses : [];
}

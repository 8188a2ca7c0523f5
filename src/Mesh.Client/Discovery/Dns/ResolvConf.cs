using System.Globalization;
using System.Net;
using Mesh.Client.Configuration;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What <c>resolv.conf</c> says (its manual page in section 5): whom to ask, how, and what short names stand for.</summary>
internal sealed record ResolvConf(IReadOnlyList<string> Search, int Ndots)
{
    private const int DefaultNdots = 1;
    private const int MaximumNdots = 15;
    private const int MaximumTimeout = 30;
    private const int MaximumAttempts = 5;

    /// <summary>Resolvers read no more.</summary>
    private const int MaximumNameServers = 3;

    public static ResolvConf Empty { get; } = new([], DefaultNdots);

    /// <summary>In the order in which they are to be asked.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>How long a server has for its answer; null where that is not written.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often each server is asked; null where that is not written.</summary>
    public int? Attempts { get; init; }

    /// <summary>Begin with another server each time.</summary>
    public bool Rotates { get; init; }

    /// <summary>Ask over connections only (<c>use-vc</c>).</summary>
    public bool UsesConnections { get; init; }

    /// <summary>Ask for no IPv6 addresses (<c>no-aaaa</c>).</summary>
    public bool SkipsV6 { get; init; }

    /// <summary>Do not ask for a name without dots as it is (<c>no-tld-query</c>).</summary>
    public bool SkipsTopLevel { get; init; }

    public static ResolvConf Parse(string text)
    {
        var parsed = Empty;
        var servers = new List<IPAddress>();
        foreach (var line in text.Split('\n'))
        {
            // Comments start a line or, after a blank, end one.
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => word[0] is not ('#' or ';')).ToArray();
            switch (words)
            {
                // The last of these lines counts, whichever it is.
                case ["search", .. var names]:
                    parsed = parsed with { Search = Clean(names) };
                    break;
                case ["domain", var name, ..]:
                    parsed = parsed with { Search = Clean([name]) };
                    break;
                case ["nameserver", var server, ..] when servers.Count < MaximumNameServers && EndpointAddressText.TryParseIp(server, out var address):
                    servers.Add(address);
                    break;
                case ["options", .. var options]:
                    parsed = options.Aggregate(parsed, Read);
                    break;
                default:
                    break;
            }
        }

        return parsed with { NameServers = servers };
    }

    /// <summary>The absolute names to ask for, in order: a name with fewer dots than <c>ndots</c> is searched first and tried as it is last. The
    /// labels in front that name a service and a protocol do not count: <c>_http._tcp.reviews</c> is as short as <c>reviews</c>.</summary>
    public IReadOnlyList<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }

        var searched = Search.Select(suffix => $"{name}.{suffix}.").ToList();
        var dots = DotsOfHost(name);
        if (dots > 0 || !SkipsTopLevel)
        {
            searched.Insert(dots >= Ndots ? 0 : searched.Count, name + ".");
        }

        return searched;
    }

    private static int DotsOfHost(ReadOnlySpan<char> name)
    {
        while (name.StartsWith("_") && name.IndexOf('.') is >= 0 and var dot)
        {
            name = name[(dot + 1)..];
        }

        return name.Count('.');
    }

    private static string[] Clean(string[] names) => [.. names.Select(name => name.Trim('.')).Where(name => name.Length > 0)];

    private static ResolvConf Read(ResolvConf before, string option) => option switch
    {
        "rotate" => before with { Rotates = true },
        "use-vc" => before with { UsesConnections = true },
        "no-aaaa" => before with { SkipsV6 = true },
        "no-tld-query" => before with { SkipsTopLevel = true },
        _ when ReadNumber(option, "ndots:") is { } ndots => before with { Ndots = Math.Min(ndots, MaximumNdots) },
        _ when ReadNumber(option, "timeout:") is { } seconds => before with { Timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, MaximumTimeout)) },
        _ when ReadNumber(option, "attempts:") is { } attempts => before with { Attempts = Math.Clamp(attempts, 1, MaximumAttempts) },
        _ => before,
    };

    private static int? ReadNumber(string option, string prefix) =>
        option.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(option.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}

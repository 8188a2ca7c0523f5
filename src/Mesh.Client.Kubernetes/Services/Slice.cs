using System.Text.Json;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>What is kept of an EndpointSlice: a tenth of it, since a called service may have hundreds of slices.</summary>
/// <param name="Terms">What it says of all its endpoints.</param>
/// <param name="Members">Its endpoints, each address once.</param>
internal sealed record Slice(SliceTerms Terms, SliceMember[] Members)
{
    public Slice(AddressFamily family, SliceMember[] members, SlicePort[] ports)
        : this(new SliceTerms(family, ports), members)
    {
    }

    public static ResourceType<Slice> Type { get; } = new("discovery.k8s.io", ["v1"], "endpointslices", static (_, json) => Parse(json))
    {
        Keep = static (slice, before) => slice.Keep(before),
    };

    public AddressFamily Family => Terms.Family;

    public SlicePort[] Ports => Terms.Ports;

    /// <exception cref="JsonException">It is no slice.</exception>
    public static Slice Parse(ReadOnlySpan<byte> json)
        => Of(JsonSerializer.Deserialize(json, ServiceJson.Default.EndpointSliceObject) ?? throw new JsonException("The object is null."));

    public static Slice Of(EndpointSliceObject written)
    {
        var family = written.AddressType switch
        {
            "IPv4" => AddressFamily.IPv4,
            "IPv6" => AddressFamily.IPv6,
            _ => AddressFamily.Other,
        };
        var endpoints = written.Endpoints ?? [];
        var members = new Dictionary<string, SliceMember>(family == AddressFamily.Other ? 0 : endpoints.Length, StringComparer.Ordinal);
        if (family != AddressFamily.Other)
        {
            // Thousands of endpoints share some zones and nodes.
            var texts = new HashSet<string>(StringComparer.Ordinal);
            foreach (var endpoint in endpoints)
            {
                if (endpoint?.Addresses is [{ } address, ..] && IsAddress(address) && Read(endpoint, address, texts) is { } member
                    && (members.TryAdd(address, member) || member.Condition < members[address].Condition))
                {
                    members[address] = member;
                }
            }
        }

        return new Slice(family, [.. members.Values], [.. (written.Ports ?? []).Where(port => port.IsTcp)]);
    }

    /// <summary>This slice, with the objects of an earlier version of it where they say the same: then a change is found, and kept, without a look at
    /// what did not change.</summary>
    public Slice Keep(Slice before)
    {
        var members = Members.ToArray();
        var start = 0;
        for (; start < members.Length && start < before.Members.Length && members[start] == before.Members[start]; start++)
        {
            members[start] = before.Members[start];
        }

        var (end, endBefore) = (members.Length, before.Members.Length);
        for (; end > start && endBefore > start && members[end - 1] == before.Members[endBefore - 1]; end--, endBefore--)
        {
            members[end - 1] = before.Members[endBefore - 1];
        }

        if (end > start && endBefore > start)
        {
            var others = before.Members[start..endBefore].ToDictionary(member => member.Address, StringComparer.Ordinal);
            for (; start < end; start++)
            {
                if (others.TryGetValue(members[start].Address, out var known) && known == members[start])
                {
                    members[start] = known;
                }
            }
        }

        return new Slice(Terms == before.Terms ? before.Terms : Terms, members);
    }

    private static SliceMember Read(SliceEndpoint endpoint, string address, HashSet<string> texts) => new(
        address,
        ConditionOf(endpoint.Conditions ?? default),
        endpoint.TargetRef is { Kind: "Pod", Name.Length: > 0 } pod ? pod.Name : null,
        Shared(endpoint.NodeName, texts),
        Shared(endpoint.Zone, texts),
        Shared(TopologyHints.Join(endpoint.Hints?.ForZones), texts),
        Shared(TopologyHints.Join(endpoint.Hints?.ForNodes), texts));

    private static MemberCondition ConditionOf(SliceConditions conditions)
    {
        var isReady = conditions.Ready ?? true;
        return conditions.Terminating == true
            ? conditions.Serving ?? isReady ? MemberCondition.Draining : MemberCondition.Terminated
            : isReady ? MemberCondition.Ready : MemberCondition.NotReady;
    }

    /// <summary>As the server writes it: without brackets and the name of an interface.</summary>
    private static bool IsAddress(string text) => EndpointAddressText.TryParseIp(text, out _) && !text.AsSpan().ContainsAny('[', '%');

    private static string? Shared(string? text, HashSet<string> texts)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (texts.TryGetValue(text, out var known))
        {
            return known;
        }

        texts.Add(text);
        return text;
    }
}

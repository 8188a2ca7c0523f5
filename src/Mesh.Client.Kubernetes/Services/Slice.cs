using System.Text.Json;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>What is kept of an EndpointSlice: a tenth of it, since a called service may have hundreds of slices.</summary>
/// <param name="Family">Of all its addresses.</param>
/// <param name="Members">Its endpoints, each address once.</param>
/// <param name="Ports">Where they listen, for TCP; empty where there is none to tell.</param>
internal sealed record Slice(AddressFamily Family, SliceMember[] Members, SlicePort[] Ports)
{
    public static ResourceType<Slice> Type { get; } = new("discovery.k8s.io", ["v1"], "endpointslices", static (_, json) => Parse(json));

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

using System.Collections.Frozen;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model.Localities;

/// <summary>Endpoints that stand somewhere, and the policies that look at it.</summary>
internal static class Places
{
    public static OutlierDetectionConfiguration Outliers { get; } = new();

    public static EndpointState At(string? locality, int number, int weight = 1, params (string Name, string Value)[] labels)
        => new(new Endpoint
        {
            Address = $"10.0.0.{number}:80",
            Host = $"10.0.0.{number}",
            Port = 80,
            Locality = locality,
            Weight = weight,
            Labels = labels.ToFrozenDictionary(label => label.Name, label => label.Value),
        });

    /// <summary>The same, which its source wants called from elsewhere.</summary>
    public static EndpointState ForOthers(EndpointState endpoint) => new(endpoint.Endpoint with { IsForOthers = true });

    /// <summary>As many endpoints in each place as it says.</summary>
    public static EndpointState[] Many(params (string? Locality, int Count)[] places)
    {
        var number = 0;
        return [.. places.SelectMany(place => Enumerable.Range(0, place.Count).Select(_ => At(place.Locality, number++)))];
    }

    public static WorkloadConfiguration ClientAt(string? locality, params (string Name, string Value)[] labels)
        => new() { Locality = locality, Labels = labels.ToDictionary(label => label.Name, label => label.Value) };

    public static LocalityConfiguration Distribute(string from, params (string Locality, int Weight)[] to)
        => new() { Distribute = [new(LocalityPattern.Parse(from), [.. to.Select(target => KeyValuePair.Create(LocalityPattern.Parse(target.Locality), target.Weight))])] };

    public static ClusterPolicy Policy(LocalityConfiguration? written, WorkloadConfiguration client, OutlierDetectionConfiguration? outliers = null)
        => new() { OutlierDetection = outliers, Locality = LocalityPolicy.Create(written, outliers is not null, client) };

    public static ClusterPolicy Hashed(ClusterPolicy policy)
        => policy with { LoadBalancer = LoadBalancerPolicy.RingHash, ConsistentHash = new() { Key = HashKeyKind.Header, Name = "x-user" } };

    public static EndpointSet Build(EndpointState[] all, ClusterPolicy policy) => AvailableEndpoints.Build(all, policy);

    /// <summary>Priority, place and share in percent of each group.</summary>
    public static (int Priority, string? Locality, double Share)[] Shares(EndpointSet set)
        => [.. set.Groups.Select((group, index) => (group.Priority, group.Locality, Math.Round(100 * set.ShareOf(index), 2)))];

    public static void Eject(params ReadOnlySpan<EndpointState> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            endpoint.IsEjected = true;
        }
    }
}

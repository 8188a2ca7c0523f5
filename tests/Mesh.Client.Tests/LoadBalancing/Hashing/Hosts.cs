using System.Globalization;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing.Hashing;

/// <summary>Endpoints for tables.</summary>
internal static class Hosts
{
    /// <summary><c>127.0.0.1:90</c> and on, which Envoy's own tests use.</summary>
    public static EndpointState[] Loopback(int count, params int[] weights) =>
        [.. Enumerable.Range(0, count).Select(index => Of($"127.0.0.1:{90 + index}", index < weights.Length ? weights[index] : 1))];

    public static EndpointState[] Many(int count, Func<int, int>? weight = null) => [.. Enumerable.Range(0, count)
        .Select(index => Of(string.Create(CultureInfo.InvariantCulture, $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}:8080"), weight?.Invoke(index) ?? 1))];

    public static EndpointState Of(string address, int weight = 1) => new(EndpointAddress.Parse(address) with { Weight = weight });

    public static EndpointSet Set(EndpointState[] endpoints) => new(endpoints, endpoints);

    public static EndpointGroup Group(EndpointState[] endpoints) => new(endpoints);
}

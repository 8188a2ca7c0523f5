using System.Globalization;
using Mesh.Client.Model;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>The way that a call took, for results and for texts that retrace it.</summary>
/// <param name="Host">The logical host, fully qualified where the mesh knows the service.</param>
/// <param name="Rule">Null where none chose.</param>
/// <param name="Cluster">Null where none was chosen.</param>
/// <param name="Endpoint">The last one tried; null where none was.</param>
/// <param name="Attempts">How often the request was handed to a transport.</param>
/// <param name="MostAttempts">How often it may have been.</param>
/// <param name="Stop">A <see cref="MeshRetryStopReason"/> in as many bits as it needs: every answer keeps its way.</param>
internal readonly record struct CallPath(
    string Host, RouteRuleModel? Rule, ClusterState? Cluster, EndpointState? Endpoint, int Attempts, short MostAttempts, byte Stop)
{
    public MeshResult ToResult(MeshResponseFlags flags) => new(flags, Host, Rule?.Name, Cluster?.Key.Subset, DescribeEndpoint(), Attempts, (MeshRetryStopReason)Stop);

    /// <summary>Host, rule, subset, endpoint, attempt.</summary>
    public override string ToString()
    {
        var text = $"call to {Host}";
        if (Rule is { } rule)
        {
            text += $": rule {rule.Name}";
        }

        if (Cluster?.Key.Subset is { } subset)
        {
            text += $": subset {subset}";
        }

        if (DescribeEndpoint() is { } endpoint)
        {
            text += $": endpoint {endpoint}";
        }

        return Attempts > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}: attempt {Attempts} of {MostAttempts}") : text;
    }

    private string? DescribeEndpoint() => Endpoint is null || Cluster is null || Endpoint == Cluster.AddressOfCaller ? null : EndpointAuthority.Describe(Endpoint.Endpoint, Cluster);
}

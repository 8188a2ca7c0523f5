namespace Mesh.Client.Configuration;

/// <summary>Where this process stands when <c>Mesh:Workload:Locality</c> does not say it. What knows the place from elsewhere (the node of a pod)
/// is one more source in <see cref="Find"/>.</summary>
internal static class WorkloadPlace
{
    /// <summary><c>region/zone/subzone</c> or the beginning of it.</summary>
    public const string Variable = "MESH_LOCALITY";

    /// <summary>What deployments commonly fill from the topology labels of a pod or node by the downward API; the first pair of which the region is
    /// set is read.</summary>
    private static readonly (string Region, string Zone)[] Pairs = [("TOPOLOGY_REGION", "TOPOLOGY_ZONE"), ("NODE_REGION", "NODE_ZONE")];

    /// <summary>Istio's labels of a pod that tell its place as a whole, with dots where a locality has slashes.</summary>
    private static readonly string[] WholeLabels = ["topology.istio.io/locality", "istio-locality"];

    /// <summary>The workload with the locality that is known of it.</summary>
    /// <param name="workload">As written.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="findings">Told of what cannot be used.</param>
    public static WorkloadConfiguration Complete(WorkloadConfiguration workload, Func<string, string?> environment, List<MeshFinding> findings)
        => workload.Locality is null && Find(workload, environment, findings) is { } found ? workload with { Locality = found } : workload;

    private static string? Find(WorkloadConfiguration workload, Func<string, string?> environment, List<MeshFinding> findings)
    {
        if (environment(Variable) is { Length: > 0 } whole)
        {
            if (LocalityText.IsValid(whole))
            {
                return whole;
            }

            findings.Add(new MeshFinding
            {
                Code = FindingCodes.BadLocality,
                Severity = MeshFindingSeverity.Warning,
                Resource = "",
                Path = Variable,
                Message = $"the environment variable {Variable} is {FindingSink.Quote(whole)}, which is not a locality; it is not used.",
                Source = "environment",
                Value = whole,
                Fix = "Write region, region/zone or region/zone/subzone.",
            });
        }

        return FromLabels(workload.Labels)
            ?? Pairs.Select(pair => Join(environment(pair.Region), environment(pair.Zone), null)).FirstOrDefault(found => found is not null);
    }

    private static string? FromLabels(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var name in WholeLabels)
        {
            if (labels.TryGetValue(name, out var whole) && whole.Replace('.', '/') is var locality && LocalityText.IsValid(locality))
            {
                return locality;
            }
        }

        return Join(
            labels.GetValueOrDefault("topology.kubernetes.io/region"),
            labels.GetValueOrDefault("topology.kubernetes.io/zone"),
            labels.GetValueOrDefault("topology.istio.io/subzone"));
    }

    /// <summary>Null without a region, since a zone alone says nothing.</summary>
    private static string? Join(string? region, string? zone, string? subzone)
    {
        if (string.IsNullOrEmpty(region))
        {
            return null;
        }

        var locality = new Locality(region, zone ?? "", string.IsNullOrEmpty(zone) ? "" : subzone ?? "").ToString();
        return LocalityText.IsValid(locality) ? locality : null;
    }
}

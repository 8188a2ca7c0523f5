namespace Mesh.Client.Configuration;

/// <summary>The ServiceEntries that declare one host together. As in Istio those of one namespace and one resolution are combined: the endpoints
/// of each serve the ports that it declares, and of the ports, the oldest first, each number counts once. An entry that differs in its selector,
/// its labels or its <c>exportTo</c> adds endpoints to the ports of the oldest, but no ports.</summary>
internal sealed class ServiceEntryGroup
{
    private readonly HashSet<string> _repeatedNames;

    private ServiceEntryGroup(IReadOnlyList<ServiceEntryConfiguration> entries)
    {
        Entries = entries;
        Ports = entries.Count == 1 || Oldest.Ports.Count == 0
            ? Oldest.Ports
            : [.. entries.Where(entry => PortObstacle(Oldest, entry) is null).SelectMany(entry => entry.Ports).DistinctBy(port => port.Number)];
        _repeatedNames = entries.Count == 1
            ? []
            : Ports.GroupBy(port => port.Name, StringComparer.OrdinalIgnoreCase).Where(ports => ports.Key is not null && ports.Skip(1).Any())
                .Select(ports => ports.Key!).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ServiceEntryConfiguration> Entries { get; }

    /// <summary>What all that is not of a port or an endpoint is taken from.</summary>
    public ServiceEntryConfiguration Oldest => Entries[0];

    /// <summary>Empty: the host takes any port.</summary>
    public IReadOnlyList<PortConfiguration> Ports { get; }

    /// <summary>The group around the entry that has the host.</summary>
    /// <param name="owner">Who that is.</param>
    /// <param name="declaring">Entries that declare the host; others of them than the group's are not used for it.</param>
    public static ServiceEntryGroup Around(ResourceMetadata owner, IReadOnlyList<ServiceEntryConfiguration> declaring)
    {
        if (declaring.Count == 1)
        {
            return new(declaring);
        }

        var own = declaring.Distinct().Where(entry => IsOfNamespace(entry, owner)).OrderBy(entry => entry.Metadata, ResourceMetadata.OldestFirst).ToList();
        return new([.. own.Where(entry => entry.Resolution == own[0].Resolution)]);
    }

    /// <summary>Both may belong to one group, if they declare one host.</summary>
    public static bool Joins(ServiceEntryConfiguration oldest, ServiceEntryConfiguration other)
        => IsOfNamespace(other, oldest.Metadata) && other.Resolution == oldest.Resolution;

    /// <summary>The field by which two of a group differ, so that ports of the younger are not taken over; null where they are.</summary>
    public static string? PortObstacle(ServiceEntryConfiguration oldest, ServiceEntryConfiguration other)
        => !IsSame(oldest.WorkloadSelector ?? NoLabels, other.WorkloadSelector ?? NoLabels) ? "workloadSelector"
            : !oldest.ExportTo.ToHashSet().SetEquals(other.ExportTo) ? "exportTo"
            : !IsSame(oldest.Metadata.Labels, other.Metadata.Labels) ? "metadata.labels"
            : null;

    /// <summary>The port by which an entry's endpoints serve a port of the group: that of the same name; that of the same number where one has no
    /// name or the group has several ports of that name (there Istio sends the calls of each to the endpoints of all). Null where they do not.</summary>
    public PortConfiguration? Serving(ServiceEntryConfiguration entry, PortConfiguration port)
    {
        foreach (var own in entry.Ports)
        {
            if (own.Name is null || port.Name is null || _repeatedNames.Contains(port.Name)
                ? own.Number == port.Number
                : string.Equals(own.Name, port.Name, StringComparison.OrdinalIgnoreCase))
            {
                return own;
            }
        }

        // Without ports it serves whatever is asked for.
        return entry.Ports.Count == 0 ? port : null;
    }

    private static Dictionary<string, string> NoLabels { get; } = [];

    private static bool IsOfNamespace(ServiceEntryConfiguration entry, ResourceMetadata owner)
        => string.Equals(entry.Metadata.Namespace, owner.Namespace, StringComparison.OrdinalIgnoreCase);

    private static bool IsSame(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right)
        => left.Count == right.Count && left.Selects(right);
}

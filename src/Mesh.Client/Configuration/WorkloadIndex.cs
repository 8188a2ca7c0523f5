namespace Mesh.Client.Configuration;

/// <summary>Which WorkloadEntries a selector selects, without walking all of them for each selector: by the rarest of its labels, and once for
/// selectors of the same labels. Not thread-safe.</summary>
internal sealed class WorkloadIndex
{
    private readonly Dictionary<string, List<WorkloadEntryConfiguration>> _byNamespace = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Name, string Value), List<WorkloadEntryConfiguration>> _byLabel = [];
    private readonly Dictionary<(string Namespace, string Selector), IReadOnlyList<WorkloadEntryConfiguration>> _selected = [];

    public WorkloadIndex(IReadOnlyList<WorkloadEntryConfiguration> workloads)
    {
        foreach (var workload in workloads)
        {
            var @namespace = workload.Metadata.Namespace;
            Add(_byNamespace, @namespace, workload);
            foreach (var (name, value) in workload.Labels)
            {
                Add(_byLabel, (@namespace, name, value), workload);
            }
        }
    }

    /// <summary>In the order in which they are written; the same list for the same labels.</summary>
    public IReadOnlyList<WorkloadEntryConfiguration> Select(string @namespace, IReadOnlyDictionary<string, string> selector)
    {
        var key = (@namespace, LabelSyntax.ToText(selector));
        if (!_selected.TryGetValue(key, out var selected))
        {
            _selected.Add(key, selected = [.. Candidates(@namespace, selector).Where(workload => selector.Selects(workload.Labels))]);
        }

        return selected;
    }

    private List<WorkloadEntryConfiguration> Candidates(string @namespace, IReadOnlyDictionary<string, string> selector)
    {
        var fewest = _byNamespace.GetValueOrDefault(@namespace) ?? [];
        foreach (var (name, value) in selector)
        {
            var carrying = _byLabel.GetValueOrDefault((@namespace, name, value)) ?? [];
            fewest = carrying.Count < fewest.Count ? carrying : fewest;
        }

        return fewest;
    }

    private static void Add<TKey>(Dictionary<TKey, List<WorkloadEntryConfiguration>> table, TKey key, WorkloadEntryConfiguration workload)
        where TKey : notnull
    {
        if (!table.TryGetValue(key, out var workloads))
        {
            table.Add(key, workloads = []);
        }

        workloads.Add(workload);
    }
}

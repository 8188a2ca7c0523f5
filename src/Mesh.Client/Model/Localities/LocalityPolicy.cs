using System.Globalization;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>What rules make of the localities of a cluster's endpoints, for this client. Equality tells whether a reload changed anything.</summary>
internal sealed class LocalityPolicy : IEquatable<LocalityPolicy>
{
    private const int FailoverLevels = 5;
    private const int ZoneAwareLevels = 3;
    private readonly FailoverLabel[] _labels;
    private readonly string? _failoverRegion;
    private readonly bool _ordersRegions;
    private readonly string _text;
    private bool _isAlike;

    private LocalityPolicy(
        in Locality client, KeyValuePair<LocalityPattern, int>[]? distribution, FailoverLabel[] labels, bool ordersRegions, string? failoverRegion, int? minClusterSize)
    {
        Client = client;
        Distribution = distribution;
        _labels = labels;
        _ordersRegions = ordersRegions;
        _failoverRegion = failoverRegion;
        MinClusterSize = minClusterSize;
        _text = string.Create(CultureInfo.InvariantCulture,
            $"{client} | {(distribution is null ? "-" : string.Join(',', distribution))} | {string.Join(',', labels)} | {ordersRegions} {failoverRegion} | {minClusterSize}");
    }

    /// <summary>For endpoints that have priorities of their own while their places are all alike.</summary>
    public static LocalityPolicy Alike { get; } = new(Locality.Unknown, null, [], false, null, null) { _isAlike = true };

    /// <summary>Where this process stands.</summary>
    public Locality Client { get; }

    /// <summary>Weights of localities: those that are not named get nothing. Empty where no <c>from</c> takes this client, and each locality gets
    /// what its endpoints weigh; null where calls are not distributed but have priorities.</summary>
    public KeyValuePair<LocalityPattern, int>[]? Distribution { get; }

    /// <summary>Set where zones share the calls of their region by capacity; smaller regions are called as a whole.</summary>
    public int? MinClusterSize { get; }

    public bool IsZoneAware => MinClusterSize is not null;

    /// <summary>Priorities depend on labels too, not on the locality alone.</summary>
    public bool ReadsLabels => _labels.Length > 0;

    /// <summary>Null where all endpoints are alike to this client.</summary>
    /// <param name="written">Of the rule; null where it says nothing, which is as good as an empty one.</param>
    /// <param name="hasOutlierDetection">Without it nothing would ever fail over.</param>
    /// <param name="workload">This client.</param>
    public static LocalityPolicy? Create(LocalityConfiguration? written, bool hasOutlierDetection, WorkloadConfiguration workload)
    {
        if (written is { IsEnabled: false })
        {
            return null;
        }

        var client = Locality.Parse(workload.Locality);
        if (written is { Distribute: { Count: > 0 } distributions })
        {
            var own = distributions.FirstOrDefault(distribution => distribution.From.Matches(client));
            return new(client, own is null ? [] : [.. own.To], [], false, null, null);
        }

        var isZoneAware = written is { IsZoneAware: true };
        if (!hasOutlierDetection && !isZoneAware)
        {
            return null;
        }

        FailoverLabel[] labels = hasOutlierDetection ? [.. (written?.FailoverPriority ?? []).Select(text => LabelOf(text, client, workload))] : [];
        labels = Array.TrueForAll(labels, label => label.Value.Length == 0) ? [] : labels;
        var ordersRegions = client.IsKnown && (isZoneAware || written is null or { FailoverPriority.Count: 0 } or { Failover.Count: > 0 });
        return labels.Length == 0 && !ordersRegions
            ? null
            : new(
                client,
                null,
                labels,
                ordersRegions,
                written?.Failover.FirstOrDefault(failover => failover.From == client.Region)?.To,
                isZoneAware && client.IsKnown ? written!.MinClusterSize : null);
    }

    /// <summary>0 is the nearest; there may be gaps.</summary>
    public int PriorityOf(Endpoint endpoint, in Locality locality)
    {
        var priority = LabelPriority(endpoint, locality);
        return _ordersRegions ? (priority * (IsZoneAware ? ZoneAwareLevels : FailoverLevels)) + RegionPriority(locality) : priority;
    }

    /// <summary>The part of a locality that tells groups of one priority apart; null where none does.</summary>
    public string? GroupOf(in Locality locality) => _isAlike ? null : IsZoneAware ? new Locality(locality.Region, locality.Zone, "").ToString() : locality.ToString();

    /// <summary>In the words of the rule.</summary>
    public string Describe()
    {
        if (Distribution is not null)
        {
            return Distribution.Length == 0
                ? "distribute: no entry is for this client"
                : "distribute: " + string.Join(", ", Distribution.Select(target => string.Create(CultureInfo.InvariantCulture, $"{target.Value} to {target.Key}")));
        }

        var regions = _failoverRegion is null ? "by region, zone and subzone" : $"by region, zone and subzone, then region {_failoverRegion}";
        return _labels.Length == 0
            ? $"failover {regions}"
            : $"failover by {string.Join(", ", _labels.Select(label => $"{label.Name}={label.Value}"))}{(_ordersRegions ? ", then " + regions : "")}";
    }

    public bool Equals(LocalityPolicy? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as LocalityPolicy);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    private static FailoverLabel LabelOf(string text, in Locality client, WorkloadConfiguration workload)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals >= 0 ? new(text[..equals], text[(equals + 1)..]) : new(text, TopologyLabels.ValueOf(text, client, workload.Labels));
    }

    /// <summary>The number of labels, less the leading ones that match. Another network counts as all labels together, and those that follow it
    /// still count.</summary>
    private int LabelPriority(Endpoint endpoint, in Locality locality)
    {
        var priority = 0;
        for (var index = 0; index < _labels.Length; index++)
        {
            if (TopologyLabels.ValueOf(_labels[index].Name, locality, endpoint.Labels) == _labels[index].Value)
            {
                continue;
            }

            priority += _labels.Length - index;
            if (index > 0 || _labels[0].Name != TopologyLabels.Network)
            {
                break;
            }
        }

        return priority;
    }

    private int RegionPriority(in Locality locality)
    {
        if (locality.Region != Client.Region)
        {
            var elsewhere = IsZoneAware ? 1 : 3;
            return _failoverRegion is null || _failoverRegion == locality.Region ? elsewhere : elsewhere + 1;
        }

        return IsZoneAware ? 0 : locality.Zone != Client.Zone ? 2 : locality.Subzone != Client.Subzone ? 1 : 0;
    }
}

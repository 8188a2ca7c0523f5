using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary><c>localityLbSetting</c> and <c>zoneAwareLbSetting</c>, which exclude each other.</summary>
internal static class LocalityBinder
{
    private const string Setting = "localityLbSetting";
    private const string ZoneSetting = "zoneAwareLbSetting";

    /// <param name="fields">The load balancer.</param>
    /// <param name="hasOutlierDetection">The policy ejects endpoints; without that nothing fails over.</param>
    public static LocalityConfiguration? Bind(FieldReader fields, bool hasOutlierDetection)
    {
        var setting = fields.Object(Setting);
        var zones = fields.Object(ZoneSetting);
        if (setting is not null && zones is not null)
        {
            fields.Findings.Error(FindingCodes.Conflict, zones.Node, $"'{Setting}' and '{ZoneSetting}' exclude each other.", "Keep one of them.");
        }

        // Both are read, so that all that is wrong is told at once.
        var local = setting is null ? null : Locality(setting, hasOutlierDetection);
        var aware = zones is null ? null : ZoneAware(zones, hasOutlierDetection);
        return local ?? aware;
    }

    private static LocalityConfiguration Locality(FieldReader fields, bool hasOutlierDetection)
    {
        var distribute = Distributions(fields);
        var bound = Common(fields) with { Distribute = distribute };
        if (distribute.Count > 0 && (bound.Failover.Count > 0 || bound.FailoverPriority.Count > 0))
        {
            var other = bound.Failover.Count > 0 ? "failover" : "failoverPriority";
            fields.Findings.Error(FindingCodes.Conflict, fields.Take(other)!, $"'distribute' and '{other}' exclude each other.", "Keep one of them.");
        }

        CheckFailover(fields, bound, hasOutlierDetection);
        fields.Finish();
        return bound;
    }

    private static LocalityConfiguration ZoneAware(FieldReader fields, bool hasOutlierDetection)
    {
        var size = fields.Integer("minClusterSize", 0, int.MaxValue) ?? LocalityConfiguration.DefaultMinClusterSize;
        var bound = Common(fields) with { IsZoneAware = true, MinClusterSize = size };
        CheckFailover(fields, bound, hasOutlierDetection);
        fields.Finish();
        if (bound.IsEnabled)
        {
            fields.Findings.Info(FindingCodes.ZonesAssumed, fields.Node,
                "how many clients there are in each zone is not known to a process; they are taken to be spread evenly over the zones of the region that have endpoints.");
        }

        return bound;
    }

    private static LocalityConfiguration Common(FieldReader fields) => new()
    {
        Node = fields.Node,
        IsEnabled = fields.Flag("enabled") ?? true,
        Failover = [.. fields.Items("failover").Select(item => Failover(item, fields.Findings)).OfType<LocalityFailover>()],
        FailoverPriority = fields.Texts("failoverPriority"),
    };

    private static void CheckFailover(FieldReader fields, LocalityConfiguration bound, bool hasOutlierDetection)
    {
        foreach (var node in fields.Items("failoverPriority"))
        {
            if (node.Text is { } text && (text.Length == 0 || text[0] == '='))
            {
                fields.Findings.Error(FindingCodes.BadLabel, node, $"{FindingSink.Quote(text)} names no label.", "Write the name of a label, or name=value.");
            }
            else if (bound.Failover.Count > 0 && node.Text is "topology.kubernetes.io/region" or "topology.kubernetes.io/zone" or "topology.istio.io/subzone")
            {
                fields.Findings.Error(FindingCodes.Conflict, node, $"'failover' and the label '{node.Text}' in 'failoverPriority' exclude each other: both order places.", "Keep one of them.");
            }
        }

        if (!hasOutlierDetection && (bound.Failover.Count > 0 || bound.FailoverPriority.Count > 0))
        {
            fields.Findings.Warning(FindingCodes.BadLocalitySetting, fields.Node,
                "without outlierDetection no endpoint ever counts as unhealthy, and nothing fails over.", "Write outlierDetection in the same policy.");
        }
    }

    private static LocalityFailover? Failover(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var from = Region(fields, "from");
        var to = Region(fields, "to");
        fields.Finish();
        if (from is not null && from == to)
        {
            findings.Error(FindingCodes.BadLocalitySetting, node, $"the region {FindingSink.Quote(from)} cannot stand in for itself.", "Name another region.");
        }

        return from is null || to is null ? null : new(from, to);
    }

    private static string? Region(FieldReader fields, string name)
    {
        var region = fields.RequiredText(name);
        if (region is not null && region.AsSpan().ContainsAny('/', '*'))
        {
            fields.Findings.Error(FindingCodes.BadLocality, fields.Take(name)!,
                $"{FindingSink.Quote(region)} is not a region; failover is between regions as a whole, without '/' and '*'.");
        }

        return region;
    }

    private static List<LocalityDistribution> Distributions(FieldReader fields)
    {
        var distributions = new List<LocalityDistribution>();
        var sources = new List<LocalityPattern>();
        foreach (var item in fields.Items("distribute"))
        {
            if (FieldReader.Open(item, fields.Findings) is not { } entry)
            {
                continue;
            }

            LocalityPattern? from = entry.RequiredText("from") is { } text ? Pattern(text, entry.Take("from")!, fields.Findings) : null;
            var to = Targets(entry);
            entry.Finish();
            if (from is not { } source)
            {
                continue;
            }

            if (sources.FindIndex(earlier => source.Overlaps(earlier)) is >= 0 and var index)
            {
                fields.Findings.Error(FindingCodes.BadLocalitySetting, entry.Take("from")!,
                    $"'{source}' overlaps with '{sources[index]}', which stands before it; the first one that takes a client holds.", "Write narrower localities first.");
            }

            sources.Add(source);
            distributions.Add(new(source, to));
        }

        return distributions;
    }

    private static List<KeyValuePair<LocalityPattern, int>> Targets(FieldReader entry)
    {
        var targets = new List<KeyValuePair<LocalityPattern, int>>();
        if (entry.Object("to") is not { } map)
        {
            entry.RequiredText("to");
            return targets;
        }

        var sum = 0L;
        foreach (var (name, value) in map.Node.Properties)
        {
            var pattern = Pattern(name, value, entry.Findings);
            var weight = ScalarReader.Integer(value, 1, 100, entry.Findings);
            if (pattern is not { } target || weight is not { } share)
            {
                return targets;
            }

            if (targets.FindIndex(other => target.Overlaps(other.Key) || other.Key.Overlaps(target)) is >= 0 and var index)
            {
                entry.Findings.Error(FindingCodes.BadLocalitySetting, value,
                    $"'{target}' overlaps with '{targets[index].Key}'; a locality can have one weight.", "Name each locality once.");
            }

            sum += share;
            targets.Add(new(target, share));
        }

        if (sum != 100)
        {
            entry.Findings.Error(FindingCodes.BadLocalitySetting, map.Node,
                string.Create(CultureInfo.InvariantCulture, $"the weights sum to {sum}; a sum of 100 is needed."));
        }

        return targets;
    }

    /// <summary>Null and a finding where it can be no locality.</summary>
    private static LocalityPattern? Pattern(string text, ConfigurationNode at, FindingSink findings)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (text.Split('/').Any(part => part.Length == 0) || (star >= 0 && star < text.Length - 1))
        {
            findings.Error(FindingCodes.BadLocality, at,
                $"{FindingSink.Quote(text)} is not a locality of a rule; region, region/zone or region/zone/subzone is needed, and '*' may stand in place of the last part.");
            return null;
        }

        if (star > 0 && text[star - 1] != '/')
        {
            findings.Warning(FindingCodes.BadLocalitySetting, at,
                $"{FindingSink.Quote(text)} takes nothing: '*' stands for a whole part, not for the rest of one.", "Write '*' alone between slashes.");
        }

        return LocalityPattern.Parse(text);
    }
}

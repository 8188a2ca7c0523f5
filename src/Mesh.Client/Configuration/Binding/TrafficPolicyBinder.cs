namespace Mesh.Client.Configuration;

/// <summary><c>trafficPolicy</c> of a rule or of a subset.</summary>
internal static class TrafficPolicyBinder
{
    private static readonly KeyValuePair<string, SimplePolicy>[] SimplePolicies =
    [
        new("UNSPECIFIED", SimplePolicy.Unspecified), new("LEAST_REQUEST", SimplePolicy.LeastRequest),
            new("LEAST_CONN", SimplePolicy.LeastConnections),
        new("ROUND_ROBIN", SimplePolicy.RoundRobin), new("RANDOM", SimplePolicy.Random), new("PASSTHROUGH", SimplePolicy.PassThrough),
    ];

    private enum SimplePolicy
    {
        Unspecified,
        LeastRequest,
        LeastConnections,
        RoundRobin,
        Random,
        PassThrough,
    }

    /// <param name="fields">The policy; null where none is written.</param>
    /// <param name="wider">The rule's, where this is that of a subset.</param>
    public static TrafficPolicyConfiguration? Bind(FieldReader? fields, TrafficPolicyConfiguration? wider = null)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.Node.Properties.Count == 0)
        {
            fields.Findings.Error(FindingCodes.EmptyPolicy, fields.Node, "the policy is empty.", "Write a block in it, or remove it.");
        }

        var policy = Blocks(fields, null, wider?.OutlierDetection is not null) with
        {
            RetryBudget = RetryBudgetBinder.Bind(fields.Object("retryBudget")),
            Ports = Ports(fields),
        };
        fields.NotBuilt("tunnel", "calls are sent without it", UnbuiltBlocks.Tunnel);
        fields.NotBuilt("proxyProtocol", "calls are sent without it", UnbuiltBlocks.ProxyProtocol);
        fields.Finish();
        return policy;
    }

    private static TrafficPolicyConfiguration Blocks(FieldReader fields, int? port, bool isOutlierDetectionInherited) => new()
    {
        LoadBalancer = LoadBalancer(fields.Object("loadBalancer"), isOutlierDetectionInherited || fields.Has("outlierDetection")),
        OutlierDetection = OutlierDetectionBinder.Bind(fields.Object("outlierDetection")),
        ConnectionPool = ConnectionPoolBinder.Bind(fields.Object("connectionPool")),
        Tls = TlsBinder.Bind(fields.Object("tls"), port),
    };

    private static List<KeyValuePair<int, TrafficPolicyConfiguration>> Ports(FieldReader fields)
    {
        var ports = new List<KeyValuePair<int, TrafficPolicyConfiguration>>();
        var seen = new HashSet<int>();
        foreach (var item in fields.Items("portLevelSettings"))
        {
            if (FieldReader.Open(item, fields.Findings) is not { } settings)
            {
                continue;
            }

            var port = DestinationBinder.Port(settings.Object("port"));
            if (!settings.Has("port"))
            {
                fields.Findings.Error(FindingCodes.MissingField, item, "'port' is missing: the settings do not say for which port they are.", "Write port: { number: 443 }.");
            }

            if (settings.Node.Properties.Count == 1 && settings.Has("port"))
            {
                fields.Findings.Error(FindingCodes.EmptyPolicy, item, "the settings of the port are empty.", "Write a block beside port, or remove the entry.");
            }

            var policy = Blocks(settings, port, isOutlierDetectionInherited: false);
            settings.Finish();
            if (port is { } number && !seen.Add(number))
            {
                fields.Findings.Error(FindingCodes.DuplicatePort, item, $"port '{number}' has settings already.", "Put them into one entry.");
            }
            else if (port is not null)
            {
                ports.Add(new(port.Value, policy));
            }
        }

        return ports;
    }

    private static LoadBalancerConfiguration? LoadBalancer(FieldReader? fields, bool hasOutlierDetection)
    {
        if (fields is null)
        {
            return null;
        }

        var simple = fields.Choice("simple", SimplePolicies);
        if (fields.Has("simple") && fields.Take("consistentHash") is { } hash)
        {
            fields.Findings.Error(FindingCodes.Conflict, hash, "'simple' and 'consistentHash' exclude each other.", "Keep one of them.");
        }

        var (hashPolicy, consistentHash) = ConsistentHashBinder.Bind(fields.Object("consistentHash"));
        var locality = LocalityBinder.Bind(fields, hasOutlierDetection);
        var warmup = WarmupBinder.Bind(fields, simple is not (SimplePolicy.Random or SimplePolicy.PassThrough) && !fields.Has("consistentHash"));
        if (simple == SimplePolicy.LeastConnections)
        {
            fields.Findings.Info(FindingCodes.Deprecated,
                fields.Take("simple")!, "LEAST_CONN is the older name of LEAST_REQUEST and still works.", "Write LEAST_REQUEST.");
        }

        fields.Finish();
        return new LoadBalancerConfiguration
        {
            IsPassThrough = simple == SimplePolicy.PassThrough,
            Locality = locality,
            Warmup = warmup,
            Policy = simple switch
            {
                SimplePolicy.LeastRequest or SimplePolicy.LeastConnections => LoadBalancerPolicy.LeastRequest,
                SimplePolicy.RoundRobin => LoadBalancerPolicy.RoundRobin,
                SimplePolicy.Random => LoadBalancerPolicy.Random,
                _ => hashPolicy,
            },
            ConsistentHash = consistentHash,
        };
    }
}

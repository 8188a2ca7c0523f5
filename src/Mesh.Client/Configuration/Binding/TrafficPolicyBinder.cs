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

    private static readonly KeyValuePair<string, bool>[] TlsModes =
    [
        new("DISABLE", false), new("SIMPLE", true), new("MUTUAL", true), new("ISTIO_MUTUAL", true),
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

    public static TrafficPolicyConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.Node.Properties.Count == 0)
        {
            fields.Findings.Error(FindingCodes.EmptyPolicy, fields.Node, "the policy is empty.", "Write a block in it, or remove it.");
        }

        var policy = new TrafficPolicyConfiguration
        {
            LoadBalancer = LoadBalancer(fields.Object("loadBalancer")),
            OutlierDetection = OutlierDetectionBinder.Bind(fields.Object("outlierDetection")),
            ConnectionPool = ConnectionPool(fields.Object("connectionPool")),
            UnbuiltSecurity = Tls(fields.Object("tls"), null),
        };
        foreach (var item in fields.Items("portLevelSettings"))
        {
            policy = policy with { UnbuiltSecurity = PortLevel(item, fields.Findings) ?? policy.UnbuiltSecurity };
        }

        fields.NoneBuilt("calls are sent without it", "tunnel", "proxyProtocol");
        fields.NoneBuilt("retries are bounded by their attempts alone", "retryBudget");
        fields.Finish();
        return policy;
    }

    private static string? PortLevel(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var port = DestinationBinder.Port(fields.Object("port"));
        if (!fields.Has("port"))
        {
            findings.Error(FindingCodes.MissingField, node, "'port' is missing: the settings do not say for which port they are.", "Write port: { number: 443 }.");
        }

        fields.NoneBuilt("the settings of the whole host hold for this port too", "loadBalancer", "outlierDetection", "connectionPool");
        var security = Tls(fields.Object("tls"), port);
        fields.Finish();
        return security;
    }

    private static LoadBalancerPolicy? LoadBalancer(FieldReader? fields)
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

        fields.NotBuilt("consistentHash", "the default policy balances instead, and no call sticks to an endpoint");
        fields.NoneBuilt("endpoints are picked without it", "localityLbSetting", "zoneAwareLbSetting", "warmup", "warmupDurationSecs");
        switch (simple)
        {
            case SimplePolicy.LeastConnections:
                fields.Findings.Info(FindingCodes.Deprecated,
                    fields.Take("simple")!, "LEAST_CONN is the older name of LEAST_REQUEST and still works (IST0002).", "Write LEAST_REQUEST.");
                break;
            case SimplePolicy.PassThrough:
                fields.Findings.Warning(FindingCodes.UnbuiltField,
                    fields.Take("simple")!, "PASSTHROUGH is not built yet in this version; the default policy balances instead.");
                break;
        }

        fields.Finish();
        return simple switch
        {
            SimplePolicy.LeastRequest or SimplePolicy.LeastConnections => LoadBalancerPolicy.LeastRequest,
            SimplePolicy.RoundRobin => LoadBalancerPolicy.RoundRobin,
            SimplePolicy.Random => LoadBalancerPolicy.Random,
            _ => null,
        };
    }

    private static ConnectionPoolConfiguration? ConnectionPool(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.Node.Properties.Count == 0)
        {
            fields.Findings.Error(FindingCodes.EmptyPolicy,
                fields.Node, "the connection pool is empty.", "Write tcp or http in it, or remove it.");
        }

        const string Unlimited = "connections and calls are not limited by it";
        TimeSpan? connectTimeout = null;
        if (fields.Object("tcp") is { } tcp)
        {
            connectTimeout = tcp.Duration("connectTimeout");
            tcp.NoneBuilt(Unlimited, "maxConnections", "maxConnectionDuration", "idleTimeout");
            tcp.NoneBuilt("the defaults of the platform hold", "tcpKeepalive");
            tcp.Finish();
        }

        if (fields.Object("http") is { } http)
        {
            http.NoneBuilt(Unlimited, "http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "idleTimeout", "maxConcurrentStreams");
            http.NoneBuilt("the caller's version of HTTP is used", "h2UpgradePolicy", "useClientProtocol");
            http.NoneBuilt("no PING is sent", "http2KeepAlive");
            http.Finish();
        }

        fields.Finish();
        return new ConnectionPoolConfiguration { ConnectTimeout = connectTimeout };
    }

    /// <summary>DISABLE, the default of the block, asks for plaintext and gets it; all else is never answered with plaintext.</summary>
    private static string? Tls(FieldReader? fields, int? port)
    {
        if (fields is null)
        {
            return null;
        }

        var needsTls = fields.Choice("mode", TlsModes) ?? false;
        var mode = fields.Take("mode") is { } written ? written.Text : "DISABLE";
        fields.Skip("clientCertificate", "privateKey", "caCertificates", "credentialName", "subjectAltNames", "sni", "insecureSkipVerify", "caCrl");
        fields.Finish();
        if (!needsTls)
        {
            return null;
        }

        var which = port is null ? "this host" : $"this host, on every port since {port} asks for it,";
        fields.Findings.Security(fields.Node, $"tls mode {mode} is not built yet in this version; calls to {which} are answered 503, never sent in plaintext.",
            "Remove the block, or use mode DISABLE, where plaintext is what you want.");
        return port is null ? $"tls mode {mode}" : $"tls mode {mode} on port {port}";
    }
}

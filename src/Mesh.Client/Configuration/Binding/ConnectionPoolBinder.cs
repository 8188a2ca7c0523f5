namespace Mesh.Client.Configuration;

/// <summary><c>connectionPool</c>.</summary>
internal static class ConnectionPoolBinder
{
    /// <summary>What the operating system takes for a time in seconds and a number of probes.</summary>
    private const int MaximumSeconds = 32767;

    private const int MaximumProbes = 127;

    /// <summary>SocketsHttpHandler takes no shorter times around a PING.</summary>
    private static readonly TimeSpan ShortestPing = TimeSpan.FromSeconds(1);

    /// <summary>Envoy's bound on <c>maxRequestsPerConnection</c>, which Istio states.</summary>
    private const int MaximumRequests = 1 << 29;

    private static readonly KeyValuePair<string, bool>[] UpgradePolicies = [new("DEFAULT", false), new("DO_NOT_UPGRADE", false), new("UPGRADE", true)];

    public static ConnectionPoolConfiguration? Bind(FieldReader? fields)
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

        var pool = Http(fields.Object("http"), Tcp(fields.Object("tcp"), new()));
        fields.Finish();
        return pool;
    }

    private static ConnectionPoolConfiguration Tcp(FieldReader? fields, ConnectionPoolConfiguration pool)
    {
        if (fields is null)
        {
            return pool;
        }

        pool = pool with
        {
            ConnectTimeout = fields.Duration("connectTimeout"),
            MaxConnections = Count(fields, "maxConnections"),
            MaxConnectionDuration = fields.Duration("maxConnectionDuration"),
            IdleTimeout = fields.DurationOrNever("idleTimeout"),
            TcpKeepAlive = KeepAlive(fields.Object("tcpKeepalive")),
        };
        fields.Finish();
        return pool;
    }

    private static ConnectionPoolConfiguration Http(FieldReader? fields, ConnectionPoolConfiguration pool)
    {
        if (fields is null)
        {
            return pool;
        }

        // Without UPGRADE the caller's version is used anyway, so that useClientProtocol asks for nothing else.
        var upgrades = fields.Choice("h2UpgradePolicy", UpgradePolicies) ?? false;
        if (fields.Flag("useClientProtocol") == true && upgrades)
        {
            fields.Findings.Error(FindingCodes.Conflict,
                fields.Take("useClientProtocol")!, "'useClientProtocol' and h2UpgradePolicy: UPGRADE exclude each other.", "Keep one of them.");
        }

        var streams = Count(fields, "maxConcurrentStreams");
        if (streams > 0 && pool.MaxConnections == 0)
        {
            fields.Findings.Info(FindingCodes.LimitWithoutEffect, fields.Take("maxConcurrentStreams")!,
                "'maxConcurrentStreams' limits calls only together with tcp.maxConnections: without it another connection is opened where the server takes no more streams.",
                "Write tcp.maxConnections, or remove it.");
        }

        var pending = Count(fields, "http1MaxPendingRequests");
        if (pending > 0 && pool.MaxConnections == 0)
        {
            fields.Findings.Info(FindingCodes.LimitWithoutEffect, fields.Take("http1MaxPendingRequests")!,
                "'http1MaxPendingRequests' limits calls only together with tcp.maxConnections: without it none has to wait.",
                "Write tcp.maxConnections, or http2MaxRequests to limit calls at once.");
        }

        pool = pool with
        {
            MaxPendingRequests = pending,
            MaxRequests = Count(fields, "http2MaxRequests"),
            MaxRequestsPerConnection = Count(fields, "maxRequestsPerConnection", MaximumRequests),
            MaxRetries = Count(fields, "maxRetries"),
            MaxConcurrentStreams = streams,
            IdleTimeout = Shorter(pool.IdleTimeout, fields.DurationOrNever("idleTimeout")),
            UpgradesToHttp2 = upgrades,
            Http2KeepAlive = Http2KeepAlive(fields.Object("http2KeepAlive")),
        };
        fields.Finish();
        return pool;
    }

    private static TcpKeepAliveConfiguration? KeepAlive(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var keepAlive = new TcpKeepAliveConfiguration
        {
            Probes = fields.Integer("probes", 1, MaximumProbes),
            Time = Seconds(fields, "time"),
            Interval = Seconds(fields, "interval"),
        };
        fields.Finish();
        return keepAlive;
    }

    private static Http2KeepAliveConfiguration? Http2KeepAlive(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var interval = fields.Duration("interval");
        var timeout = fields.Duration("timeout");
        if (!fields.Has("interval"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'interval' is missing: nothing says when to ask.", "Write interval: 30s.");
        }

        fields.Finish();
        return interval is { } known ? new Http2KeepAliveConfiguration { Interval = Longer(known), Timeout = timeout is { } time ? Longer(time) : null } : null;

        static TimeSpan Longer(TimeSpan time) => time < ShortestPing ? ShortestPing : time;
    }

    /// <summary>The operating system counts in whole seconds; what lies between is rounded up.</summary>
    private static TimeSpan? Seconds(FieldReader fields, string name)
    {
        if (fields.Duration(name) is not { } duration)
        {
            return null;
        }

        var seconds = Math.Ceiling(duration.TotalSeconds);
        if (seconds > MaximumSeconds)
        {
            fields.Findings.Error(FindingCodes.BadDuration, fields.Take(name)!,
                $"{FindingSink.Quote(fields.Take(name)!.Text)} is too long; the operating system takes {MaximumSeconds}s at most.");
        }

        return TimeSpan.FromSeconds(seconds);
    }

    private static int Count(FieldReader fields, string name, int most = int.MaxValue) => fields.Integer(name, 0, most) ?? 0;

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other)
    {
        if (one is null || other is null)
        {
            return one ?? other;
        }

        return one == Timeout.InfiniteTimeSpan || (other != Timeout.InfiniteTimeSpan && other < one) ? other : one;
    }
}

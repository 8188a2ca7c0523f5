namespace Mesh.Client.Configuration;

/// <summary><c>consistentHash</c>: the policy's table is kept as <see cref="LoadBalancerConfiguration.Policy"/>.</summary>
internal sealed record ConsistentHashConfiguration
{
    public const int DefaultRingSize = 1024;

    /// <summary>Envoy's limit.</summary>
    public const int MaximumRingSize = 8 * 1024 * 1024;

    public const int DefaultTableSize = 65_537;

    /// <summary>Envoy's limit; a prime.</summary>
    public const int MaximumTableSize = 5_000_011;

    public required HashKeyKind Key { get; init; }

    /// <summary>Of the header, cookie or query parameter; empty for others.</summary>
    public string Name { get; init; } = "";

    /// <summary>How long a cookie lasts that is made where a request has none; zero is as long as the session, null makes none.</summary>
    public TimeSpan? CookieTtl { get; init; }

    /// <summary>What stands behind the value of a cookie that is made: lifetime, path and attributes, as <c>Set-Cookie</c> has them.</summary>
    public string CookieAttributes { get; init; } = "";

    /// <summary>The least number of points on the ring, or the number of slots of the Maglev table.</summary>
    public int Size { get; init; } = DefaultRingSize;
}

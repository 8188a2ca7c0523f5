namespace Bookinfo;

/// <summary>The services of Bookinfo, their versions and where each listens by default.</summary>
internal static class ServiceCatalog
{
    public const string ProductPage = "productpage";
    public const string Details = "details";
    public const string Reviews = "reviews";
    public const string Ratings = "ratings";

    /// <summary>The port that callers write (<c>http://reviews:9080</c>), whatever port an instance really listens on.</summary>
    public const int ServicePort = 9080;

    public const int DefaultBasePort = 9080;

    private static readonly (string Service, string Version)[] Defaults =
    [
        (ProductPage, "v1"),
        (Details, "v1"),
        (Ratings, "v1"),
        (Reviews, "v1"),
        (Reviews, "v2"),
        (Reviews, "v3"),
    ];

    private static readonly Dictionary<string, string[]> Versions = new()
    {
        [ProductPage] = ["v1"],
        [Details] = ["v1"],
        [Reviews] = ["v1", "v2", "v3"],
        [Ratings] = ["v1", "v-faulty", "v-delayed", "v-unavailable", "v-unhealthy"],
    };

    public static IEnumerable<string> Services => Versions.Keys;

    /// <summary>One instance of each version, productpage first, on consecutive ports.</summary>
    public static IReadOnlyList<InstanceSpec> DefaultInstances(int basePort)
        => [.. Defaults.Select((entry, index) => new InstanceSpec(entry.Service, entry.Version, basePort + index))];

    public static IReadOnlyList<string>? VersionsOf(string service) => Versions.GetValueOrDefault(service);

    /// <summary>The port of that version in appsettings.json; a variant that has none of its own stands in for the service's first.</summary>
    public static int DefaultPort(string service, string version)
    {
        var instances = DefaultInstances(DefaultBasePort);
        return (instances.FirstOrDefault(i => i.Service == service && i.Version == version) ?? instances.First(i => i.Service == service)).Port;
    }
}

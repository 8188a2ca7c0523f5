namespace Mesh.Client.Routing;

/// <summary>Which port a URI without one means: by the names of declared ports, else the scheme's default.</summary>
internal sealed class SchemePorts
{
    private static readonly SchemePorts Http = new(80, "http", null);
    private static readonly SchemePorts Https = new(443, "https", "http");
    private static readonly SchemePorts HttpThenHttps = new(80, "http", "https");

    private SchemePorts(int defaultPort, string firstName, string? secondName)
        => (Default, FirstName, SecondName) = (defaultPort, firstName, secondName);

    public int Default { get; }

    public string FirstName { get; }

    public string? SecondName { get; }

    /// <summary>Null for schemes that are no business of an HTTP client. <see cref="Uri"/> gives schemes in lower case.</summary>
    public static SchemePorts? Find(string scheme) => scheme switch
    {
        "http" or "ws" => Http,
        "https" or "wss" or "https+http" => Https,
        "http+https" => HttpThenHttps,
        _ => null,
    };
}

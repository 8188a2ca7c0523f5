namespace Bookinfo.Hosting;

/// <summary>Everything one running service is told from outside.</summary>
internal sealed record ServiceOptions
{
    public const string Loopback = "127.0.0.1";

    public required InstanceSpec Instance { get; init; }

    /// <summary>The address to listen on; <c>*</c> for all.</summary>
    public string Listen { get; init; } = Loopback;

    /// <summary>How long the service goes on once it is told to end.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>Where the server listens, as it wants to be told.</summary>
    public string Url => $"http://{(Listen.Contains(':', StringComparison.Ordinal) ? $"[{Listen}]" : Listen)}:{Instance.Port}";

    public required string PodName { get; init; }

    /// <summary>The folder of appsettings.json.</summary>
    public required string ContentRoot { get; init; }

    /// <summary>A JSON file whose <c>Mesh:Services</c> replaces that of appsettings.json; null where the ports are the default ones.</summary>
    public string? ServicesFile { get; init; }

    /// <summary>Whether the API server of a Kubernetes cluster says which services there are, and where calls go.</summary>
    public bool Kubernetes { get; init; }

    /// <summary>Istio files, absolute paths or patterns.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public bool Verbose { get; init; }

    /// <summary>Further settings, such as <c>Bookinfo:SessionKey</c>; they win over files.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

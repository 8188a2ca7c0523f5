namespace Bookinfo.Launching;

/// <summary>What to start, and how.</summary>
internal sealed record BookinfoOptions
{
    /// <summary>The first of the ports, taken one after the other; 0 looks for a free block.</summary>
    public int BasePort { get; init; } = ServiceCatalog.DefaultBasePort;

    /// <summary>What to run, by service and version; the same pair twice gives two replicas. Null is one of each, as the sample does.</summary>
    public IReadOnlyList<(string Service, string Version)>? Instances { get; init; }

    public bool InProcess { get; init; }

    /// <summary>The folder whose appsettings.json is read and watched.</summary>
    public required string ContentRoot { get; init; }

    /// <summary>Istio files, absolute paths or patterns.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public bool Verbose { get; init; }

    /// <summary>Where goes what the services say.</summary>
    public IServiceOutput Output { get; init; } = new PlainOutput(TextWriter.Null);

    /// <summary>Settings for every service, by configuration key (<c>Mesh:Seed</c>); they win over files.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>How long the services may take to get ready, all together.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);
}

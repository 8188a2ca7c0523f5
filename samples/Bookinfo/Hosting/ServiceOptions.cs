namespace Bookinfo.Hosting;

/// <summary>Everything one running service is told from outside.</summary>
internal sealed record ServiceOptions
{
    public required InstanceSpec Instance { get; init; }

    public required string PodName { get; init; }

    /// <summary>The folder of appsettings.json.</summary>
    public required string ContentRoot { get; init; }

    /// <summary>A JSON file whose <c>Mesh:Services</c> replaces that of appsettings.json; null where the ports are the default ones.</summary>
    public string? ServicesFile { get; init; }

    /// <summary>Istio files, absolute paths or patterns.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public bool Verbose { get; init; }

    /// <summary>Further settings, such as <c>Bookinfo:SessionKey</c>; they win over files.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

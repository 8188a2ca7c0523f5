namespace Bookinfo.CommandLine;

/// <summary>The arguments as given; null where an option was left out.</summary>
internal sealed record CommandLineOptions
{
    public bool Help { get; init; }

    public bool Verbose { get; init; }

    public IReadOnlyList<string> Rules { get; init; } = [];

    public string? ContentRoot { get; init; }

    public int? BasePort { get; init; }

    public bool InProcess { get; init; }

    public string? Service { get; init; }

    public string? Version { get; init; }

    public int? Port { get; init; }

    public string? Listen { get; init; }

    public int? Drain { get; init; }

    public string? PodName { get; init; }

    public bool Kubernetes { get; init; }

    public string? ServicesFile { get; init; }

    /// <summary>Given by the launcher: the service ends when that process does.</summary>
    public int? ParentProcessId { get; init; }
}

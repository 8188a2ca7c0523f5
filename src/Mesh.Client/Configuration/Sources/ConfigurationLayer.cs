using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;

namespace Mesh.Client.Configuration;

/// <summary>One provider of the configuration and the path at which it holds the section: not that of the whole where configurations are
/// chained.</summary>
internal sealed class ConfigurationLayer
{
    public ConfigurationLayer(IConfigurationProvider provider, string path)
    {
        Provider = provider;
        Path = path;
        JsonSource = FindJsonSource(provider);
        JsonPath = JsonSource is null ? null : FileInfo?.PhysicalPath;
    }

    public IConfigurationProvider Provider { get; }

    public string Path { get; }

    /// <summary>Set where the provider is a JSON file, which is read again by our own reader.</summary>
    public FileConfigurationSource? JsonSource { get; }

    /// <summary>Where the JSON file lies on disk; null where only its provider can open it.</summary>
    public string? JsonPath { get; }

    public IFileInfo? FileInfo => JsonSource?.FileProvider?.GetFileInfo(JsonSource.Path ?? "");

    /// <summary>What findings call the provider.</summary>
    public string Description => Provider.ToString() ?? Provider.GetType().Name;

    // A class derived from the JSON provider may decrypt or transform what it reads, so only its own data can be trusted.
    private static FileConfigurationSource? FindJsonSource(IConfigurationProvider provider) => provider switch
    {
        Microsoft.Extensions.Configuration.Json.JsonConfigurationProvider json
            => json.GetType() == typeof(Microsoft.Extensions.Configuration.Json.JsonConfigurationProvider) ? json.Source : null,
        FileConfigurationProvider { Source: { Path: { } path } source } when path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) => source,
        _ => null,
    };
}

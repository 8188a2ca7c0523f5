using System.Diagnostics.Metrics;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

internal sealed partial class MeshRuntime
{
    private const string DefaultSection = "Mesh";

    /// <summary>The mesh of a service provider.</summary>
    public static MeshRuntime Create(IServiceProvider services) => new(
        SectionOf(
            services.GetService<MeshSection>()?.Section ?? services.GetService<IConfiguration>(),
            services.GetService<IHostEnvironment>()?.ContentRootPath),
        services.GetServices<IMeshConfigurationSource>(),
        services.GetServices<IMeshEndpointSource>(),
        services.GetRequiredService<ILoggerFactory>(),
        new MeshTelemetry(services.GetService<IMeterFactory>()),
        services.GetService<TimeProvider>() ?? TimeProvider.System,
        services.GetService<ServiceEndpointResolver>(),
        services.GetService<IHostDirectory>(),
        StatePathOf(services.GetService<MeshSection>()?.Section ?? services.GetService<IConfiguration>(), services.GetService<IHostEnvironment>()?.ContentRootPath));

    /// <summary>A mesh without dependency injection.</summary>
    public static MeshRuntime Create(MeshHandlerOptions options)
    {
        MeshRuntime? runtime = null;
        var parts = new List<MeshPartServices>();
        try
        {
            foreach (var part in options.Parts)
            {
                parts.Add(part.Create(options, () => runtime!));
            }

            return runtime = new(
                SectionOf(options.Configuration, contentRoot: null),
                options.Sources.Concat(parts.SelectMany(part => part.Sources)),
                options.EndpointSources.Concat(parts.SelectMany(part => part.EndpointSources)),
                options.LoggerFactory ?? NullLoggerFactory.Instance,
                new MeshTelemetry(options.MeterFactory),
                options.TimeProvider ?? TimeProvider.System,
                serviceDiscovery: null,
                options.HostDirectory ?? parts.Select(part => part.HostDirectory).FirstOrDefault(directory => directory is not null),
                StatePathOf(options.Configuration, contentRoot: null))
            {
                Owned = [.. parts.Select(part => part.Owner)],
            };
        }
        finally
        {
            if (runtime is null)
            {
                parts.ForEach(part => part.Owner.Dispose());
            }
        }
    }

    /// <summary>Where the last good state is kept, which is to be known before any rules are; null where it is not.</summary>
    private static string? StatePathOf(IConfiguration? configuration, string? contentRoot)
    {
        const string Key = "State:Path";
        return (configuration is IConfigurationSection section ? section[Key] : configuration?[$"{DefaultSection}:{Key}"]) is { Length: > 0 } path
            ? Path.GetFullPath(path, contentRoot is null ? AppContext.BaseDirectory : Path.GetFullPath(contentRoot))
            : null;
    }

    /// <summary>A section stands for itself; anything else holds the section <c>Mesh</c>.</summary>
    private static ConfigurationSectionReader? SectionOf(IConfiguration? configuration, string? contentRoot) => configuration switch
    {
        null => null,
        IConfigurationSection section => new ConfigurationSectionReader(section, "", contentRoot),
        _ => new ConfigurationSectionReader(configuration, DefaultSection, contentRoot),
    };
}

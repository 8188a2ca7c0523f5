using Mesh.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

/// <summary>Sources of rules and of endpoints, and who else may use them.</summary>
/// <remarks>
/// The section of the configuration comes first, then the sources in the order in which they are added; where two define the same object or
/// setting, the later wins.
/// </remarks>
public static class MeshBuilderExtensions
{
    /// <summary>Istio resources in YAML or JSON files, watched. Files that match but do not exist yet are taken up when they
    /// appear.</summary>
    /// <remarks>
    /// Files are read in the order of the patterns, those of one pattern by path; a file that matches two counts with the first.
    /// With a wildcard only <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files match, and none whose name begins with a dot. A file that is
    /// refused or cannot be read keeps the rules it held before; one that is deleted takes its rules with it after half a second. Write a
    /// file under another name and rename it into place where it must never be read half-written.
    /// </remarks>
    /// <param name="builder">The mesh.</param>
    /// <param name="patterns">Paths, absolute or relative to the content root, without a host to <see cref="AppContext.BaseDirectory"/>;
    /// the last segment may hold <c>*</c> and <c>?</c>. A directory (one that is there, or a path that ends in a slash) stands for all rule files
    /// in it, not below it. None at all adds nothing.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">A pattern is empty, or has a wildcard before its last segment.</exception>
    public static IMeshBuilder AddIstioYaml(this IMeshBuilder builder, params string[] patterns)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(patterns);
        foreach (var pattern in patterns)
        {
            if (FilePattern.Check(pattern) is { } problem)
            {
                throw new ArgumentException(problem, nameof(patterns));
            }
        }

        var copy = patterns.ToArray();
        if (copy.Length > 0)
        {
            builder.Services.AddSingleton<IMeshConfigurationSource>(services => new IstioFileSource(
                copy,
                services.GetService<IHostEnvironment>()?.ContentRootPath ?? AppContext.BaseDirectory,
                services.GetService<TimeProvider>() ?? TimeProvider.System));
        }

        return builder;
    }

    /// <summary>A source of your own. Later sources win where two define the same object or setting.</summary>
    /// <param name="builder">The mesh.</param>
    /// <param name="source">The source; the mesh does not dispose it.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddSource(this IMeshBuilder builder, IMeshConfigurationSource source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Services.AddSingleton(source);
        return builder;
    }

    /// <summary>A source of endpoints of your own. Services name it in <c>Discovery</c>, or all of them by <c>DefaultDiscovery</c>.</summary>
    /// <param name="builder">The mesh.</param>
    /// <param name="source">The source; the mesh does not dispose it. Two of one name make the mesh throw when it is made.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">Its name cannot be used.</exception>
    public static IMeshBuilder AddEndpointSource(this IMeshBuilder builder, IMeshEndpointSource source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        if (DiscoveryWords.FindProblem(source.Name) is { } problem)
        {
            throw new ArgumentException(problem, nameof(source));
        }

        builder.Services.AddSingleton(source);
        return builder;
    }

    /// <summary>The same for a source that needs services of the application.</summary>
    /// <param name="builder">The mesh.</param>
    /// <param name="create">Makes the source, once, when the mesh is made; the service provider disposes it. A name that cannot be used makes the
    /// mesh throw then.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddEndpointSource(this IMeshBuilder builder, Func<IServiceProvider, IMeshEndpointSource> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        builder.Services.AddSingleton(create);
        return builder;
    }

    /// <summary>Makes the endpoints of the mesh known to Microsoft.Extensions.ServiceDiscovery: for gRPC, YARP and whoever else asks it
    /// without going through a meshed client. It is a provider beside those that <c>AddServiceDiscovery()</c> registers; of several that know a service the
    /// one that was registered first answers.</summary>
    /// <remarks>
    /// <para>Asked for are hosts that the rules know, by whichever of their names, with a port by name (<c>http://_admin.reviews</c>) or by scheme; the number of a port does
    /// not reach providers.
    /// Change tokens fire when the endpoints or the rules change. The first question of a service waits for its first endpoints, up to 5 seconds; a service
    /// without endpoints makes it fail, rather than be looked for under its name. Draining endpoints are left out while there are others.</para>
    /// <para>Each endpoint has a feature of type <see cref="MeshEndpoint"/> with its labels, locality, weight and priority, and the service as its host name. Services that
    /// the mesh itself finds by <c>"Discovery": "ServiceDiscovery"</c> are left to the other providers.</para>
    /// </remarks>
    /// <param name="builder">The mesh.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddServiceDiscoveryProvider(this IMeshBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceEndpointProviderFactory, MeshEndpointProviderFactory>());
        return builder;
    }
}

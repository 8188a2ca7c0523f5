using Mesh.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Client;

/// <summary>Sources of rules.</summary>
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
}

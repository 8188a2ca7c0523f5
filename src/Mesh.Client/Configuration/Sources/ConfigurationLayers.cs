using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace Mesh.Client.Configuration;

/// <summary>Takes a configuration apart into its providers, those of chained configurations included, in the order in which later ones win.</summary>
internal static class ConfigurationLayers
{
    /// <summary>More chained configurations than this inside each other are a loop.</summary>
    private const int MaximumChain = 16;

    /// <summary>The providers below <paramref name="configuration"/>, each with the place of <paramref name="path"/> in it.</summary>
    public static List<ConfigurationLayer> Collect(IConfiguration configuration, string path)
    {
        var layers = new List<ConfigurationLayer>();
        Collect(configuration, path, 0, layers);
        return layers;
    }

    private static void Collect(IConfiguration configuration, string path, int depth, List<ConfigurationLayer> layers)
    {
        if (depth < MaximumChain && configuration is IConfigurationRoot root)
        {
            foreach (var provider in root.Providers)
            {
                if (provider is ChainedConfigurationProvider chained)
                {
                    Collect(chained.Configuration, path, depth + 1, layers);
                }
                else
                {
                    layers.Add(new ConfigurationLayer(provider, path));
                }
            }
        }
        else if (depth < MaximumChain && configuration is IConfigurationSection section && FindRoot(section) is { } sectionRoot)
        {
            Collect(sectionRoot, path.Length == 0 ? section.Path : ConfigurationPath.Combine(section.Path, path), depth + 1, layers);
        }
        else
        {
            var source = new ChainedConfigurationSource { Configuration = configuration };
            layers.Add(new ConfigurationLayer(new ChainedConfigurationProvider(source), path));
        }
    }

    /// <summary>The configuration a section is part of. The framework's section knows it but does not say; without it all that is left is the
    /// flattened values, which have lost order and types.</summary>
    private static IConfigurationRoot? FindRoot(IConfigurationSection section)
    {
        if (section.GetType() != typeof(ConfigurationSection))
        {
            return null;
        }

        try
        {
            return RootOf((ConfigurationSection)section);
        }
        catch (MissingFieldException)
        {
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_root")]
    private static extern ref IConfigurationRoot RootOf(ConfigurationSection section);
}

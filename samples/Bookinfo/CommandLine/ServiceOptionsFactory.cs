using Bookinfo.Hosting;

namespace Bookinfo.CommandLine;

internal static class ServiceOptionsFactory
{
    public static ServiceOptions From(CommandLineOptions options)
    {
        var contentRoot = ContentRoot.Find(options.ContentRoot);
        var service = options.Service!;
        var version = options.Version ?? "v1";
        var instance = new InstanceSpec(service, version, options.Port ?? ServiceCatalog.DefaultPort(service, version));
        return new ServiceOptions
        {
            Instance = instance,
            Listen = options.Listen ?? ServiceOptions.Loopback,
            Drain = TimeSpan.FromSeconds(options.Drain ?? 0),
            PodName = options.PodName ?? instance.PodName,
            ContentRoot = contentRoot,
            ServicesFile = options.ServicesFile is null ? null : Path.GetFullPath(options.ServicesFile),
            Rules = RuleFiles.Resolve(options.Rules, contentRoot),
            Kubernetes = options.Kubernetes,
            Verbose = options.Verbose,
        };
    }
}

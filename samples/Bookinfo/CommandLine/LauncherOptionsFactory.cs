using Bookinfo.Hosting;
using Bookinfo.Launching;

namespace Bookinfo.CommandLine;

internal static class LauncherOptionsFactory
{
    public static BookinfoOptions From(CommandLineOptions options)
    {
        var contentRoot = ContentRoot.Find(options.ContentRoot);
        return new BookinfoOptions
        {
            BasePort = options.BasePort ?? ServiceCatalog.DefaultBasePort,
            InProcess = options.InProcess,
            ContentRoot = contentRoot,
            Rules = RuleFiles.Resolve(options.Rules, contentRoot),
            Verbose = options.Verbose,
        };
    }
}

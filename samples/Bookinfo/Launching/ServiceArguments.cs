using Bookinfo.Hosting;

namespace Bookinfo.Launching;

/// <summary>The arguments that make this program the service described.</summary>
internal static class ServiceArguments
{
    /// <summary>All of them, for a process that the launcher starts.</summary>
    public static IEnumerable<string> Of(ServiceOptions options)
        => ["--podname", options.PodName, "--content-root", options.ContentRoot, .. Shortest(options)];

    /// <summary>Only what a person has to type.</summary>
    public static IEnumerable<string> Shortest(ServiceOptions options)
    {
        var instance = options.Instance;
        List<string> arguments = ["--service", instance.Service, "--version", instance.Version, "--port", $"{instance.Port}"];
        if (options.ServicesFile is not null)
        {
            arguments.AddRange(["--services", options.ServicesFile]);
        }

        if (options.Rules.Count > 0)
        {
            arguments.AddRange(["--rules", .. options.Rules]);
        }

        if (options.Verbose)
        {
            arguments.Add("--verbose");
        }

        return arguments;
    }
}

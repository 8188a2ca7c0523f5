using System.Globalization;
using System.Net;

namespace Bookinfo.CommandLine;

/// <summary>Turns arguments into options. Options are few enough to be read by hand; each is <c>--name value</c> or <c>--name=value</c>.</summary>
internal static class CommandLineParser
{
    public static CommandLineOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CommandLineOptions();
        var rest = new Queue<string>(args.SelectMany(SplitAtEquals));
        while (rest.TryDequeue(out var name))
        {
            options = name switch
            {
                "--help" or "-h" or "-?" => options with { Help = true },
                "--verbose" => options with { Verbose = true },
                "--in-process" => options with { InProcess = true },
                "--rules" => options with { Rules = [.. options.Rules, .. Values(name, rest)] },
                "--content-root" => options with { ContentRoot = Value(name, rest) },
                "--base-port" => options with { BasePort = Number(name, rest, 0, ushort.MaxValue) },
                "--service" => options with { Service = Value(name, rest) },
                "--version" => options with { Version = Value(name, rest) },
                "--port" => options with { Port = Number(name, rest, 1, ushort.MaxValue) },
                "--listen" => options with { Listen = Address(name, rest) },
                "--drain" => options with { Drain = Number(name, rest, 0, 3600) },
                "--kubernetes" => options with { Kubernetes = true },
                "--podname" => options with { PodName = Value(name, rest) },
                "--services" => options with { ServicesFile = Value(name, rest) },
                "--parent-pid" => options with { ParentProcessId = Number(name, rest, 1, int.MaxValue) },
                _ => throw new UsageException($"'{name}' is not an option of Bookinfo."),
            };
        }

        Check(options);
        return options;
    }

    private static IEnumerable<string> SplitAtEquals(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return argument.StartsWith("--", StringComparison.Ordinal) && equals > 0 ? [argument[..equals], argument[(equals + 1)..]] : [argument];
    }

    private static string Value(string name, Queue<string> rest)
        => rest.TryPeek(out var next) && !next.StartsWith("--", StringComparison.Ordinal)
            ? rest.Dequeue()
            : throw new UsageException($"{name} needs a value.");

    private static List<string> Values(string name, Queue<string> rest)
    {
        List<string> values = [Value(name, rest)];
        while (rest.TryPeek(out var next) && !next.StartsWith("--", StringComparison.Ordinal))
        {
            values.Add(rest.Dequeue());
        }

        return values;
    }

    private static int Number(string name, Queue<string> rest, int least, int most)
    {
        var text = Value(name, rest);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} takes a whole number from {least} to {most}, not '{text}'.");
    }

    private static string Address(string name, Queue<string> rest)
    {
        var text = Value(name, rest);
        return text == "*" || IPAddress.TryParse(text, out _) ? text : throw new UsageException($"{name} takes an IP address, or * for all, not '{text}'.");
    }

    private static void Check(CommandLineOptions options)
    {
        if (options.Service is null)
        {
            if (options.Version is not null || options.Port is not null || options.PodName is not null || options.ServicesFile is not null
                || options.Listen is not null || options.Drain is not null || options.Kubernetes)
            {
                throw new UsageException("--version, --port, --listen, --drain, --podname, --services and --kubernetes describe one service: name it with --service.");
            }

            return;
        }

        if (options.BasePort is not null || options.InProcess)
        {
            throw new UsageException("--base-port and --in-process start the whole set; --service starts one service alone.");
        }

        var versions = ServiceCatalog.VersionsOf(options.Service)
            ?? throw new UsageException($"There is no service '{options.Service}'; there are {string.Join(", ", ServiceCatalog.Services)}.");
        if (options.Version is { } version && !versions.Contains(version))
        {
            throw new UsageException($"{options.Service} has no version '{version}'; it has {string.Join(", ", versions)}.");
        }
    }
}

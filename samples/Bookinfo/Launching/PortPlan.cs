using System.Net;
using System.Net.Sockets;

namespace Bookinfo.Launching;

/// <summary>Gives each instance a port and makes sure that all of them can be had before anything is started.</summary>
internal static class PortPlan
{
    // Below the ports that operating systems hand to outgoing connections, so that none of those takes a port between this look and its use.
    private const int FirstFree = 12000;
    private const int LastFree = 31000;
    private const int Tries = 200;

    public static IReadOnlyList<InstanceSpec> Make(BookinfoOptions options)
    {
        var basePort = options.BasePort;
        if (basePort != 0)
        {
            var instances = Number(options, basePort);
            if (instances[^1].Port > ushort.MaxValue)
            {
                throw new BookinfoException($"Bookinfo needs {instances.Count} ports from --base-port up; {basePort} is too near to the last port {ushort.MaxValue}.");
            }

            foreach (var instance in instances)
            {
                if (Probe(instance.Port) is { } error)
                {
                    throw new BookinfoException(PortMessages.CannotListen(
                        instance, error, "move all ports with --base-port 19080, or let Bookinfo find free ones with --base-port 0"));
                }
            }

            return instances;
        }

        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var instances = Number(options, Random.Shared.Next(FirstFree, LastFree));
            if (instances.All(instance => Probe(instance.Port) is null))
            {
                return instances;
            }
        }

        throw new BookinfoException($"No free block of ports was found between {FirstFree} and {LastFree}. Name one with --base-port.");
    }

    /// <summary>Null where the port can be listened on.</summary>
    public static SocketError? Probe(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static IReadOnlyList<InstanceSpec> Number(BookinfoOptions options, int basePort) => options.Instances is null
        ? ServiceCatalog.DefaultInstances(basePort)
        : [.. options.Instances.Select((entry, index) => new InstanceSpec(entry.Service, entry.Version, basePort + index))];
}

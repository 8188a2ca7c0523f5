using System.Collections.Concurrent;
using System.Globalization;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Pipeline;

/// <summary>Tells of calls that no rule applies to because of their port alone: once for each host and port, and of so many in all, since
/// callers may take ports from user input.</summary>
internal sealed class UndeclaredPortReporter(ILogger logger)
{
    private const int Limit = 100;

    private readonly ConcurrentDictionary<(string Host, int Port, string? PortName), bool> _told = new();
    private int _count;

    /// <param name="host">The host, which does not declare the port.</param>
    /// <param name="uri">What was called.</param>
    /// <param name="isBlocked">The call is refused, else it passes by the mesh.</param>
    public void Tell(HostModel host, Uri uri, bool isBlocked)
    {
        if (Volatile.Read(ref _count) >= Limit)
        {
            return;
        }

        var name = NameIn(uri);
        var port = uri.Port > 0 ? uri.Port : SchemePorts.Find(uri.Scheme)!.Default;
        if (!_told.TryAdd((host.Name, port, name), true) || Interlocked.Increment(ref _count) > Limit || !logger.IsEnabled(LogLevel.Warning))
        {
            return;
        }

        PipelineLog.UndeclaredPort(
            logger,
            host.Name,
            name ?? port.ToString(CultureInfo.InvariantCulture),
            host.Ports.Length == 0 ? "none" : string.Join(", ", host.Ports.Select(Describe)),
            isBlocked
                ? "are answered 502, since only known hosts may be called (REGISTRY_ONLY)"
                : "pass by the mesh and go through the client's own handler, untouched by any rule");
    }

    /// <summary>The port by name, as in <c>http://_admin.reviews</c>.</summary>
    private static string? NameIn(Uri uri)
        => uri.IdnHost is ['_', ..] host && host.IndexOf('.', StringComparison.Ordinal) is > 1 and var dot ? host[1..dot] : null;

    private static string Describe(PortModel port)
        => port.Name is null ? port.Number.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{port.Number} ({port.Name})");
}

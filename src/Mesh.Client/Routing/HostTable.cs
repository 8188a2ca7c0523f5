using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Finds what a URI addresses: exact name, then the longest wildcard. No allocation.</summary>
internal static class HostTable
{
    /// <summary>False where the mesh does not know the host, or the host does not declare the port.</summary>
    public static bool TryFind(MeshSnapshot snapshot, Uri uri, out HostMatch match) => Find(snapshot, uri, out match) == HostMiss.None;

    /// <param name="snapshot">The rules.</param>
    /// <param name="uri">What the caller wrote.</param>
    /// <param name="match">What was found; of an undeclared port the host, with port 0.</param>
    public static HostMiss Find(MeshSnapshot snapshot, Uri uri, out HostMatch match)
    {
        match = default;
        if (!uri.IsAbsoluteUri || SchemePorts.Find(uri.Scheme) is not { } scheme)
        {
            return HostMiss.Scheme;
        }

        ReadOnlySpan<char> name = uri.IdnHost;
        name = name is [.., '.'] ? name[..^1] : name;
        if (name.IsEmpty || !TryFindHost(snapshot, name, out var host, out var portName))
        {
            return HostMiss.Host;
        }

        var isDeclared = TryFindPort(host, uri, scheme, portName, out var port);
        match = new(host, isDeclared ? port : 0);
        return isDeclared ? HostMiss.None : HostMiss.Port;
    }

    /// <param name="snapshot">The rules.</param>
    /// <param name="name">The host without a trailing dot.</param>
    /// <param name="host">What was found.</param>
    /// <param name="portName">The port that <c>_port.service</c> names, else empty.</param>
    private static bool TryFindHost(MeshSnapshot snapshot, ReadOnlySpan<char> name, out HostModel host, out ReadOnlySpan<char> portName)
    {
        portName = [];
        if (snapshot.Hosts.TryGetValue(name, out host!))
        {
            return true;
        }

        var dot = name[0] == '_' ? name.IndexOf('.') : -1;
        if (dot > 1 && snapshot.Hosts.TryGetValue(name[(dot + 1)..], out host!))
        {
            portName = name[1..dot];
            return true;
        }

        return TryFindWildcard(snapshot, name, out host);
    }

    private static bool TryFindWildcard(MeshSnapshot snapshot, ReadOnlySpan<char> name, out HostModel host)
    {
        host = null!;
        if (snapshot.WildcardsBySuffix.Count == 0)
        {
            return false;
        }

        foreach (var length in snapshot.WildcardLengths)
        {
            if (length < name.Length && snapshot.WildcardsBySuffix.TryGetValue(name[^length..], out host!))
            {
                return true;
            }
        }

        if (snapshot.WildcardLengths.Length > 0)
        {
            return false;
        }

        // Labels fall off from the left, so the first suffix found is the longest; the first character belongs to the wildcard.
        var start = 0;
        while (name[(start + 1)..].IndexOf('.') is >= 0 and var next)
        {
            start += 1 + next;
            if (snapshot.WildcardsBySuffix.TryGetValue(name[start..], out host!))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryFindPort(HostModel host, Uri uri, SchemePorts scheme, ReadOnlySpan<char> portName, out int port)
    {
        var written = uri.Port;
        port = written > 0 ? written : scheme.Default;
        if (host.Ports is not { Length: > 0 } ports)
        {
            return portName.IsEmpty;
        }

        if (!portName.IsEmpty)
        {
            return TryFindPort(ports, portName, out port);
        }

        if (written > 0 && Has(ports, port))
        {
            return true;
        }

        return uri.IsDefaultPort && !IsHidden(host, port) && TryFindDefaultPort(ports, scheme, out port);
    }

    /// <summary>The service has the port, and the Sidecar of this process does not show it: another one is not meant.</summary>
    private static bool IsHidden(HostModel host, int port)
        => host.Service is { } service && !ReferenceEquals(service.Ports, host.Ports) && Has(service.Ports, port);

    private static bool Has(PortModel[] ports, int number)
    {
        for (var i = 0; i < ports.Length; i++)
        {
            if (ports[i].Number == number)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryFindDefaultPort(PortModel[] ports, SchemePorts scheme, out int port)
    {
        port = ports[0].Number;
        return ports.Length == 1 || TryFindPort(ports, scheme.FirstName, out port) || TryFindPort(ports, scheme.SecondName, out port);
    }

    private static bool TryFindPort(PortModel[] ports, ReadOnlySpan<char> name, out int port)
    {
        port = 0;
        for (var i = 0; i < ports.Length && !name.IsEmpty; i++)
        {
            if (name.Equals(ports[i].Name, StringComparison.OrdinalIgnoreCase))
            {
                port = ports[i].Number;
                return true;
            }
        }

        return false;
    }
}

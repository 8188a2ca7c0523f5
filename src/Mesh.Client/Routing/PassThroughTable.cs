using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Asked only where a host is not known; empty where no ServiceEntry declares a wildcard.</summary>
internal static class PassThroughTable
{
    /// <summary>The wildcard that covers a host which is not known otherwise; null for none.</summary>
    public static PassThroughHost? Find(MeshSnapshot snapshot, Uri? uri)
    {
        if (snapshot.PassThrough.Count == 0 || uri is not { IsAbsoluteUri: true })
        {
            return null;
        }

        ReadOnlySpan<char> name = uri.IdnHost;
        name = name is [.., '.'] ? name[..^1] : name;
        var bySuffix = snapshot.PassThroughBySuffix.GetAlternateLookup<ReadOnlySpan<char>>();

        // The first character belongs to the wildcard.
        foreach (var length in snapshot.PassThroughLengths)
        {
            if (length < name.Length && bySuffix.TryGetValue(name[^length..], out var host) && Takes(host, uri.Port))
            {
                return host;
            }
        }

        return null;
    }

    private static bool Takes(PassThroughHost host, int number)
    {
        foreach (var port in host.Ports)
        {
            if (port.Number == number)
            {
                return true;
            }
        }

        return host.Ports.Length == 0;
    }
}

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
        PassThroughHost? found = null;
        foreach (var host in snapshot.PassThrough)
        {
            if (name.Length > host.Suffix.Length && name.EndsWith(host.Suffix, StringComparison.OrdinalIgnoreCase)
                && (host.Ports.Length == 0 || Array.Exists(host.Ports, port => port.Number == uri.Port))
                && (found is null || host.Suffix.Length > found.Suffix.Length))
            {
                found = host;
            }
        }

        return found;
    }
}

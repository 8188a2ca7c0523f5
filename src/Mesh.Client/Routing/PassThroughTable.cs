using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Asked only where a host is not known and unknown hosts may not be called.</summary>
internal static class PassThroughTable
{
    public static bool Covers(MeshSnapshot snapshot, Uri? uri)
    {
        if (snapshot.PassThrough.Count == 0 || uri is not { IsAbsoluteUri: true })
        {
            return false;
        }

        ReadOnlySpan<char> name = uri.IdnHost;
        name = name is [.., '.'] ? name[..^1] : name;
        foreach (var host in snapshot.PassThrough)
        {
            if (name.Length > host.Suffix.Length && name.EndsWith(host.Suffix, StringComparison.OrdinalIgnoreCase)
                && (host.Ports.Length == 0 || Array.Exists(host.Ports, port => port.Number == uri.Port)))
            {
                return true;
            }
        }

        return false;
    }
}

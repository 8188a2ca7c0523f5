using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model;

/// <summary>Texts on the whole way to a snapshot.</summary>
internal static class Compiled
{
    public static MeshSnapshot Section(string section) => Documents(Loading.Section(section));

    public static MeshSnapshot Documents(params LoadedDocument[] documents)
    {
        Assert.All(documents, Loading.NotRefused);
        return SnapshotCompiler.Compile(ConfigurationMerger.Merge(documents).Configuration, 1);
    }

    public static string[] Addresses(MeshSnapshot snapshot, string host) => [.. snapshot.Hosts[host].Service!.Endpoints.Select(endpoint => endpoint.Address)];
}

using System.Text.Json;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Deployment;

/// <summary>The manifests of samples/Bookinfo, as kustomize makes them.</summary>
internal sealed class BookinfoManifests : IDisposable
{
    public const string Namespace = "bookinfo";

    private static readonly string Source = RepositoryRoot.Combine("samples", "Bookinfo", "deploy");

    private readonly KubeServer _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-manifests").FullName;

    private BookinfoManifests(KubeServer server) => _server = server;

    /// <summary>Every folder with a kustomization, below the folder of all.</summary>
    public static IEnumerable<string> All => Directory.EnumerateFiles(Source, "kustomization.yaml", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Source, Path.GetDirectoryName(file)!))
        .Order(StringComparer.Ordinal);

    /// <summary>The namespace is there from then on: objects in one that is not cannot even be tried.</summary>
    public static async Task<BookinfoManifests> OnAsync(KubeServer server)
    {
        var manifests = new BookinfoManifests(server);
        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            // The kustomize of this kubectl has another word for folders.
            var text = (await File.ReadAllTextAsync(file)).Replace("resources:\n- ../../base\n", "bases:\n- ../../base\nresources:\n", StringComparison.Ordinal);
            var copy = Path.Combine(manifests._folder, "source", Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await File.WriteAllTextAsync(copy, text);
        }

        await server.KubectlAsync("apply", "-f", Path.Combine(Source, "base", "namespace.yaml"));
        return manifests;
    }

    /// <param name="name">One of <see cref="All"/>.</param>
    /// <returns>A file with all objects of it.</returns>
    public async Task<string> BuildAsync(string name)
    {
        var file = Path.Combine(_folder, name.Replace(Path.DirectorySeparatorChar, '-') + ".yaml");
        await File.WriteAllTextAsync(file, await _server.KubectlAsync("kustomize", Path.Combine(_folder, "source", name)));
        return file;
    }

    /// <summary>A kubeconfig file of one of its service accounts.</summary>
    public async Task<string> KubeConfigOfAsync(string account)
    {
        var file = Path.Combine(_folder, account + ".kubeconfig");
        await File.WriteAllTextAsync(file, KubeConfigs.For(_server.Address, _server.File("ca.crt"), $"token: \"{await TokenOfAsync(account)}\""));
        return file;
    }

    public async Task<string> TokenOfAsync(string account)
    {
        var answer = await _server.Api.CreateAsync(
            $"/api/v1/namespaces/{Namespace}/serviceaccounts/{account}/token",
            """{ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": { "expirationSeconds": 3600 } }""");
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("status").GetProperty("token").GetString()!;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

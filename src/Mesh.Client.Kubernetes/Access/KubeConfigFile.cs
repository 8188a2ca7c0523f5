using System.Globalization;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>A kubeconfig file: what the types of the Kubernetes client library hold of it, and the fields that they do not have.</summary>
internal sealed class KubeConfigFile
{
    private readonly YamlMappingNode _root;

    private KubeConfigFile(string path, K8SConfiguration content, YamlMappingNode root)
    {
        Path = path;
        Content = content;
        _root = root;
    }

    public string Path { get; }

    public K8SConfiguration Content { get; }

    /// <exception cref="KubernetesAccessException">There is no such file, or it is no kubeconfig.</exception>
    public static KubeConfigFile Read(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var text = AccessFile.Read(full, "a kubeconfig");
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }, ..])
            {
                return new KubeConfigFile(full, KubeConfigContent.Read(root), root);
            }

            throw new KubernetesAccessException($"{full} is no kubeconfig: an object with clusters, users and contexts is expected.");
        }
        catch (YamlException exception)
        {
            var innermost = exception.GetBaseException();
            throw new KubernetesAccessException(
                string.Create(CultureInfo.InvariantCulture, $"{full}, line {exception.Start.Line}, is no kubeconfig: {innermost.Message}"), exception);
        }
        catch (FormatException exception)
        {
            throw new KubernetesAccessException($"{full} is no kubeconfig: {exception.Message}", exception);
        }
    }

    /// <summary>A path of the file, relative to its folder.</summary>
    public string Resolve(string path) => System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(Path)!);

    /// <summary>A text field of <c>LIST[name].KIND.FIELD</c>, such as <c>users[name].user.tokenFile</c>; null where it is not there.</summary>
    public string? Field(string list, string name, string kind, string field)
        => KubeConfigContent.Entries(_root, list, entry => KubeConfigContent.Text(entry, "name") == name ? KubeConfigContent.Map(entry, kind) : null)
            .FirstOrDefault(found => found is not null) is { } found && KubeConfigContent.Text(found, field) is { Length: > 0 } value
                ? value
                : null;
}

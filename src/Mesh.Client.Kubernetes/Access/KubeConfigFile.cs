using System.Globalization;
using k8s;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>A kubeconfig file: what the Kubernetes client library reads of it, and the fields that it does not know.</summary>
internal sealed class KubeConfigFile
{
    private readonly YamlNode? _root;

    private KubeConfigFile(string path, K8SConfiguration content, YamlNode? root)
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
                using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
                return new KubeConfigFile(full, KubernetesClientConfiguration.LoadKubeConfig(bytes), root);
            }

            throw new KubernetesAccessException($"{full} is no kubeconfig: an object with clusters, users and contexts is expected.");
        }
        catch (YamlException exception)
        {
            var innermost = exception.GetBaseException();
            throw new KubernetesAccessException(
                string.Create(CultureInfo.InvariantCulture, $"{full}, line {exception.Start.Line}, is no kubeconfig: {innermost.Message}"), exception);
        }
        catch (Exception exception) when (exception is NullReferenceException or InvalidCastException or ArgumentException or FormatException)
        {
            // What the library makes of a list that is null, for one.
            throw new KubernetesAccessException($"{full} is no kubeconfig: {exception.Message}", exception);
        }
    }

    /// <summary>A path of the file, relative to its folder.</summary>
    public string Resolve(string path) => System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(Path)!);

    /// <summary>A text field of <c>LIST[name].KIND.FIELD</c>, such as <c>users[name].user.tokenFile</c>; null where it is not there.</summary>
    public string? Field(string list, string name, string kind, string field)
        => Child(_root, list) is YamlSequenceNode entries
            && entries.FirstOrDefault(entry => Text(Child(entry, "name")) == name) is { } found
            && Text(Child(Child(found, kind), field)) is { Length: > 0 } value
                ? value
                : null;

    private static YamlNode? Child(YamlNode? node, string key)
        => node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;
}

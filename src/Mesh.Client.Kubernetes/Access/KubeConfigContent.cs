using System.Globalization;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>Takes what is read of a kubeconfig file out of its YAML. The client library does it by reflection, of which ahead-of-time compilation leaves nothing.</summary>
internal static class KubeConfigContent
{
    /// <exception cref="FormatException">Something has another form than it should.</exception>
    public static K8SConfiguration Read(YamlMappingNode root) => new()
    {
        CurrentContext = Text(root, "current-context"),
        Contexts = Entries(root, "contexts", entry => new Context
        {
            Name = Text(entry, "name"),
            ContextDetails = Map(entry, "context") is { } details
                ? new ContextDetails { Cluster = Text(details, "cluster"), User = Text(details, "user"), Namespace = Text(details, "namespace") }
                : null,
        }),
        Clusters = Entries(root, "clusters", entry => new Cluster { Name = Text(entry, "name"), ClusterEndpoint = Map(entry, "cluster") is { } cluster ? ReadCluster(cluster) : null }),
        Users = Entries(root, "users", entry => new User { Name = Text(entry, "name"), UserCredentials = Map(entry, "user") is { } user ? ReadUser(user) : null }),
    };

    /// <summary>A text field; null where it is not there, or null.</summary>
    public static string? Text(YamlMappingNode map, string key) => Child(map, key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw Wrong(key, "a text", other),
    };

    public static YamlMappingNode? Map(YamlMappingNode map, string key)
        => Child(map, key) is { } child ? child as YamlMappingNode ?? throw Wrong(key, "an object", child) : null;

    public static List<T> Entries<T>(YamlMappingNode map, string key, Func<YamlMappingNode, T> read)
        => [.. Items(map, key)?.Select(entry => read(entry as YamlMappingNode ?? throw Wrong(key, "a list of objects", entry))) ?? []];

    private static ClusterEndpoint ReadCluster(YamlMappingNode cluster) => new()
    {
        Server = Text(cluster, "server"),
        TlsServerName = Text(cluster, "tls-server-name"),
        CertificateAuthority = Text(cluster, "certificate-authority"),
        CertificateAuthorityData = Text(cluster, "certificate-authority-data"),
        SkipTlsVerify = Flag(cluster, "insecure-skip-tls-verify"),
    };

    private static UserCredentials ReadUser(YamlMappingNode user) => new()
    {
        ClientCertificate = Text(user, "client-certificate"),
        ClientCertificateData = Text(user, "client-certificate-data"),
        ClientKey = Text(user, "client-key"),
        ClientKeyData = Text(user, "client-key-data"),
        Token = Text(user, "token"),
        UserName = Text(user, "username"),
        Password = Text(user, "password"),
        Impersonate = Text(user, "as"),
        ImpersonateGroups = Texts(user, "as-groups"),
        ImpersonateUserExtra = Map(user, "as-user-extra")?.ToDictionary(extra => extra.Key.ToString(), extra => extra.Value.ToString()),
        AuthProvider = Map(user, "auth-provider") is { } provider ? new AuthProvider { Name = Text(provider, "name") } : null,
        ExternalExecution = Map(user, "exec") is { } exec ? ReadPlugin(exec) : null,
    };

    private static ExternalExecution ReadPlugin(YamlMappingNode exec) => new()
    {
        ApiVersion = Text(exec, "apiVersion"),
        Command = Text(exec, "command"),
        Arguments = Texts(exec, "args"),
        EnvironmentVariables = Entries(exec, "env", variable => new Dictionary<string, string>
        {
            ["name"] = Text(variable, "name") ?? "",
            ["value"] = Text(variable, "value") ?? "",
        }),
        InstallHint = Text(exec, "installHint"),
        ProvideClusterInfo = Flag(exec, "provideClusterInfo"),
    };

    private static List<string>? Texts(YamlMappingNode map, string key)
        => Items(map, key)?.Select(item => (item as YamlScalarNode)?.Value ?? throw Wrong(key, "a list of texts", item)).ToList();

    private static bool Flag(YamlMappingNode map, string key) => Text(map, key) switch
    {
        null or "" or "false" or "False" or "FALSE" => false,
        "true" or "True" or "TRUE" => true,
        _ => throw Wrong(key, "true or false", map.Children[new YamlScalarNode(key)]),
    };

    private static YamlSequenceNode? Items(YamlMappingNode map, string key)
        => Child(map, key) is { } child ? child as YamlSequenceNode ?? throw Wrong(key, "a list", child) : null;

    private static YamlNode? Child(YamlMappingNode map, string key)
        => map.Children.TryGetValue(new YamlScalarNode(key), out var child) && child is not YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } ? child : null;

    private static FormatException Wrong(string key, string expected, YamlNode found)
        => new(string.Create(CultureInfo.InvariantCulture, $"{key} in line {found.Start.Line} should be {expected}."));
}

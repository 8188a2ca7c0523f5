using System.Net.Http.Headers;
using System.Text;
using k8s.KubeConfigModels;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>Takes the parts of a context out of kubeconfig files; as in kubectl the first file that has a name wins, and paths are relative to the
/// file that holds them.</summary>
internal sealed class KubeConfigReader(IReadOnlyList<KubeConfigFile> files, TimeProvider timeProvider)
{
    private string Paths => string.Join(", ", files.Select(file => file.Path));

    public async Task<KubernetesAccess> ReadAsync(string? wanted, CancellationToken cancellationToken)
    {
        var name = wanted ?? files.Select(file => file.Content.CurrentContext).FirstOrDefault(current => !string.IsNullOrEmpty(current))
            ?? throw new KubernetesAccessException($"{Paths} has no current-context. Set it, or name a context; there are: {Names(config => config.Contexts?.Select(context => context.Name))}.");
        var (file, context) = Find(config => config.Contexts, context => context.Name == name)
            ?? throw new KubernetesAccessException($"{Paths} has no context '{name}'. There are: {Names(config => config.Contexts?.Select(other => other.Name))}.");
        var place = $"context '{name}' of {file.Path}";
        var details = context.ContextDetails ?? throw new KubernetesAccessException($"{place} is empty: cluster and user are expected.");
        var access = new KubernetesAccess(place, ReadCluster(details.Cluster, place), string.IsNullOrEmpty(details.Namespace) ? null : details.Namespace);
        return string.IsNullOrEmpty(details.User) ? access : await WithUserAsync(access, details.User, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The namespace of a context; null where that is not there or names none.</summary>
    public string? FindNamespace(string? wanted)
    {
        var name = wanted ?? files.Select(file => file.Content.CurrentContext).FirstOrDefault(current => !string.IsNullOrEmpty(current));
        return Find(config => config.Contexts, context => context.Name == name)?.Entry.ContextDetails?.Namespace is { Length: > 0 } space ? space : null;
    }

    private TransportSettings ReadCluster(string? name, string place)
    {
        var (file, cluster) = Find(config => config.Clusters, cluster => cluster.Name == name)
            ?? throw new KubernetesAccessException($"{place} names cluster '{name}'. There are: {Names(config => config.Clusters?.Select(other => other.Name))}.");
        place = $"Cluster '{name}' of {file.Path}";
        var endpoint = cluster.ClusterEndpoint ?? throw new KubernetesAccessException($"{place} is empty: a server is expected.");
        if (!Uri.TryCreate(endpoint.Server?.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubernetesAccessException($"{place} has server '{endpoint.Server}': an address such as https://10.0.0.1:6443 is expected.");
        }

        var proxy = file.Field("clusters", cluster.Name, "cluster", "proxy-url");
        Uri? proxyAddress = null;
        if (proxy is not null && !Uri.TryCreate(proxy, UriKind.Absolute, out proxyAddress))
        {
            throw new KubernetesAccessException($"{place} has proxy-url '{proxy}': an address such as http://proxy:3128 is expected.");
        }

        return new TransportSettings(server)
        {
            TlsServerName = string.IsNullOrEmpty(endpoint.TlsServerName) ? null : endpoint.TlsServerName,
            Authorities = Pem(file, endpoint.CertificateAuthorityData, endpoint.CertificateAuthority, "certificate-authority", place),
            SkipsTlsCheck = endpoint.SkipTlsVerify,
            Proxy = proxyAddress,
        };
    }

    private async Task<KubernetesAccess> WithUserAsync(KubernetesAccess access, string name, CancellationToken cancellationToken)
    {
        var (file, user) = Find(config => config.Users, user => user.Name == name)
            ?? throw new KubernetesAccessException($"{access.Place} names user '{name}'. There are: {Names(config => config.Users?.Select(other => other.Name))}.");
        var place = $"User '{name}' of {file.Path}";
        if (user.UserCredentials is not { } credentials)
        {
            return access;
        }

        if (credentials.AuthProvider is { } provider)
        {
            throw new KubernetesAccessException(
                $"{place} has auth-provider '{provider.Name}', which Kubernetes gave up with 1.26. Use exec with the plugin of the provider, such as kubelogin.");
        }

        access = access with { Impersonation = ReadImpersonation(credentials, place) };
        if (Pem(file, credentials.ClientCertificateData, credentials.ClientCertificate, "client-certificate", place) is { } certificate)
        {
            var key = Pem(file, credentials.ClientKeyData, credentials.ClientKey, "client-key", place)
                ?? throw new KubernetesAccessException($"{place} has a client-certificate and no client-key.");
            access = access with { Transport = access.Transport with { ClientCertificate = certificate, ClientKey = key } };
        }

        // As in kubectl, a token file beats a token, and a token beats a password.
        if (file.Field("users", user.Name, "user", "tokenFile") is { } tokenFile)
        {
            return access with
            {
                Authorization = AccessFile.ReadToken(file.Resolve(tokenFile), $"the token of user '{name}'"),
                RefreshAt = timeProvider.GetUtcNow() + AccessFile.TokenLifetime,
            };
        }

        if (!string.IsNullOrEmpty(credentials.Token))
        {
            return access with { Authorization = AccessFile.Bearer(credentials.Token, place) };
        }

        if (!string.IsNullOrEmpty(credentials.UserName))
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.UserName}:{credentials.Password}"));
            return access with { Authorization = new AuthenticationHeaderValue("Basic", pair) };
        }

        return credentials.ExternalExecution is { } plugin
            ? await new ExecPlugin(plugin, file, place, timeProvider).CompleteAsync(access, cancellationToken).ConfigureAwait(false)
            : access;
    }

    private static List<KeyValuePair<string, string>> ReadImpersonation(UserCredentials credentials, string place)
    {
        if (credentials.ImpersonateUserExtra is { Count: > 0 })
        {
            throw new KubernetesAccessException($"{place} has as-user-extra, which is not supported; as and as-groups are.");
        }

        var headers = new List<KeyValuePair<string, string>>();
        if (!string.IsNullOrEmpty(credentials.Impersonate))
        {
            headers.Add(new("Impersonate-User", credentials.Impersonate));
            headers.AddRange((credentials.ImpersonateGroups ?? []).Select(group => KeyValuePair.Create("Impersonate-Group", group)));
        }

        return headers;
    }

    /// <summary>Data beat a file.</summary>
    private static string? Pem(KubeConfigFile file, string? data, string? path, string field, string place)
    {
        if (!string.IsNullOrEmpty(data))
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException exception)
            {
                throw new KubernetesAccessException($"{place} has {field}-data that is not base64.", exception);
            }
        }

        return string.IsNullOrEmpty(path) ? null : AccessFile.Read(file.Resolve(path), $"the {field} of {place}");
    }

    private (KubeConfigFile File, T Entry)? Find<T>(Func<K8SConfiguration, IEnumerable<T>?> list, Func<T, bool> isIt)
        where T : class
    {
        foreach (var file in files)
        {
            if ((list(file.Content) ?? []).FirstOrDefault(isIt) is { } entry)
            {
                return (file, entry);
            }
        }

        return null;
    }

    private string Names(Func<K8SConfiguration, IEnumerable<string>?> list)
        => string.Join(", ", files.SelectMany(file => list(file.Content) ?? []).DefaultIfEmpty("none"));
}

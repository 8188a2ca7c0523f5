using System.Globalization;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>Finds where the API server is and who asks. Each load reads files, and may run a program, anew: not for the thread of a request.</summary>
/// <param name="kubeConfig">As <see cref="MeshKubernetesOptions.KubeConfig"/>.</param>
/// <param name="context">As <see cref="MeshKubernetesOptions.Context"/>.</param>
/// <param name="environment">Variables of the environment.</param>
/// <param name="timeProvider">The clock of credentials that expire.</param>
internal sealed class AccessLoader(string? kubeConfig, string? context, Func<string, string?> environment, TimeProvider timeProvider)
{
    public AccessLoader(MeshKubernetesOptions options, TimeProvider timeProvider)
        : this(options.KubeConfig, options.Context, Environment.GetEnvironmentVariable, timeProvider)
    {
    }

    /// <summary>Where a pod finds its service account.</summary>
    public string ServiceAccountFolder { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <exception cref="KubernetesAccessException">Something is missing or wrong.</exception>
    public Task<KubernetesAccess> LoadAsync(CancellationToken cancellationToken)
    {
        if (kubeConfig is not null)
        {
            return LoadFilesAsync([kubeConfig], mustExist: true, cancellationToken);
        }

        if (environment("KUBECONFIG") is { Length: > 0 } named)
        {
            return LoadFilesAsync(
                named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), mustExist: false, cancellationToken);
        }

        if (environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host && environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } port
            && File.Exists(Path.Combine(ServiceAccountFolder, "token")))
        {
            return context is null
                ? Task.FromResult(LoadServiceAccount(host, port))
                : throw new KubernetesAccessException(
                    $"Context '{context}' is asked for, but the service account of a pod has no contexts. Name a kubeconfig file, or leave the context out.");
        }

        var home = environment("HOME") ?? environment("USERPROFILE");
        var file = home is null ? null : Path.Combine(home, ".kube", "config");
        return file is not null && File.Exists(file)
            ? LoadFilesAsync([file], mustExist: true, cancellationToken)
            : throw new KubernetesAccessException(
                "There is no Kubernetes API server to ask: no kubeconfig file is named (MeshKubernetesOptions.KubeConfig, KUBECONFIG), this is no pod with a service account ("
                + $"{ServiceAccountFolder}/token with KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT), and there is no {file ?? "~/.kube/config"}.");
    }

    /// <summary>The namespace that the same place gives, without asking for anything else: neither a plugin nor a server. Null where there is none.</summary>
    public string? FindNamespace()
    {
        try
        {
            if ((kubeConfig ?? environment("KUBECONFIG")) is { Length: > 0 } named)
            {
                return NamespaceOf(kubeConfig is null
                    ? [.. named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(File.Exists)]
                    : [named]);
            }

            var space = Path.Combine(ServiceAccountFolder, "namespace");
            if (File.Exists(space))
            {
                return AccessFile.Read(space, "the namespace of the pod").Trim() is { Length: > 0 } written ? written : null;
            }

            var file = (environment("HOME") ?? environment("USERPROFILE")) is { } home ? Path.Combine(home, ".kube", "config") : null;
            return file is not null && File.Exists(file) ? NamespaceOf([file]) : null;
        }
        catch (KubernetesAccessException)
        {
            // Whoever asks the server is told.
            return null;
        }
    }

    private string? NamespaceOf(IReadOnlyList<string> paths)
        => paths.Count == 0 ? null : new KubeConfigReader([.. paths.Select(KubeConfigFile.Read)], timeProvider).FindNamespace(context);

    private Task<KubernetesAccess> LoadFilesAsync(IReadOnlyList<string> paths, bool mustExist, CancellationToken cancellationToken)
    {
        var files = paths.Where(path => mustExist || File.Exists(path)).Select(KubeConfigFile.Read).ToList();
        return files.Count > 0
            ? new KubeConfigReader(files, timeProvider).ReadAsync(context, cancellationToken)
            : throw new KubernetesAccessException($"KUBECONFIG names {string.Join(", ", paths)}, and none of them exists.");
    }

    private KubernetesAccess LoadServiceAccount(string host, string port)
    {
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !Uri.TryCreate($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{number}/", UriKind.Absolute, out var server))
        {
            throw new KubernetesAccessException($"KUBERNETES_SERVICE_HOST '{host}' and KUBERNETES_SERVICE_PORT '{port}' are no address of a server.");
        }

        var token = AccessFile.ReadToken(Path.Combine(ServiceAccountFolder, "token"), "the token of the service account");
        var authorities = AccessFile.Read(Path.Combine(ServiceAccountFolder, "ca.crt"), "the certificates of the cluster's authority");
        var space = Path.Combine(ServiceAccountFolder, "namespace");
        return new KubernetesAccess(
            $"the service account in {ServiceAccountFolder}",
            new TransportSettings(server) { Authorities = authorities },
            File.Exists(space) ? AccessFile.Read(space, "the namespace of the pod").Trim() : null)
        {
            Authorization = token,
            RefreshAt = timeProvider.GetUtcNow() + AccessFile.TokenLifetime,
        };
    }
}

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Kubeconfig files of tests.</summary>
internal static class KubeConfigs
{
    /// <param name="server">The address.</param>
    /// <param name="authority">The path of the authority's certificate.</param>
    /// <param name="user">The user's fields, as YAML on one line.</param>
    /// <param name="cluster">Further fields of the cluster, each with a comma in front.</param>
    public static string For(Uri server, string authority, string user, string cluster = "") =>
        $$"""
        apiVersion: v1
        kind: Config
        clusters: [{ name: test, cluster: { server: "{{server}}", certificate-authority: "{{authority}}"{{cluster}} } }]
        users: [{ name: test, user: { {{user}} } }]
        contexts: [{ name: test, context: { cluster: test, user: test } }]
        current-context: test
        """;
}

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>What the user of <see cref="KubeServer.ReaderKubeConfig"/> may do.</summary>
internal static class Rights
{
    /// <summary>Lets it list and watch resources in a namespace.</summary>
    /// <param name="api">The server.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="groups">The API groups of the resources, each in quotes.</param>
    /// <param name="resources">The resources.</param>
    public static async Task GrantAsync(KubeServer api, string space, string groups, params string[] resources)
    {
        var name = "may-" + string.Join('-', resources);
        var list = string.Join(", ", resources.Select(resource => $"\"{resource}\""));
        await api.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/roles",
            $$"""{ "metadata": { "name": "{{name}}" }, "rules": [ { "apiGroups": [ {{groups}} ], "resources": [ {{list}} ], "verbs": [ "list", "watch" ] } ] }""");
        await api.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/rolebindings",
            $$"""
            { "metadata": { "name": "{{name}}" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "{{name}}" },
              "subjects": [ { "kind": "Group", "name": "readers", "apiGroup": "rbac.authorization.k8s.io" } ] }
            """);
    }
}

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Services, slices and pods of one namespace, as controllers and kubelets would write them.</summary>
internal sealed class KubeObjects(KubeServer server, string space)
{
    public string Namespace => space;

    /// <summary>Of the server that has them.</summary>
    public string KubeConfig => server.KubeConfig;

    private string Slices => $"/apis/discovery.k8s.io/v1/namespaces/{space}/endpointslices";

    private string Services => $"/api/v1/namespaces/{space}/services";

    private string Pods => $"/api/v1/namespaces/{space}/pods";

    /// <param name="version">Such as <c>/api/v1</c>.</param>
    /// <param name="resource">Such as <c>services</c>.</param>
    /// <param name="json">The object.</param>
    public Task CreateAsync(string version, string resource, string json) => server.Api.CreateAsync($"{version}/namespaces/{space}/{resource}", json);

    /// <param name="name">Its name; its pods carry the label <c>app</c> with it.</param>
    /// <param name="spec">Further fields, each with a comma in front.</param>
    /// <param name="ports">The ports.</param>
    public Task AddServiceAsync(string name, string spec = "", string ports = """{ "name": "http", "port": 80, "targetPort": 8080 }""")
        => server.Api.CreateAsync(Services, $$"""{ "metadata": { "name": "{{name}}" }, "spec": { "selector": { "app": "{{name}}" }, "ports": [ {{ports}} ]{{spec}} } }""");

    public Task ChangeServiceAsync(string name, string spec) => server.Api.PatchAsync($"{Services}/{name}", $$"""{ "spec": {{spec}} }""");

    public Task RemoveServiceAsync(string name) => server.Api.DeleteAsync($"{Services}/{name}");

    /// <param name="name">Its name.</param>
    /// <param name="service">Whose it is.</param>
    /// <param name="port">Where its endpoints listen.</param>
    /// <param name="endpoints">As <see cref="Endpoint"/> makes them.</param>
    public Task AddSliceAsync(string name, string service, int port, params string[] endpoints)
        => server.Api.CreateAsync(Slices, Slice(name, service, port, endpoints));

    public Task ChangeSliceAsync(string name, params string[] endpoints)
        => server.Api.PatchAsync($"{Slices}/{name}", $$"""{ "endpoints": [ {{string.Join(", ", endpoints)}} ] }""");

    public Task RemoveSliceAsync(string name) => server.Api.DeleteAsync($"{Slices}/{name}");

    /// <param name="index">Of the <see cref="PodServer"/>; its pod is <c>pod-INDEX</c>.</param>
    /// <param name="conditions">Such as <c>"ready": false</c>; ready by default.</param>
    /// <param name="more">Further fields, each with a comma in front.</param>
    public static string Endpoint(int index, string conditions = "\"ready\": true", string more = "")
        => $$"""{ "addresses": [ "{{PodServer.Address(index)}}" ], "conditions": { {{conditions}} }, "targetRef": { "kind": "Pod", "name": "pod-{{index}}" }{{more}} }""";

    public Task AddPodAsync(string service, int index, string labels = "")
        => server.Api.CreateAsync(Pods, $$"""{ "metadata": { "name": "pod-{{index}}", "labels": { "app": "{{service}}"{{labels}} } }, "spec": { "containers": [ { "name": "x", "image": "x" } ] } }""");

    public Task LabelPodAsync(int index, string labels) => server.Api.PatchAsync($"{Pods}/pod-{index}", $$"""{ "metadata": { "labels": { {{labels}} } } }""");

    public static string Slice(string name, string service, int port, params string[] endpoints) => $$"""
        {
          "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
          "metadata": { "name": "{{name}}", "labels": { "kubernetes.io/service-name": "{{service}}" } },
          "addressType": "IPv4", "endpoints": [ {{string.Join(", ", endpoints)}} ], "ports": [ { "name": "http", "port": {{port}}, "protocol": "TCP" } ]
        }
        """;
}

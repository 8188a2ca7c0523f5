using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>A mesh with the services of Gateway API's conformance tests and routes as YAML: <c>echo</c> at 10.0.0.1, <c>echo-v1</c> at 10.0.1.1 and
/// <c>echo-v2</c> at 10.0.2.1, all in the namespace <c>default</c> at the ports 80 (http) and 8080 (http-alt).</summary>
internal sealed class RouteFixture : IDisposable
{
    public const string Echo = "10.0.0.1:80";
    public const string V1 = "10.0.1.1:80";
    public const string V2 = "10.0.2.1:80";

    public RouteFixture(string yaml, string settings = "")
    {
        Source = new FakeSource("rules");
        Source.Push(
            MeshDocument.FromMeshJson("services.json", $$"""
                { "Seed": 1, {{settings}} "Services": { {{Service("echo", "10.0.0.1")}}, {{Service("echo-v1", "10.0.1.1")}}, {{Service("echo-v2", "10.0.2.1")}} } }
                """),
            MeshDocument.FromIstioYaml("routes.yaml", yaml));
        Mesh = new MeshFixture(Source);
    }

    public FakeSource Source { get; }

    public MeshFixture Mesh { get; }

    /// <summary>An HTTPRoute at <c>echo</c> with these rules.</summary>
    public static string HttpRoute(string rules, string metadata = "name: route", string parents = "{ group: \"\", kind: Service, name: echo }")
        => Route("HTTPRoute", rules, metadata, parents);

    public static string GrpcRoute(string rules, string metadata = "name: route", string parents = "{ group: \"\", kind: Service, name: echo }")
        => Route("GRPCRoute", rules, metadata, parents);

    /// <summary>To a service at port 80.</summary>
    public static string To(string name, string rest = "") => $"backendRefs: [ {{ name: {name}, port: 80{rest} }} ]";

    public async Task<(int Status, string Body)> GetAsync(string uri, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Get, uri, headers);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Which endpoint gets a call.</summary>
    public async Task<string> TargetAsync(string uri, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Get, uri, headers);
        return Mesh.Transport.Requests is [.., var last] ? last.Authority : $"answered {(int)response.StatusCode}";
    }

    /// <summary>What a call arrives as.</summary>
    public async Task<RecordedRequest> ArrivalAsync(string uri, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Get, uri, headers);
        return Mesh.Transport.Requests[^1];
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string uri, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, uri);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Mesh.Dispose();

    private static string Route(string kind, string rules, string metadata, string parents) => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: {{kind}}
        metadata: { {{metadata}} }
        spec: { parentRefs: [ {{parents}} ], rules: [ {{rules}} ] }
        ---

        """;

    private static string Service(string name, string address)
        => $$""" "default/{{name}}": { "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 8080, "Name": "http-alt" } ], "Endpoints": [ { "Address": "{{address}}" } ] } """;
}

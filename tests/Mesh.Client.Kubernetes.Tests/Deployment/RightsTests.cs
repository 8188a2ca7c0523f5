using System.Text.Json;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Deployment;

public sealed class RightsTests(SharedKube kube)
{
    private static readonly string[] Verbs = ["list", "watch"];

    /// <summary>Everything that is watched, as RBAC names it.</summary>
    private static readonly IEnumerable<string> Resources =
    [
        ServiceObject.Type.Name, Slice.Type.Name, ObjectLabels.Pods().Name,
        .. RuleKind.All.Select(kind => $"{kind.Plural}.{kind.Group}"),
    ];

    [KubeFact]
    public async Task Accounts_of_those_who_call_may_do_what_the_mesh_does_and_nothing_else()
    {
        var server = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(server);
        await server.KubectlAsync("apply", "-f", await manifests.BuildAsync("base"));
        var everybodys = await RightsAsync(server, await manifests.TokenOfAsync("bookinfo-details"), BookinfoManifests.Namespace);

        foreach (var account in new[] { "bookinfo-productpage", "bookinfo-reviews" })
        {
            var token = await manifests.TokenOfAsync(account);

            Assert.Equal(
                Resources.SelectMany(resource => Verbs.Select(verb => $"{verb} {resource}")).Order(StringComparer.Ordinal),
                (await RightsAsync(server, token, BookinfoManifests.Namespace)).Except(everybodys).Order(StringComparer.Ordinal));
            Assert.Empty((await RightsAsync(server, token, "default")).Except(everybodys));
        }
    }

    [KubeFact]
    public async Task Accounts_of_those_who_call_nobody_may_read_nothing()
    {
        var server = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(server);
        await server.KubectlAsync("apply", "-f", await manifests.BuildAsync("base"));

        foreach (var account in new[] { "bookinfo-details", "bookinfo-ratings" })
        {
            var rights = await RightsAsync(server, await manifests.TokenOfAsync(account), BookinfoManifests.Namespace);

            // Everybody may ask what they may do.
            Assert.All(rights, right => Assert.EndsWith(".authorization.k8s.io", right, StringComparison.Ordinal));
        }
    }

    [KubeFact]
    public async Task Account_of_a_service_finds_the_services_that_it_calls_and_the_rules_of_an_overlay()
    {
        var server = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(server);
        await server.KubectlAsync("apply", "-f", await manifests.BuildAsync("overlays/canary"));
        await using var pods = await PodServer.StartAsync(2);
        var objects = new KubeObjects(server, BookinfoManifests.Namespace);
        await objects.AddPodAsync("reviews", 1, """, "version": "v1" """);
        await objects.AddPodAsync("reviews", 2, """, "version": "v2" """);
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await using var mesh = new KubeMesh(
            await manifests.KubeConfigOfAsync("bookinfo-productpage"),
            BookinfoManifests.Namespace,
            configure: options =>
            {
                options.Rules = true;
                options.RootNamespace = null;
                options.Namespaces.Add(BookinfoManifests.Namespace);
            });
        mesh.Client.DefaultRequestHeaders.Add("end-user", "jason");

        // An application waits for the rules when it starts; this one has no host that does.
        await Eventually.TrueAsync(() => RuleOf(mesh).Contains("v2", StringComparison.Ordinal));
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(PodServer.Address(2), await mesh.CallAsync("http://reviews:9080/"));
        }

        Assert.Empty(mesh.Log.Complaints);
    }

    private static string RuleOf(KubeMesh mesh)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/") { Headers = { { "end-user", "jason" } } };
        return mesh.Mesh.Explain(request).ToString();
    }

    /// <summary>As the server sees them.</summary>
    /// <returns>Verb and resource, such as <c>list pods</c>.</returns>
    private static async Task<IReadOnlyList<string>> RightsAsync(KubeServer server, string token, string space)
    {
        using var api = new KubeApi(server.Address, server.File("ca.crt"), token);
        using var review = JsonDocument.Parse(await api.CreateAsync(
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            $$"""{ "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": { "namespace": "{{space}}" } }"""));
        return
        [
            .. from rule in review.RootElement.GetProperty("status").GetProperty("resourceRules").EnumerateArray()
               from verb in Texts(rule, "verbs")
               from resource in Texts(rule, "resources")
               from apiGroup in Texts(rule, "apiGroups")
               select apiGroup.Length == 0 ? $"{verb} {resource}" : $"{verb} {resource}.{apiGroup}",
        ];
    }

    private static IEnumerable<string> Texts(JsonElement rule, string name) => rule.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
}

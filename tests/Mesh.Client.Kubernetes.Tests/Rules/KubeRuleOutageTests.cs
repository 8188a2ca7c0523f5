using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>Rules at real API servers that go away, come back and change; each test has its own.</summary>
public sealed class KubeRuleOutageTests
{
    private const string Space = "default";

    [KubeFact]
    public async Task Server_that_is_killed_takes_no_rule_with_it_and_what_changes_after_it_is_back_holds()
    {
        await using var api = await KubeServer.StartAsync(["istio"]);
        await RuleMesh.CreateAsync(api, Space, "one", "one.test", 418);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, Space);
        Assert.Equal(418, await mesh.CallAsync("one.test"));
        var version = mesh.Mesh.RulesVersion;

        await api.KillAsync();
        await Eventually.TrueAsync(() => mesh.Log.Entries.Any(entry => entry.Id.Id == 9001));
        Assert.Equal(418, await mesh.CallAsync("one.test"));
        await api.RestartAsync();
        Assert.Equal(418, await mesh.CallAsync("one.test"));

        // All that is known is from before, and the server has forgotten since when: it is listed anew (410).
        await Eventually.TrueAsync(() => Task.FromResult(mesh.Log.Entries.Any(entry => entry.Id.Id == 9006)), TimeSpan.FromSeconds(90), "the rules to be listed anew");
        await api.Api.PatchAsync(RuleMesh.Path(Space, "one"), RuleMesh.Answer(451));
        await mesh.UntilAsync("one.test", 451, TimeSpan.FromSeconds(90));
        Assert.Equal(version + 1, mesh.Mesh.RulesVersion);
    }

    [KubeFact]
    public async Task Application_that_starts_while_the_server_is_away_serves_and_takes_the_rules_when_they_come()
    {
        await using var api = await KubeServer.StartAsync(["istio"]);
        await RuleMesh.CreateAsync(api, Space, "one", "one.test", 418);
        await api.KillAsync();
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, Space, options => options.RulesWait = TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, await mesh.CallAsync("one.test"));
        Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 9100);

        await api.RestartAsync();

        await mesh.UntilAsync("one.test", 418, TimeSpan.FromSeconds(90));
    }

    /// <summary>Three lives of one server, to start it once.</summary>
    [KubeFact]
    public async Task Kind_that_is_installed_later_in_an_old_version_and_then_in_a_new_one_is_followed_through_all_of_it()
    {
        await using var api = await KubeServer.StartAsync([]);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, Space);
        Assert.Empty(mesh.Source.Load());

        await api.Api.CreateAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Definition("v1beta1"));
        await Eventually.TrueAsync(() => api.Api.IsServedAsync("/apis/networking.istio.io/v1beta1/virtualservices"));
        await RuleMesh.CreateAsync(api, Space, "one", "one.test", 418, "v1beta1");
        await mesh.UntilAsync("one.test", 418, TimeSpan.FromSeconds(120));

        // One version takes the place of the other while both are stored.
        await api.Api.PatchAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io", Definition("v1beta1", "v1"));
        await Eventually.TrueAsync(() => api.Api.IsServedAsync("/apis/networking.istio.io/v1/virtualservices"));
        await api.Api.PatchAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io", Definition("-v1beta1", "v1"));
        await Eventually.TrueAsync(async () => !await api.Api.IsServedAsync("/apis/networking.istio.io/v1beta1/virtualservices"));
        await api.Api.PatchAsync(RuleMesh.Path(Space, "one"), RuleMesh.Answer(451));
        await mesh.UntilAsync("one.test", 451, TimeSpan.FromSeconds(120));
    }

    /// <param name="versions">One with a minus in front is not served any more.</param>
    private static string Definition(params string[] versions) => $$"""
        { "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "virtualservices.networking.istio.io" },
          "spec": { "group": "networking.istio.io", "scope": "Namespaced",
            "names": { "kind": "VirtualService", "listKind": "VirtualServiceList", "plural": "virtualservices", "singular": "virtualservice" },
            "versions": [ {{string.Join(", ", versions.Select((version, index) => $$"""
              { "name": "{{version.TrimStart('-')}}", "served": {{(version[0] == '-' ? "false" : "true")}}, "storage": {{(index == 0 ? "true" : "false")}},
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }
              """))}} ] } }
        """;
}

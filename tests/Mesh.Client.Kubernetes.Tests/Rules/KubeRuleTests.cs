using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>Calls by rules that stand at a real API server which stays up.</summary>
public sealed class KubeRuleTests(SharedKube kube)
{
    [KubeFact]
    public async Task Calls_go_by_rules_as_they_are_added_changed_and_deleted()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);

        // What is there at the start holds from the first call.
        Assert.Equal(418, await mesh.CallAsync("one.test"));

        await RuleMesh.CreateAsync(api, space, "two", "two.test", 403);
        await mesh.UntilAsync("two.test", 403);
        await api.Api.PatchAsync(RuleMesh.Path(space, "one"), RuleMesh.Answer(451));
        await mesh.UntilAsync("one.test", 451);
        await api.Api.DeleteAsync(RuleMesh.Path(space, "one"));
        await mesh.UntilAsync("one.test", 0);
        Assert.Equal(403, await mesh.CallAsync("two.test"));
    }

    [KubeFact]
    public async Task Rule_of_kubectl_apply_holds_for_the_next_calls()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, RuleMesh.VirtualService("one", "one.test", 418));
            await api.KubectlAsync("-n", space, "apply", "-f", file);
            await mesh.UntilAsync("one.test", 418);
            await File.WriteAllTextAsync(file, RuleMesh.VirtualService("one", "one.test", 451));
            await api.KubectlAsync("-n", space, "apply", "-f", file);
            await mesh.UntilAsync("one.test", 451);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [KubeFact]
    public async Task Bad_object_is_refused_alone_and_its_good_version_stays()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        await RuleMesh.CreateAsync(api, space, "two", "two.test", 418);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);
        Assert.Equal(418, await mesh.CallAsync("one.test"));

        await api.Api.PatchAsync(RuleMesh.Path(space, "one"), RuleMesh.Answer(9999));
        await api.Api.PatchAsync(RuleMesh.Path(space, "two"), RuleMesh.Answer(451));
        await mesh.UntilAsync("two.test", 451);

        Assert.Equal(418, await mesh.CallAsync("one.test"));
        var finding = Assert.Single(mesh.Mesh.Findings, finding => finding.RefusesDocument);
        Assert.Equal($"VirtualService/{space}/one", finding.Source);
        await api.Api.PatchAsync(RuleMesh.Path(space, "one"), RuleMesh.Answer(452));
        await mesh.UntilAsync("one.test", 452);
        Assert.DoesNotContain(mesh.Mesh.Findings, finding => finding.RefusesDocument);
    }

    [KubeFact]
    public async Task Bad_object_of_somebody_else_does_not_keep_the_application_from_starting()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "bad", "bad.test", 9999);
        await RuleMesh.CreateAsync(api, space, "good", "good.test", 418);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);

        Assert.Equal((418, 0), (await mesh.CallAsync("good.test"), await mesh.CallAsync("bad.test")));
        Assert.Contains(mesh.Log.Complaints, entry => entry.Message.Contains($"VirtualService/{space}/bad are refused as a whole", StringComparison.Ordinal));
    }

    [KubeFact]
    public async Task Objects_of_all_kinds_are_read_and_those_of_the_Gateway_API_break_nothing()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        foreach (var (path, kind, spec) in new[]
        {
            ("networking.istio.io/v1/{0}/destinationrules", "DestinationRule", """{ "host": "one.test" }"""),
            ("networking.istio.io/v1/{0}/serviceentries", "ServiceEntry", """{ "hosts": [ "db.test" ], "ports": [ { "number": 80, "name": "http", "protocol": "HTTP" } ], "resolution": "DNS" }"""),
            ("networking.istio.io/v1/{0}/workloadentries", "WorkloadEntry", """{ "address": "10.0.0.1" }"""),
            ("networking.istio.io/v1/{0}/sidecars", "Sidecar", """{ "workloadSelector": { "labels": { "app": "nobody" } }, "egress": [ { "hosts": [ "*/*" ] } ] }"""),
            ("networking.istio.io/v1/{0}/gateways", "Gateway", """{ "servers": [ ] }"""),
            ("security.istio.io/v1/{0}/peerauthentications", "PeerAuthentication", """{ "mtls": { "mode": "PERMISSIVE" } }"""),
            ("security.istio.io/v1/{0}/requestauthentications", "RequestAuthentication", """{ }"""),
            ("security.istio.io/v1/{0}/authorizationpolicies", "AuthorizationPolicy", """{ }"""),
            ("telemetry.istio.io/v1/{0}/telemetries", "Telemetry", """{ }"""),
            ("gateway.networking.k8s.io/v1/{0}/httproutes", "HTTPRoute", """{ "parentRefs": [ { "kind": "Service", "group": "", "name": "x" } ], "rules": [ ] }"""),
            ("gateway.networking.k8s.io/v1/{0}/grpcroutes", "GRPCRoute", """{ "parentRefs": [ { "kind": "Service", "group": "", "name": "x" } ], "rules": [ ] }"""),
            ("gateway.networking.k8s.io/v1/{0}/referencegrants", "ReferenceGrant", """{ "from": [ ], "to": [ ] }"""),
        })
        {
            var version = string.Join('/', path.Split('/')[..2]);
            await api.Api.CreateAsync(
                "/apis/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, path, "namespaces/" + space),
                $$"""{ "apiVersion": "{{version}}", "kind": "{{kind}}", "metadata": { "name": "other" }, "spec": {{spec}} }""");
        }

        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);

        Assert.Equal(13, mesh.Source.Load().Count);
        Assert.Equal(418, await mesh.CallAsync("one.test"));
        Assert.DoesNotContain(mesh.Mesh.Findings, finding => finding.Code == Mesh.Client.Configuration.SourceFindings.ReaderFailed);
    }

    [KubeFact]
    public async Task Kinds_that_may_not_be_read_are_told_and_the_others_hold_from_the_first_call()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        await Rights.GrantAsync(api, space, "\"networking.istio.io\"", "virtualservices", "destinationrules");
        await using var mesh = await RuleMesh.StartAsync(api.ReaderKubeConfig, space);

        Assert.Equal(418, await mesh.CallAsync("one.test"));
        Assert.DoesNotContain(mesh.Log.Entries, entry => entry.Id.Id == 9100);
        await Eventually.TrueAsync(() => mesh.Log.Complaints.Any(entry => entry.Message.Contains("does not allow to list gateways.networking.istio.io", StringComparison.Ordinal)));
        Assert.DoesNotContain(mesh.Log.Complaints, entry => entry.Message.Contains("does not allow to list destinationrules", StringComparison.Ordinal));
    }

    [KubeFact]
    public async Task Process_that_may_read_no_rules_starts_without_them_and_takes_them_when_it_may()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        await using var mesh = await RuleMesh.StartAsync(api.ReaderKubeConfig, space);
        Assert.Equal(0, await mesh.CallAsync("one.test"));

        await Rights.GrantAsync(api, space, "\"networking.istio.io\"", "virtualservices");
        await mesh.UntilAsync("one.test", 418);
    }

    [KubeFact]
    public async Task Extension_in_an_annotation_survives_the_schema_and_holds()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await api.Api.CreateAsync(
            $"/apis/networking.istio.io/v1/namespaces/{space}/destinationrules",
            """
            { "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
              "metadata": { "name": "one", "annotations": { "mesh-client/x-mesh": "{ \"trafficPolicy\": { \"loadBalancer\": { \"policy\": \"NONSENSE\" } } }" } },
              "spec": { "host": "one.test" } }
            """);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);

        var finding = Assert.Single(mesh.Mesh.Findings, finding => finding.RefusesDocument);
        Assert.Contains("NONSENSE", finding.Message, StringComparison.Ordinal);
        await api.Api.PatchAsync(
            $"/apis/networking.istio.io/v1/namespaces/{space}/destinationrules/one",
            """{ "metadata": { "annotations": { "mesh-client/x-mesh": "{ \"trafficPolicy\": { \"loadBalancer\": { \"policy\": \"PREQUAL\" } } }" } } }""");
        await Eventually.TrueAsync(() => !mesh.Mesh.Findings.Any(finding => finding.RefusesDocument));
    }

    [KubeFact]
    public async Task Rules_of_the_root_namespace_hold_beside_those_of_the_named_ones_and_others_are_not_read()
    {
        var (api, space, root, other) = (await kube.ServerAsync(), await kube.NamespaceAsync(), await kube.NamespaceAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        await RuleMesh.CreateAsync(api, root, "two", "two.test", 419);
        await RuleMesh.CreateAsync(api, other, "three", "three.test", 420);
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space, options => options.RootNamespace = root);

        Assert.Equal((418, 419, 0), (await mesh.CallAsync("one.test"), await mesh.CallAsync("two.test"), await mesh.CallAsync("three.test")));
    }

    [KubeFact]
    public async Task Token_that_is_replaced_is_used_and_the_rules_come()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "one", "one.test", 418);
        var folder = Directory.CreateTempSubdirectory("mesh-kube-rules");
        try
        {
            var token = Path.Combine(folder.FullName, "token");
            await File.WriteAllTextAsync(token, "expired");
            var kubeConfig = Path.Combine(folder.FullName, "config");
            await File.WriteAllTextAsync(kubeConfig, KubeConfigs.For(api.Address, api.File("ca.crt"), "tokenFile: token"));
            await using var mesh = await RuleMesh.StartAsync(kubeConfig, space, options => options.RulesWait = TimeSpan.FromMilliseconds(100));
            Assert.Equal(0, await mesh.CallAsync("one.test"));

            File.Copy(api.File("admin.token"), token, overwrite: true);

            await mesh.UntilAsync("one.test", 418);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [KubeFact]
    public async Task Thousand_changes_end_with_the_last_and_no_call_fails_meanwhile()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "still", "still.test", 418);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => RuleMesh.CreateAsync(api, space, $"rule-{index:00}", $"host-{index:00}.test", 400)));
        await using var mesh = await RuleMesh.StartAsync(api.KubeConfig, space);
        var changes = Task.WhenAll(Enumerable.Range(0, 20).Select(async index =>
        {
            for (var round = 1; round <= 50; round++)
            {
                await api.Api.PatchAsync(RuleMesh.Path(space, $"rule-{index:00}"), RuleMesh.Answer(400 + round));
            }
        }));
        while (!changes.IsCompleted)
        {
            Assert.Equal(418, await mesh.CallAsync("still.test"));
        }

        await changes;
        for (var index = 0; index < 20; index++)
        {
            await mesh.UntilAsync($"host-{index:00}.test", 450);
        }
    }
}

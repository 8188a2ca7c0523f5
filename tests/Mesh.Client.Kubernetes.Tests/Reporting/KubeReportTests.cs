using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Tests.Rules;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Reporting;

/// <summary>Reports as a real API server takes them.</summary>
public sealed class KubeReportTests(SharedKube kube)
{
    [KubeFact]
    public async Task Findings_are_Events_of_the_object_from_one_process_of_two()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "bad", "bad.test", 9999);
        await using var mesh = await StartAsync(api, space, MeshKubernetesReports.Events);
        await using var other = await StartAsync(api, space, MeshKubernetesReports.Events);

        await Eventually.TrueAsync(
            async () => (await api.KubectlAsync("-n", space, "describe", "virtualservice", "bad")).Contains("RuleRefused", StringComparison.Ordinal), TimeSpan.FromSeconds(90), "the Event");
        await api.Api.PatchAsync(RuleMesh.Path(space, "bad"), RuleMesh.Answer(418));
        await Eventually.TrueAsync(
            async () => (await EventsAsync(api, space)).Contains("RuleAccepted", StringComparison.Ordinal), TimeSpan.FromSeconds(90), "the end of it");

        Assert.Equal(1, mesh.Log.Entries.Concat(other.Log.Entries).Count(entry => entry.Id.Id == 9200));
        Assert.DoesNotContain(mesh.Log.Entries.Concat(other.Log.Entries), entry => entry.Id.Id == 9202);
    }

    [KubeFact]
    public async Task Findings_stand_in_the_status_beside_what_others_write_there_and_go_when_the_object_is_mended()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "bad", "bad.test", 9999);
        await api.Api.PatchAsync(RuleMesh.Path(space, "bad") + "/status", """{ "status": { "conditions": [ { "type": "Reconciled", "status": "True" } ] } }""");
        await using var mesh = await StartAsync(api, space, MeshKubernetesReports.Status);
        await Eventually.TrueAsync(async () => (await api.Api.GetAsync(RuleMesh.Path(space, "bad"))).Contains("RuleRefused", StringComparison.Ordinal), TimeSpan.FromSeconds(90), "the status");
        var version = mesh.Mesh.RulesVersion;

        await api.Api.PatchAsync(RuleMesh.Path(space, "bad"), RuleMesh.Answer(418));
        await Eventually.TrueAsync(
            async () => await api.Api.GetAsync(RuleMesh.Path(space, "bad")) is var json && json.Contains("RuleAccepted", StringComparison.Ordinal)
                && json.Contains("\"Reconciled\"", StringComparison.Ordinal) && json.Contains("\"validationMessages\":[]", StringComparison.Ordinal),
            TimeSpan.FromSeconds(90), "the status that says that all is well");

        // What it writes is no change of the rules.
        Assert.Equal(version + 1, mesh.Mesh.RulesVersion);
        Assert.DoesNotContain(mesh.Log.Entries, entry => entry.Id.Id == 9202);
    }

    private static Task<RuleMesh> StartAsync(KubeServer api, string space, MeshKubernetesReports reports)
        => RuleMesh.StartAsync(api.KubeConfig, space, options => (options.Reports, options.Namespace) = (reports, space));

    private static Task<string> EventsAsync(KubeServer api, string space) => api.Api.GetAsync($"/apis/events.k8s.io/v1/namespaces/{space}/events");
}

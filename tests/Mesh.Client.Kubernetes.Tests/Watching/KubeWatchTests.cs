using System.Text.Json.Serialization;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Watching;

/// <summary>The loop against a real API server that stays up.</summary>
public sealed class KubeWatchTests(SharedKube kube)
{
    private static readonly ResourceType<ConfigMap> ConfigMaps = ResourceType<ConfigMap>.Of("", ["v1"], "configmaps", ConfigMapContext.Default.ConfigMap);

    [KubeFact]
    public async Task Objects_are_followed_as_they_come_change_and_go()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await CreateAsync(api, space, "one", "1");
        using var server = Watches.Connect(api.KubeConfig);
        using var watch = Watches.Start(server, ConfigMaps, new ResourceScope(space));
        await Eventually.EndsAsync(watch.FirstAnswer);
        Assert.Equal("1", watch.Objects[new(space, "one")].Value.Data?["value"]);

        await CreateAsync(api, space, "two", "2");
        await Eventually.TrueAsync(() => watch.Names().SequenceEqual(["one", "two"]));
        await api.Api.PatchAsync($"/api/v1/namespaces/{space}/configmaps/one", """{ "data": { "value": "3" } }""");
        await Eventually.TrueAsync(() => watch.Objects[new(space, "one")].Value.Data?["value"] == "3");
        await api.Api.DeleteAsync($"/api/v1/namespaces/{space}/configmaps/one");
        await Eventually.TrueAsync(() => watch.Names().SequenceEqual(["two"]));
        Assert.Equal(ResourceState.Current, watch.Status.State);
    }

    [KubeFact]
    public async Task Selected_objects_come_and_go_with_their_labels()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await CreateAsync(api, space, "one", "1");
        await CreateAsync(api, space, "two", "2");
        using var server = Watches.Connect(api.KubeConfig);
        using var labelled = Watches.Start(server, ConfigMaps, new ResourceScope(space) { LabelSelector = "app=a" });
        using var named = Watches.Start(server, ConfigMaps, new ResourceScope(space) { FieldSelector = "metadata.name=two" });
        await Eventually.EndsAsync(Task.WhenAll(labelled.FirstAnswer, named.FirstAnswer));
        Assert.Empty(labelled.Names());
        Assert.Equal(["two"], named.Names());

        await api.Api.PatchAsync($"/api/v1/namespaces/{space}/configmaps/one", """{ "metadata": { "labels": { "app": "a" } } }""");
        await Eventually.TrueAsync(() => labelled.Names().SequenceEqual(["one"]));
        await api.Api.PatchAsync($"/api/v1/namespaces/{space}/configmaps/one", """{ "metadata": { "labels": { "app": "b" } } }""");
        await Eventually.TrueAsync(() => labelled.Objects.IsEmpty);
    }

    [KubeFact]
    public async Task Metadata_are_watched_without_the_rest()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await CreateAsync(api, space, "one", "1");
        using var server = Watches.Connect(api.KubeConfig);
        using var watch = Watches.Start(server, ConfigMaps with { IsMetadataOnly = true }, new ResourceScope(space));
        await Eventually.EndsAsync(watch.FirstAnswer);
        await api.Api.PatchAsync($"/api/v1/namespaces/{space}/configmaps/one", """{ "metadata": { "labels": { "app": "a" } } }""");

        await Eventually.TrueAsync(() => watch.Objects[new(space, "one")].Value.Metadata?.Labels?["app"] == "a");
        Assert.Null(watch.Objects[new(space, "one")].Value.Data);
    }

    [KubeFact]
    public async Task Thousand_changes_a_second_all_arrive_and_wake_subscribers_that_take_them_together()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => CreateAsync(api, space, $"map-{index:00}", "0")));
        using var server = Watches.Connect(api.KubeConfig);
        using var watch = Watches.Start(server, ConfigMaps, new ResourceScope(space));
        await Eventually.EndsAsync(watch.FirstAnswer);
        var wakes = 0;
        using var subscription = watch.Subscribe(() => Interlocked.Increment(ref wakes));
        Assert.Null(subscription.Take()!.Keys);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async index =>
        {
            for (var round = 1; round <= 50; round++)
            {
                await api.Api.PatchAsync($"/api/v1/namespaces/{space}/configmaps/map-{index:00}", $$"""{ "data": { "value": "{{round}}" } }""");
            }
        }));

        await Eventually.TrueAsync(() => watch.Objects.Values.All(resource => resource.Value.Data?["value"] == "50"));
        await Eventually.TrueAsync(() => Volatile.Read(ref wakes) >= 1000);
        Assert.Equal(20, subscription.Take()!.Keys!.Count);
        Assert.Null(subscription.Take());
    }

    [KubeFact]
    public async Task Lack_of_rights_is_told_and_what_is_granted_later_is_followed()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await CreateAsync(api, space, "one", "1");
        using var log = new LogCapture();
        using var server = Watches.Connect(api.ReaderKubeConfig);
        using var watch = Watches.Start(server, ConfigMaps, new ResourceScope(space), log: log);
        await Eventually.TrueAsync(() => log.Complaints.Count == 1);

        Assert.Equal(ResourceState.Failed, watch.Status.State);
        Assert.Contains(
            $"does not allow to list configmaps in namespace {space} (403): configmaps is forbidden: User \"reader\" cannot list resource", log.Complaints[0].Message, StringComparison.Ordinal);

        await api.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/roles",
            """{ "metadata": { "name": "r" }, "rules": [ { "apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"] } ] }""");
        await api.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/rolebindings",
            """
            { "metadata": { "name": "r" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r" },
              "subjects": [ { "kind": "Group", "name": "readers", "apiGroup": "rbac.authorization.k8s.io" } ] }
            """);
        await Eventually.TrueAsync(() => watch.Names().SequenceEqual(["one"]));
    }

    [KubeFact]
    public async Task Token_file_that_is_rotated_is_read_again()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await CreateAsync(api, space, "one", "1");
        var folder = Directory.CreateTempSubdirectory("mesh-kube-token");
        try
        {
            var token = Path.Combine(folder.FullName, "token");
            await File.WriteAllTextAsync(token, "expired");
            var kubeConfig = Path.Combine(folder.FullName, "config");
            await File.WriteAllTextAsync(kubeConfig, KubeConfigs.For(api.Address, api.File("ca.crt"), "tokenFile: token"));
            using var server = Watches.Connect(kubeConfig);
            using var watch = Watches.Start(server, ConfigMaps, new ResourceScope(space));
            await Eventually.TrueAsync(() => watch.Status.Failures > 0);
            Assert.Contains("does not accept the credentials of context 'test' of", watch.Status.Problem, StringComparison.Ordinal);

            File.Copy(api.File("admin.token"), token, overwrite: true);

            await Eventually.TrueAsync(() => watch.Names().SequenceEqual(["one"]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static Task CreateAsync(KubeServer api, string space, string name, string value)
        => api.Api.CreateAsync($"/api/v1/namespaces/{space}/configmaps", $$"""{ "metadata": { "name": "{{name}}" }, "data": { "value": "{{value}}" } }""");
}

internal sealed record ConfigMap(Dictionary<string, string>? Data, ThingMetadata? Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConfigMap))]
internal sealed partial class ConfigMapContext : JsonSerializerContext;

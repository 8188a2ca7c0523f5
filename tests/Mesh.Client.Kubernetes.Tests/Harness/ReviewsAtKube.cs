using System.Globalization;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Rules;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A Service with pods and rules at one API server, all of which a call needs: the rules send it to a subset, and what is in the subset the labels of
/// the pods say. Host <c>still.test</c> is answered 418 by a rule that never changes, <c>probe.test</c> by one that tests change.</summary>
internal sealed class ReviewsAtKube(KubeServer api, string space)
{
    public KubeObjects Objects { get; } = new(api, space);

    /// <summary>With endpoints 1 and 2, and status 400 for the probe.</summary>
    public static async Task<ReviewsAtKube> CreateAsync(KubeServer api, string space, PodServer pods)
    {
        var reviews = new ReviewsAtKube(api, space);
        await reviews.Objects.AddServiceAsync("reviews");
        for (var pod = 1; pod <= 4; pod++)
        {
            await reviews.Objects.AddPodAsync("reviews", pod, ", \"version\": \"v1\"");
        }

        await reviews.Objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await api.Api.CreateAsync(At("destinationrules", space), """
            { "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": { "name": "reviews" },
              "spec": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } }
            """);
        await api.Api.CreateAsync(At("virtualservices", space), """
            { "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "reviews" },
              "spec": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v1", "port": { "number": 80 } } } ] } ] } }
            """);
        await RuleMesh.CreateAsync(api, space, "still", "still.test", 418);
        await RuleMesh.CreateAsync(api, space, "probe", "probe.test", 400);
        return reviews;
    }

    /// <summary>An application that calls it; returns when its calls are answered.</summary>
    /// <param name="kubeConfig">Where the server is.</param>
    /// <param name="configure">Further options.</param>
    /// <param name="time">The mesh's clock.</param>
    /// <param name="connect">Makes the connections to the server; as in earnest by default.</param>
    public async Task<KubeMesh> CallerAsync(
        string kubeConfig, Action<MeshKubernetesOptions>? configure = null, TimeProvider? time = null, Func<KubernetesAccess, HttpMessageHandler>? connect = null)
    {
        var mesh = new KubeMesh(
            kubeConfig,
            space,
            configure: options =>
            {
                (options.Rules, options.RootNamespace, options.RulesWait) = (true, null, TimeSpan.FromMinutes(1));
                options.Namespaces.Add(space);
                configure?.Invoke(options);
            },
            time: time,
            connect: connect);
        await mesh.KnowAsync("http://reviews/");
        await HasAsync(mesh, 1, 2);

        // What a slow server made it say until then is no matter.
        mesh.Log.Clear();
        return mesh;
    }

    public Task ChangeProbeAsync(int status) => api.Api.PatchAsync(RuleMesh.Path(space, "probe"), RuleMesh.Answer(status));

    public Task ChangeEndpointsAsync(params int[] pods) => Objects.ChangeSliceAsync("reviews-1", [.. pods.Select(pod => KubeObjects.Endpoint(pod))]);

    public static Task HasAsync(KubeMesh mesh, params int[] pods) => Eventually.TrueAsync(
        () => Task.FromResult(mesh.Endpoints("reviews", "v1").SequenceEqual(pods.Select(PodServer.Address))),
        TimeSpan.FromSeconds(90),
        $"the endpoints {string.Join(", ", pods)}");

    public static Task ProbedAsync(KubeMesh mesh, int status) => Eventually.TrueAsync(
        async () => await mesh.CallAsync("http://probe.test/") == status.ToString(CultureInfo.InvariantCulture), TimeSpan.FromSeconds(90), $"the probe to be answered {status}");

    private static string At(string resource, string space) => $"/apis/networking.istio.io/v1/namespaces/{space}/{resource}";
}

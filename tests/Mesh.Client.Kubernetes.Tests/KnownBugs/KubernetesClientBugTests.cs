using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Tests.Rules;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Architecture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Client.Kubernetes.Tests.KnownBugs;

/// <summary>What others were told is wrong with clients of Kubernetes for .NET, each shown not to be so here. The numbers are those of their issue trackers.</summary>
public sealed class KubernetesClientBugTests(SharedKube kube) : IDisposable
{
    private const string Rules = """
        { "DefaultDiscovery": "None", "VirtualServices": { "known": { "hosts": [ "known.test" ], "http": [ { "match": [ { "uri": { "exact": "/x" } } ], "directResponse": { "status": 200 } } ] } } }
        """;

    private readonly PathApi _api = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _api.Dispose();
    }

    /// <summary>kubernetes-client/csharp 533, 616, 698: a real server ends a watch in good order, and one of a version that it has forgotten with a line that says so; to
    /// whoever reads events both look like nothing at all.</summary>
    [KubeFact]
    public async Task Csharp_533_616_698_watch_that_ends_without_a_word_is_taken_up_again()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await RuleMesh.CreateAsync(api, space, "before", "before.test", 418);
        ShortWatches? wire = null;
        using var server = new ApiServer(
            new AccessLoader(new MeshKubernetesOptions { KubeConfig = api.KubeConfig }, TimeProvider.System).LoadAsync,
            TimeProvider.System,
            access => wire = new ShortWatches(ApiTransport.Create(access.Transport, access.Place)));
        var kind = RuleKind.All.Single(kind => kind.Kind == "VirtualService");
        using var watch = Watches.Start(server, RuleObjectReader.TypeOf(kind, ["v1"]), new ResourceScope(space));
        await Eventually.TrueAsync(() => wire is { Watches: >= 1 });
        for (var round = 2; round <= 4; round++)
        {
            await Eventually.TrueAsync(() => wire!.Watches >= round);
            await RuleMesh.CreateAsync(api, space, $"rule-{round}", $"host-{round}.test", 418);
            await Eventually.TrueAsync(() => watch.Names().Contains($"rule-{round}"));
        }

        Assert.Equal(1, wire!.Others);
        wire.FromAncientVersion();
        await Eventually.TrueAsync(() => wire.Others == 2);
        await RuleMesh.CreateAsync(api, space, "after", "after.test", 418);
        await Eventually.TrueAsync(() => watch.Names().SequenceEqual(["after", "before", "rule-2", "rule-3", "rule-4"]));
    }

    /// <summary>kubernetes-client/csharp 1233: a list and a watch after it, put together by hand, lose what happens between them or tell it twice.</summary>
    [Fact]
    public async Task Csharp_1233_what_happens_between_list_and_watch_is_neither_lost_nor_told_twice()
    {
        var api = new ScriptedApi();
        using var watch = Watches.Start(api);
        var told = 0;
        using var subscription = watch.Subscribe(() => Interlocked.Increment(ref told));
        await api.ListAsync("5", ScriptedApi.Thing("one", "5"));
        var call = await api.NextWatchAsync();
        Assert.Contains("resourceVersion=5", call.Query, StringComparison.Ordinal);
        var stream = call.Open();
        var before = watch.Objects[new("demo", "one")];

        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("one", "5")));
        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("two", "6")));
        await Eventually.TrueAsync(() => watch.Objects.Count == 2);

        Assert.Same(before, watch.Objects[new("demo", "one")]);
    }

    /// <summary>kubernetes-client/csharp 347, 351, 394: there are no informers, so that everybody writes the cache.</summary>
    [Fact]
    public async Task Csharp_347_351_394_objects_are_kept_and_those_that_did_not_change_stay_what_they_are()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", "{}").Put("VirtualService", "a", "two", "{}");
        var source = await StartAsync();
        await Eventually.TrueAsync(() => _api.OpenStreams == 1);
        var before = source.Read()[0];

        _api.Put("VirtualService", "a", "two", """{ "hosts": [ ] }""");
        _api.ForgetHistory();
        await UntilAsync(() => source.Read()[1].Document!.Text.Contains("hosts", StringComparison.Ordinal));

        Assert.Same(before, source.Read()[0]);
    }

    /// <summary>kubernetes-client/csharp 1123, 1539, 1552: what was watched leaks.</summary>
    [Fact]
    public async Task Csharp_1123_1539_1552_watches_that_end_leave_no_stream_and_no_timer()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", "{}");
        for (var round = 0; round < 20; round++)
        {
            using var cluster = _api.Connect();
            using var source = new KubernetesRuleSource(cluster);
            await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));
            Assert.Single(source.Read());
        }

        await Eventually.TrueAsync(() => _api.OpenStreams == 0 && _api.Clock.LiveTimers == 0);
    }

    /// <summary>kubernetes-client/csharp, Watcher.cs: each line is made an object twice.</summary>
    [Fact]
    public async Task Csharp_watcher_reads_each_object_once_and_none_that_did_not_change()
    {
        var api = new ScriptedApi();
        var reads = 0;
        var type = Thing.Type with
        {
            Parse = (key, json) =>
            {
                Interlocked.Increment(ref reads);
                return Thing.Type.Parse(key, json);
            },
        };
        using var watch = Watches.Start(api, type: type);
        await api.ListAsync("1", ScriptedApi.Thing("one", "1"), ScriptedApi.Thing("two", "1"));
        var stream = await api.WatchAsync();
        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "2")));
        await Eventually.TrueAsync(() => watch.Objects[new("demo", "one")].Version == "2");
        Assert.Equal(3, reads);

        stream.Line(ScriptedApi.Error(410, "Expired"));
        await api.ListAsync("3", ScriptedApi.Thing("one", "2"), ScriptedApi.Thing("two", "1"));
        await api.NextWatchAsync();
        Assert.Equal(3, reads);
    }

    /// <summary>kubernetes-client/csharp 1395: ahead-of-time compilation takes another package. Here nothing of the client library is used but types of kubeconfig files,
    /// which are filled by hand, and all tests run with JSON by reflection switched off.</summary>
    [Fact]
    public void Csharp_1395_nothing_is_read_by_reflection()
    {
        var named = typeof(KubernetesRuleSource).Assembly.GetTypes().SelectMany(TypeReferences.Of).Distinct().ToList();

        Assert.False(JsonSerializer.IsReflectionEnabledByDefault);
        Assert.Contains(typeof(k8s.KubeConfigModels.K8SConfiguration), named);
        Assert.DoesNotContain(
            named,
            type => type.Namespace is { } space
                && ((space.StartsWith("k8s", StringComparison.Ordinal) && space != "k8s.KubeConfigModels") || space.StartsWith("YamlDotNet.Serialization", StringComparison.Ordinal)));
    }

    /// <summary>Endpoints are deprecated from Kubernetes 1.33 on.</summary>
    [KubeFact]
    public async Task Endpoints_v1_are_read_by_nobody()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync();
        var objects = new KubeObjects(api, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1));
        await api.Api.CreateAsync(
            $"/api/v1/namespaces/{space}/endpoints",
            $$"""{ "metadata": { "name": "reviews" }, "subsets": [ { "addresses": [ { "ip": "192.0.2.1" } ], "ports": [ { "name": "http", "port": {{pods.Port}} } ] } ] }""");
        await Rights.GrantAsync(api, space, "\"\", \"discovery.k8s.io\"", "services", "endpointslices", "pods");
        await using var mesh = new KubeMesh(api.ReaderKubeConfig, space);
        await mesh.KnowAsync("http://reviews/");

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal(PodServer.Address(1), await mesh.CallAsync("http://reviews/"));
        }

        // There is no right on Endpoints, and nobody misses it.
        Assert.DoesNotContain(mesh.Log.Complaints, entry => entry.Message.Contains("does not allow", StringComparison.Ordinal));
    }

    /// <summary>SteeltoeOSS/Steeltoe 293, 863: a component that is off keeps the application from starting.</summary>
    [Fact]
    public async Task Steeltoe_293_863_what_is_off_opens_nothing_runs_nothing_and_cannot_fail_the_start()
    {
        // Whoever opened the file would wait for a writer for ever.
        var folder = Directory.CreateTempSubdirectory("mesh-kube-off");
        var pipe = Path.Combine(folder.FullName, "config");
        using (var process = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        try
        {
            var (without, with) = (new TestClock(), new TestClock());
            using var plain = await StartAsync(without, _ => { });
            using var host = await StartAsync(with, mesh => mesh.AddKubernetes(options =>
            {
                (options.KubeConfig, options.Namespace, options.LabelsFile) = (pipe, "here", null);
                (options.Rules, options.Reports) = (false, MeshKubernetesReports.None);
            }));

            Assert.Empty(host.Services.GetRequiredService<KubernetesRuleSource>().Load());
            Assert.Null(host.Services.GetRequiredService<KubernetesCluster>().Server.Access);
            Assert.Equal(without.ArmedTimers, with.ArmedTimers);
            await host.StopAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The same once something is called: what is off is not asked for.</summary>
    [Fact]
    public async Task Steeltoe_293_863_what_is_off_is_asked_for_by_no_call()
    {
        await using var pods = await PodServer.StartAsync(1);
        using var api = new EventApi();
        api.PutService("reviews", "here");
        api.PutSlice("reviews-1", "reviews", "here", pods.Port, 1);
        await using var mesh = new KubeMesh(EventApi.KubeConfig, "here", configure: options => (options.PodLabels, options.Rules) = (false, false), connect: _ => api);
        await mesh.KnowAsync("http://reviews/");

        Assert.Equal(["/api/v1/namespaces/here/services", "/apis/discovery.k8s.io/v1/namespaces/here/endpointslices"], api.Requests.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>SteeltoeOSS/Steeltoe 170, 841: services of a scope are taken by what lives longer.</summary>
    [Fact]
    public async Task Steeltoe_170_841_registration_stands_under_the_validation_of_scopes()
    {
        await using var services = Services(options => options.Rules = false);

        Assert.NotNull(services.GetRequiredService<IMesh>());
    }

    /// <summary>SteeltoeOSS/Steeltoe 433: calls of gRPC channels that are made without the factory find nothing.</summary>
    [KubeFact]
    public async Task Steeltoe_433_grpc_finds_its_endpoints_with_the_factory_and_by_a_channel_made_by_hand()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync(2, isGrpc: true);
        var objects = new KubeObjects(api, space);
        await objects.AddServiceAsync("where", ports: """{ "name": "grpc", "port": 80, "targetPort": 8080 }""");
        await api.Api.CreateAsync(
            $"/apis/discovery.k8s.io/v1/namespaces/{space}/endpointslices",
            KubeObjects.Slice("where-1", "where", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2)).Replace("\"name\": \"http\"", "\"name\": \"grpc\"", StringComparison.Ordinal));
        await using var mesh = new KubeMesh(
            api.KubeConfig,
            space,
            """{ "DestinationRules": { "where": { "host": "where", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } } }""",
            more: services => services.AddGrpcClient<Where.WhereClient>(options => options.Address = new Uri("http://where")));
        using var channel = GrpcChannel.ForAddress("http://where", new GrpcChannelOptions { HttpHandler = mesh.Get<IHttpMessageHandlerFactory>().CreateHandler() });

        foreach (var client in new[] { mesh.Get<Where.WhereClient>(), new Where.WhereClient(channel) })
        {
            await Eventually.TrueAsync(async () =>
            {
                try
                {
                    return (await client.AskAsync(new WhereRequest())).Address.Length > 0;
                }
                catch (RpcException)
                {
                    // A slow server: the call passed by.
                    return false;
                }
            });
            var answers = new HashSet<string>();
            for (var call = 0; call < 4; call++)
            {
                answers.Add((await client.AskAsync(new WhereRequest(), cancellationToken: TestContext.Current.CancellationToken)).Address);
            }

            Assert.Equal([PodServer.Address(1), PodServer.Address(2)], answers.Order(StringComparer.Ordinal));
        }
    }

    private static async Task<IHost> StartAsync(TestClock clock, Action<IMeshBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddMeshClient(mesh => configure(mesh.AddSource(new FixedRules(Rules))));
        var host = builder.Build();
        await Eventually.EndsAsync(Task.Run(() => host.StartAsync()));
        return host;
    }

    private static ServiceProvider Services(Action<MeshKubernetesOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddMeshClient(mesh => mesh
            .AddSource(new FixedRules(Rules))
            .AddKubernetes(configure));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    private async Task<KubernetesRuleSource> StartAsync()
    {
        var cluster = _api.Connect();
        var source = new KubernetesRuleSource(cluster);
        _owned.AddRange([source, cluster]);
        await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));
        return source;
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        var start = _api.Clock.Elapsed;
        while (!condition())
        {
            Assert.True(_api.Clock.Elapsed - start < TimeSpan.FromMinutes(2), "In vain within the test's time.");
            await Task.Delay(2);
            _api.Clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private sealed class FixedRules(string json) : IMeshConfigurationSource
    {
        public string Name => "fixed";

        public Microsoft.Extensions.Primitives.IChangeToken GetChangeToken() => new Microsoft.Extensions.Primitives.CancellationChangeToken(CancellationToken.None);

        public IReadOnlyList<MeshDocument> Load() => [MeshDocument.FromMeshJson("fixed.json", json)];
    }
}

using System.Net;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Kubernetes.Tests.KnownBugs;

/// <summary>What others were told is wrong with clients of Kubernetes for .NET, each shown not to be so here. The numbers are those of their issue trackers.</summary>
public sealed class KubernetesClientBugTests : IDisposable
{
    private readonly PathApi _api = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _api.Dispose();
    }

    /// <summary>kubernetes-client/csharp 533, 616, 698.</summary>
    [Fact]
    public async Task Csharp_533_616_698_watch_that_ends_without_a_word_is_taken_up_again()
    {
        _api.Serve("VirtualService");
        var source = await StartAsync();
        for (var round = 0; round < 5; round++)
        {
            await Eventually.TrueAsync(() => _api.OpenStreams == 1);
            _api.EndStreams(isBroken: round % 2 == 0);
            await UntilAsync(() => _api.OpenStreams == 1);
            _api.Put("VirtualService", "a", $"rule-{round}", "{}");
            await UntilAsync(() => source.Read().Count == round + 1);
        }
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

    /// <summary>kubernetes-client/csharp 1395: ahead-of-time compilation takes another package. Here nothing but the types of kubeconfig files are of the
    /// client library, and the package is built under the compiler's checks for it.</summary>
    [Fact]
    public void Csharp_1395_nothing_is_read_by_reflection()
    {
        var metadata = typeof(KubernetesRuleSource).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false).Cast<System.Reflection.AssemblyMetadataAttribute>();

        Assert.Contains(metadata, entry => entry is { Key: "IsAotCompatible", Value: "True" } or { Key: "IsTrimmable", Value: "True" });
    }

    /// <summary>Endpoints are deprecated from Kubernetes 1.33 on.</summary>
    [Fact]
    public void Endpoints_v1_are_read_by_nobody()
        => Assert.DoesNotContain(
            Directory.EnumerateFiles(RepositoryRoot.Combine("src", "Mesh.Client.Kubernetes"), "*.cs", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("\"endpoints\", ", StringComparison.Ordinal));

    /// <summary>SteeltoeOSS/Steeltoe 293, 863: a component that is off keeps the application from starting.</summary>
    [Fact]
    public async Task Steeltoe_293_863_rules_that_are_off_run_nothing_and_cannot_fail_the_start()
    {
        await using var services = Services(options => (options.Rules, options.KubeConfig) = (false, "/no/such/file"));
        var hosted = services.GetServices<Microsoft.Extensions.Hosting.IHostedService>();
        foreach (var service in hosted)
        {
            await service.StartAsync(TestContext.Current.CancellationToken);
        }

        Assert.Empty(services.GetRequiredService<KubernetesRuleSource>().Load());
        Assert.Null(services.GetRequiredService<KubernetesCluster>().Server.Access);
    }

    /// <summary>SteeltoeOSS/Steeltoe 170, 841: services of a scope are taken by what lives longer.</summary>
    [Fact]
    public async Task Steeltoe_170_841_registration_stands_under_the_validation_of_scopes()
    {
        await using var services = Services(options => options.Rules = false);

        Assert.NotNull(services.GetRequiredService<IMesh>());
    }

    /// <summary>SteeltoeOSS/Steeltoe 433: calls of gRPC channels that are made without the factory find nothing.</summary>
    [Fact]
    public async Task Steeltoe_433_handler_taken_out_of_the_factory_goes_by_the_same_rules()
    {
        await using var services = Services(options => options.Rules = false);
        using var handler = new HttpMessageInvoker(services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://known.test/");
        using var response = await handler.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out _));
    }

    private static ServiceProvider Services(Action<MeshKubernetesOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddMeshClient(mesh => mesh
            .AddSource(new FixedRules("""{ "DefaultDiscovery": "None", "VirtualServices": { "known": { "hosts": [ "known.test" ], "http": [ { "match": [ { "uri": { "exact": "/x" } } ], "directResponse": { "status": 200 } } ] } } }"""))
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

using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Tests.Discovery;

/// <summary>Sources of endpoints that an application registers, from the call to the enumeration.</summary>
public sealed class EndpointSourceTests : IDisposable
{
    private const string Reviews = """ "Services": { "reviews": { "Discovery": "fake", "Ports": [ { "Number": 80, "Name": "http" } ] } } """;

    private readonly FakeEndpointSource _source = new();
    private MeshFixture _mesh;

    public EndpointSourceTests() => _mesh = new MeshFixture(Reviews, _source);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MeshDiscoveryStatus Discovery => _mesh.Mesh.GetClusters()[0].Discovery!;

    public void Dispose() => _mesh.Dispose();

    [Fact]
    public async Task First_call_waits_for_the_first_set_and_later_calls_for_none()
    {
        var first = GetAsync();
        await _source.OfAsync("reviews");
        Assert.False(first.IsCompleted);

        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1:80"));

        Assert.Equal("10.0.0.1:80", await first);
        Assert.Equal("10.0.0.1:80", await GetAsync());
        Assert.Equal(1, _source.Begun);
    }

    [Fact]
    public async Task Endpoints_are_called_by_their_priority_and_status_tells_it()
    {
        var first = GetAsync();
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80") { Priority = 7 }, new MeshEndpoint("10.0.0.1:80") { Priority = 1, Weight = 3, Locality = "eu/a" });
        await first;
        for (var call = 0; call < 20; call++)
        {
            Assert.Equal("10.0.0.1:80", await GetAsync());
        }

        var cluster = Assert.Single(_mesh.Mesh.GetClusters());
        Assert.Equal(
            [("10.0.0.2:80", 7, 1, null), ("10.0.0.1:80", 1, 3, "eu/a")],
            cluster.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Priority, endpoint.Weight, endpoint.Locality)));
        Assert.True(_mesh.Mesh.EjectEndpoint(cluster.Name, "10.0.0.1:80"));
        Assert.Equal("10.0.0.2:80", await GetAsync());
    }

    [Fact]
    public async Task First_call_without_an_answer_is_answered_503_after_five_seconds()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await _source.OfAsync("reviews");
        _mesh.Clock.Advance(TimeSpan.FromSeconds(5));

        using var response = await call;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(MeshDiscoveryState.Pending, Discovery.State);
    }

    [Fact]
    public async Task Caller_that_gives_up_waits_no_longer()
    {
        using var caller = new CancellationTokenSource();
        var call = _mesh.Client.GetAsync("http://reviews/", caller.Token);
        await _source.OfAsync("reviews");
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Source_that_blocks_does_not_block_the_thread_that_calls()
    {
        using var goOn = new ManualResetEventSlim();
        _source.Beginning = _ => goOn.Wait(Cancellation);
        var call = GetAsync();
        goOn.Set();
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1:80"));

        Assert.Equal("10.0.0.1:80", await call);
    }

    [Fact]
    public async Task Service_is_enumerated_once_for_all_its_names_ports_and_subsets()
    {
        Restart("""
            "Services": { "reviews": { "Discovery": "Fake" } },
            "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } }
            """);
        Task<string>[] calls =
        [
            GetAsync(), GetAsync("http://reviews.default/"), GetAsync("http://reviews.default.svc.cluster.local/"), GetAsync("http://REVIEWS:8080/"),
            SubsetAsync("v1"),
        ];
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1") { Labels = Version("v1") });

        Assert.Equal(["10.0.0.1:80", "10.0.0.1:80", "10.0.0.1:80", "10.0.0.1:8080", "10.0.0.1:80"], await Task.WhenAll(calls));
        Assert.Equal(1, _source.Begun);
    }

    [Fact]
    public async Task Services_that_nobody_calls_are_not_enumerated()
    {
        Restart(""" "Services": { "reviews": { "Discovery": "Fake" }, "ratings": { "Discovery": "Fake" } } """);
        var call = GetAsync();
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        await call;

        Assert.Equal("reviews", Assert.Single(_source.Queries).Host);
    }

    [Fact]
    public async Task Query_names_the_service_as_the_rules_do_and_in_full()
    {
        Restart(""" "Services": { "prod/reviews": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 81 } ] } } """);
        var call = GetAsync("http://reviews.prod/");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        await call;

        var query = new MeshEndpointQuery("reviews", "reviews.prod.svc.cluster.local", "prod", [new(80, "http"), new(81, null)]);
        Assert.Equal(query, Assert.Single(_source.Queries));
        Assert.Equal(query.GetHashCode(), _source.Queries.Single().GetHashCode());
    }

    [Fact]
    public async Task Default_discovery_may_be_a_source()
    {
        Restart(""" "DefaultDiscovery": "fake", "VirtualServices": { "a": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews" } } ] } ] } } """);
        var call = GetAsync("http://reviews:9080/");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));

        Assert.Equal("10.0.0.1:9080", await call);
    }

    [Fact]
    public async Task Each_set_is_the_whole_truth()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"), new MeshEndpoint("10.0.0.2:80"));
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.3:80"));

        await HasAsync("10.0.0.3:80");
        Assert.Equal("10.0.0.3:80", await GetAsync());
        Assert.Equal(MeshDiscoveryState.Known, Discovery.State);
    }

    [Fact]
    public async Task Sets_that_follow_each_other_at_once_come_to_the_newest()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        for (var last = 2; last < 100; last++)
        {
            await _source.PushAsync("reviews", new MeshEndpoint($"10.0.0.{last}:80"));
        }

        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return Addresses is ["10.0.0.99:80"];
        });
    }

    [Fact]
    public async Task Labels_locality_and_weight_arrive()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80") { Labels = Version("v1"), Locality = "eu/eu-1/a", Weight = 7 });

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        var endpoint = Assert.Single(_mesh.Mesh.Explain(request).Destinations[0].Cluster!.Endpoints);
        Assert.Equal(("v1", "eu/eu-1/a", 7), (endpoint.Labels["version"], endpoint.Locality, endpoint.Weight));
    }

    [Fact]
    public async Task Change_of_a_description_alone_is_a_change()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80") { Labels = Version("v1") });
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1:80") { Labels = Version("v2") });

        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(10));
            return _mesh.Mesh.GetClusters()[0].Endpoints[0].Labels["version"] == "v2";
        });
    }

    [Fact]
    public async Task Ports_say_where_each_port_of_the_service_is_served()
    {
        Restart(""" "Services": { "reviews": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 81, "Name": "admin" } ] } } """);
        var first = GetAsync();
        await _source.PushAsync(
            "reviews",
            new MeshEndpoint("10.0.0.1") { Ports = new Dictionary<int, int> { [80] = 8080, [81] = 8081 } },
            new MeshEndpoint("fd00::1") { Ports = new Dictionary<int, int> { [81] = 9081 } });

        Assert.Equal("10.0.0.1:8080", await first);
        await GetAsync("http://reviews:81/");
        Assert.Equal(
            ["10.0.0.1:8081", "[fd00::1]:9081"],
            _mesh.Mesh.GetClusters().Single(cluster => cluster.Name.Contains("|81|", StringComparison.Ordinal)).Endpoints.Select(endpoint => endpoint.Address));
    }

    [Fact]
    public async Task Empty_set_is_believed_at_once_and_explained()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        (await _source.OfAsync("reviews")).Push(new MeshEndpointSet([]) { Explanation = "The registry has scaled reviews to nothing." });
        await HasAsync();

        using var response = await _mesh.GetAsync("http://reviews/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("scaled reviews to nothing", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(MeshDiscoveryState.Empty, Discovery.State);
    }

    [Fact]
    public async Task Failing_source_leaves_the_endpoints_and_shows_since_when()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Clock.Advance(TimeSpan.FromSeconds(50));
        (await _source.OfAsync("reviews")).Fail(new TimeoutException("the registry is gone"));
        await StateIsAsync(MeshDiscoveryState.Stale);

        Assert.Equal("10.0.0.1:80", await GetAsync());
        Assert.Equal("Fake", Discovery.Source);
        Assert.Equal(TimeSpan.FromSeconds(50), Discovery.Age);
        Assert.Equal("The endpoint source Fake failed for reviews: TimeoutException: the registry is gone", Discovery.Problem);
        Assert.Contains(_mesh.Logs.Complaints, entry => entry.Message.Contains("the registry is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Set_with_a_problem_is_served_and_shown_as_stale_until_one_without_comes()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Clock.Advance(TimeSpan.FromSeconds(7));
        var enumeration = await _source.OfAsync("reviews");

        enumeration.Push(new MeshEndpointSet([new MeshEndpoint("10.0.0.1:80")]) { Problem = "The registry hangs." });
        await StateIsAsync(MeshDiscoveryState.Stale);
        Assert.Equal("10.0.0.1:80", await GetAsync());
        Assert.Equal("The registry hangs.", Discovery.Problem);
        Assert.True(Discovery.Age >= TimeSpan.FromSeconds(7), $"{Discovery.Age}");

        _mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        enumeration.Push(new MeshEndpointSet([new MeshEndpoint("10.0.0.1:80")]));
        await StateIsAsync(MeshDiscoveryState.Known);
        Assert.Equal(1, _source.Begun);
    }

    [Fact]
    public async Task Set_with_a_problem_and_nothing_else_has_failed()
    {
        _ = GetAsync();
        (await _source.OfAsync("reviews")).Push(new MeshEndpointSet([]) { Problem = "The registry hangs." });

        await StateIsAsync(MeshDiscoveryState.Failed);
        Assert.Equal("The registry hangs.", Discovery.Problem);
    }

    [Fact]
    public async Task Failing_source_is_enumerated_anew_after_a_back_off()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Clock.Advance(TimeSpan.FromSeconds(50));
        (await _source.OfAsync("reviews")).Fail(new TimeoutException());
        await StateIsAsync(MeshDiscoveryState.Stale);
        await WaitsAsync();
        Assert.InRange(_mesh.Clock.NextDueIn!.Value, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5));

        _mesh.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80"));
        await HasAsync("10.0.0.2:80");
        Assert.Equal(MeshDiscoveryState.Known, Discovery.State);
        Assert.Null(Discovery.Problem);
        Assert.Equal(2, _source.Begun);
    }

    [Fact]
    public async Task Source_that_answers_and_fails_again_and_again_is_asked_ever_more_rarely()
    {
        var call = GetAsync();
        var longest = TimeSpan.Zero;
        for (var begun = 1; begun <= 10; begun++)
        {
            await Eventually.TrueAsync(() => _source.Begun == begun);
            var enumeration = await _source.OfAsync("reviews");
            enumeration.Push(new MeshEndpointSet([new("10.0.0.1:80")]));
            enumeration.Fail(new TimeoutException());
            await Eventually.TrueAsync(() =>
            {
                longest = _mesh.Clock.NextDueIn is { } next && next > longest ? next : longest;
                _mesh.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return _source.Begun > begun;
            });
        }

        await call;
        Assert.InRange(longest, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Source_that_fails_from_the_beginning_is_tried_while_the_first_call_waits()
    {
        var call = GetAsync();
        (await _source.OfAsync("reviews")).Fail(new TimeoutException("not yet"));
        await StateIsAsync(MeshDiscoveryState.Failed);
        await WaitsAsync();
        Assert.False(call.IsCompleted);

        _mesh.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1:80"));
        Assert.Equal("10.0.0.1:80", await call);
    }

    [Fact]
    public async Task Source_that_throws_before_it_enumerates_fails_like_any_other()
    {
        _source.Beginning = _ => throw new InvalidOperationException("no registry here");
        var call = _mesh.GetAsync("http://reviews/");
        await StateIsAsync(MeshDiscoveryState.Failed);
        using var response = await _mesh.AdvanceUntilDoneAsync(call);

        Assert.Contains("no registry here", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_that_is_null_is_a_failure()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        (await _source.OfAsync("reviews")).Push(null!);

        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(10));
            return Discovery.State == MeshDiscoveryState.Stale || _source.Begun > 1;
        });
        Assert.Equal(MeshDiscoveryState.Stale, Discovery.State);
        Assert.Equal("10.0.0.1:80", await GetAsync());
    }

    [Fact]
    public async Task Enumeration_that_ends_is_begun_anew_and_nothing_is_reported()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        (await _source.OfAsync("reviews")).End();
        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return _source.Begun == 2;
        });

        Assert.Equal("10.0.0.1:80", await GetAsync());
        Assert.Equal(MeshDiscoveryState.Known, Discovery.State);
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80"));
        await HasAsync("10.0.0.2:80");
        Assert.Empty(_mesh.Logs.Complaints);
    }

    [Fact]
    public async Task Enumeration_that_ends_without_a_set_has_failed()
    {
        var call = GetAsync();
        (await _source.OfAsync("reviews")).End();
        await StateIsAsync(MeshDiscoveryState.Failed);

        Assert.Contains("without any", Discovery.Problem, StringComparison.Ordinal);
        await WaitsAsync();
        _mesh.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1:80"));
        await call;
    }

    [Fact]
    public async Task Enumeration_ends_with_the_service()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Source.PushJson("""{ "Services": { "ratings": { "Discovery": "Fake" } } }""");

        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return _source.Open == 0;
        });
    }

    [Fact]
    public async Task Enumeration_ends_with_the_mesh()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Dispose();

        await Eventually.TrueAsync(() => _source.Open == 0);
        await Eventually.TrueAsync(() => _mesh.Clock.LiveTimers == 0);
    }

    [Fact]
    public async Task New_ports_are_a_new_question_and_the_endpoints_stay_until_its_answer()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _mesh.Source.PushJson("""{ "Services": { "reviews": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 81 } ] } } }""");
        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return _source.Begun == 2;
        });

        Assert.Equal("10.0.0.1:80", await GetAsync());
        await Eventually.TrueAsync(() => _source.Open == 1);
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80"));
        await HasAsync("10.0.0.2:80");
    }

    [Fact]
    public async Task Other_rules_leave_the_enumeration_alone()
    {
        await KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        var version = _mesh.Mesh.RulesVersion;
        _mesh.Source.PushJson($$"""{ {{Reviews}}, "DestinationRules": { "a": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "RANDOM" } } } } }""");
        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return _mesh.Mesh.RulesVersion > version;
        });

        Assert.Equal("10.0.0.1:80", await GetAsync());
        Assert.Equal(1, _source.Begun);
    }

    [Fact]
    public async Task Several_clients_of_an_application_share_one_enumeration()
    {
        var transport = new ScriptedTransport(TimeProvider.System);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Mesh:Services:reviews:Discovery", "Fake"), new("Mesh:Services:ratings:Discovery", "Other")]).Build());
        services.AddMeshClient(mesh => mesh.AddEndpointSource(_source).AddEndpointSource(_ => new FakeEndpointSource("Other")));
        services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => transport));
        await using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        var calls = Enumerable.Range(0, 10).Select(number => factory.CreateClient($"client{number}").GetAsync("http://reviews/", Cancellation)).ToArray();
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        foreach (var call in calls)
        {
            using var response = await call;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(1, _source.Begun);
    }

    [Fact]
    public void Sources_of_one_name_are_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => MeshClient.CreateHandler(new MeshHandlerOptions { EndpointSources = [_source, new FakeEndpointSource("FAKE")] }));

        Assert.Contains("'Fake'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Dns")]
    [InlineData("kubernetes or so")]
    public void Source_whose_name_cannot_be_written_is_refused(string name)
        => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddMeshClient().AddEndpointSource(new FakeEndpointSource(name)));

    private void Restart(string rules)
    {
        _mesh.Dispose();
        _mesh = new MeshFixture(rules, _source);
    }

    private static Dictionary<string, string> Version(string version) => new() { ["version"] = version };

    private string[] Addresses => [.. _mesh.Mesh.GetClusters()[0].Endpoints.Select(endpoint => endpoint.Address)];

    /// <summary>The endpoint that answers.</summary>
    private async Task<string> GetAsync(string uri = "http://reviews/") => (await MeshFixture.ResultAsync(_mesh.GetAsync(uri))).Endpoint!;

    private async Task<string> SubsetAsync(string subset)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        request.SetMesh(new MeshCallOptions { Subset = subset });
        return (await MeshFixture.ResultAsync(_mesh.Client.SendAsync(request, Cancellation))).Endpoint!;
    }

    private async Task KnowAsync(params MeshEndpoint[] endpoints)
    {
        var call = GetAsync();
        await _source.PushAsync("reviews", endpoints);
        await call;
        await Eventually.TrueAsync(() => Addresses.Length == endpoints.Length);
    }

    private Task HasAsync(params string[] addresses) => Eventually.TrueAsync(() =>
    {
        _mesh.Clock.Advance(TimeSpan.FromMilliseconds(10));
        return Addresses.SequenceEqual(addresses);
    });

    private Task StateIsAsync(MeshDiscoveryState state) => Eventually.TrueAsync(() => _mesh.Mesh.GetClusters() is [{ Discovery: { } discovery }] && discovery.State == state);

    /// <summary>For the end of the back-off.</summary>
    private Task WaitsAsync() => Eventually.TrueAsync(() => _mesh.Clock.NextDueIn < TimeSpan.FromSeconds(1));
}

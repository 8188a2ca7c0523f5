using System.Net;
using Mesh.Client.Discovery;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Hosts that no rule names and a directory knows.</summary>
public sealed class HostDirectoryTests : IDisposable
{
    private const string Known = """ "Services": { "ratings": { "Endpoints": [ { "Address": "10.0.0.9:80" } ] } } """;
    private const string Found = """{ "Services": { "ratings": { "Endpoints": [ { "Address": "10.0.0.9:80" } ] }, "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } } }""";

    private readonly FakeHostDirectory _directory = new();
    private readonly MeshFixture _mesh;

    public HostDirectoryTests() => _mesh = new MeshFixture(Known, _directory);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _mesh.Dispose();

    [Theory]
    [InlineData("http://reviews/")]
    [InlineData("http://REVIEWS./")]
    [InlineData("https+http://_http.reviews/")]
    public async Task Host_that_is_found_is_called_by_its_rules(string uri)
    {
        var call = _mesh.GetAsync(uri.Replace("_http.", "", StringComparison.Ordinal));
        await FindAsync();

        Assert.Equal("10.0.0.1:80", (await MeshFixture.ResultAsync(call)).Endpoint);
        Assert.Equal(["reviews"], _directory.Asked);
    }

    [Fact]
    public async Task Port_by_name_is_no_part_of_the_host()
    {
        var call = _mesh.GetAsync("http://_admin.reviews/");
        await _directory.AnswerAsync("reviews", isFound: false);
        using var response = await call;

        Assert.Equal(["reviews"], _directory.Asked);
    }

    [Fact]
    public async Task Calls_at_the_same_time_ask_once()
    {
        var calls = Enumerable.Range(0, 20).Select(_ => _mesh.GetAsync("http://reviews/")).ToArray();
        await FindAsync();

        foreach (var call in calls)
        {
            Assert.Equal("10.0.0.1:80", (await MeshFixture.ResultAsync(call)).Endpoint);
        }

        Assert.Single(_directory.Asked);
    }

    [Fact]
    public async Task Host_that_is_found_is_not_asked_for_again()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await FindAsync();
        using var first = await call;
        var looks = _directory.Looks;
        using var second = await _mesh.GetAsync("http://reviews/");

        Assert.Equal(looks, _directory.Looks);
    }

    [Fact]
    public async Task Host_of_the_rules_is_not_asked_for()
    {
        using var response = await _mesh.GetAsync("http://ratings/");

        Assert.Equal(0, _directory.Looks);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::1]/")]
    public async Task Address_is_not_asked_for(string uri)
    {
        using var response = await _mesh.GetAsync(uri);

        Assert.Equal(0, _directory.Looks);
    }

    [Fact]
    public async Task Stranger_passes_by_unasked()
    {
        _directory.Knows = host => host != "example.com";
        using var response = await _mesh.GetAsync("http://example.com/");

        Assert.Equal("example.com:80", Assert.Single(_mesh.Transport.Requests).Authority);
        Assert.Empty(_directory.Asked);
    }

    [Fact]
    public async Task Host_that_is_not_there_passes_by()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await _directory.AnswerAsync("reviews", isFound: false);
        using var response = await call;

        Assert.Equal("reviews:80", Assert.Single(_mesh.Transport.Requests).Authority);
        Assert.Empty(_mesh.Logs.Complaints);
    }

    [Fact]
    public async Task Failure_passes_by_at_once_until_its_back_off_is_over_and_is_logged_once()
    {
        await FailAsync(new TimeoutException("no API server"));
        using var response = await _mesh.GetAsync("http://reviews/");
        Assert.Single(_directory.Asked);

        _mesh.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await FailAsync(new TimeoutException("no API server"));
        Assert.Contains("reviews", Assert.Single(_mesh.Logs.Complaints).Message, StringComparison.Ordinal);

        _mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        var call = _mesh.GetAsync("http://reviews/");
        await FindAsync();
        Assert.Equal("10.0.0.1:80", (await MeshFixture.ResultAsync(call)).Endpoint);
    }

    [Fact]
    public async Task Directory_that_says_nothing_holds_a_call_up_for_five_seconds_and_the_next_not_at_all()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await Eventually.TrueAsync(() => _directory.Asked.Count == 1 && _mesh.Clock.NextDueIn <= HostLookups.Limit);
        _mesh.Clock.Advance(HostLookups.Limit);
        using var first = await call;
        using var second = await _mesh.GetAsync("http://reviews/");

        Assert.Single(_directory.Asked);
        Assert.Contains("within 5 s", Assert.Single(_mesh.Logs.Complaints).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_whose_rules_do_not_come_passes_by()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await _directory.AnswerAsync("reviews", isFound: true);
        using var response = await _mesh.AdvanceUntilDoneAsync(call);

        Assert.Equal("reviews:80", Assert.Single(_mesh.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Caller_that_gives_up_waits_no_longer_and_others_do()
    {
        using var caller = new CancellationTokenSource();
        var impatient = _mesh.Client.GetAsync("http://reviews/", caller.Token);
        var patient = _mesh.GetAsync("http://reviews/");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        await FindAsync();
        Assert.Equal("10.0.0.1:80", (await MeshFixture.ResultAsync(patient)).Endpoint);
    }

    [Fact]
    public async Task Synchronous_call_waits_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        var call = Task.Run(() => _mesh.Client.Send(request, Cancellation), Cancellation);
        await FindAsync();
        using var response = await call;

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal("10.0.0.1:80", result.Endpoint);
    }

    [Fact]
    public async Task Registry_only_asks_before_it_refuses()
    {
        using var mesh = new MeshFixture($$""" "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" }, {{Known}} """, _directory);
        var call = mesh.GetAsync("http://reviews/");
        await _directory.AnswerAsync("reviews", isFound: false);
        using var response = await call;

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Fact]
    public async Task Directory_that_throws_where_it_must_not_fails_no_call()
    {
        _directory.Knows = _ => throw new InvalidOperationException("bug");
        using var response = await _mesh.GetAsync("http://reviews/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Hosts_that_users_invent_do_not_fill_the_memory()
    {
        _directory.Asking = _ => throw new TimeoutException();
        for (var number = 0; number < HostLookups.MostHosts + 10; number++)
        {
            using var response = await _mesh.GetAsync($"http://host{number}/");
        }

        Assert.Equal(HostLookups.MostHosts, _directory.Asked.Count);
        _mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        using var last = await _mesh.GetAsync("http://another/");
        Assert.Equal(HostLookups.MostHosts + 1, _directory.Asked.Count);
    }

    [Fact]
    public async Task End_of_the_mesh_ends_the_question()
    {
        var call = _mesh.GetAsync("http://reviews/");
        await Eventually.TrueAsync(() => _directory.Asked.Count == 1);
        ((MeshHandler)_mesh.Handler).Runtime.Dispose();
        using var response = await call;

        Assert.Equal("reviews:80", Assert.Single(_mesh.Transport.Requests).Authority);
    }

    private async Task FindAsync()
    {
        await _directory.AnswerAsync("reviews", isFound: true);
        _mesh.Source.PushJson(Found);
        await Eventually.TrueAsync(() =>
        {
            _mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return _mesh.Mesh.RulesVersion == 2;
        });
    }

    private async Task FailAsync(Exception error)
    {
        var call = _mesh.GetAsync("http://reviews/");
        await _directory.FailAsync("reviews", error);
        using var response = await call;
        Assert.Equal("reviews:80", _mesh.Transport.Requests[^1].Authority);
    }
}

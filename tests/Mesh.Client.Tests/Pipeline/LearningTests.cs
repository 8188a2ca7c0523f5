using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a policy that learns from calls hears of them.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly MeshFixture _mesh = new("\"Services\": { \"reviews\": { \"Ports\": [ { \"Number\": 9080 } ], \"Endpoints\": [ { \"Address\": \"10.0.0.1:80\" } ] } }");
    private readonly Pupil _pupil = new();

    private EndpointScript Server => _mesh.Transport["10.0.0.1:80"];

    public void Dispose() => _mesh.Dispose();

    [Fact]
    public async Task Answer_is_heard_once_with_the_time_to_its_headers()
    {
        await LearnAsync();
        Server.Then(TransportStep.Status(404).After(TimeSpan.FromSeconds(3)));

        using var response = await _mesh.AdvanceUntilDoneAsync(_mesh.GetAsync());
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var sample = Assert.Single(_pupil.Heard);
        Assert.Equal((CallOutcome.Success, response.StatusCode), (sample.Outcome, sample.Response!.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(3), _mesh.Clock.GetElapsedTime(sample.Started, sample.Ended));
    }

    [Fact]
    public async Task Each_attempt_is_heard()
    {
        await LearnAsync();
        Server.Then(TransportStep.Reset());

        using var response = await _mesh.AdvanceUntilDoneAsync(_mesh.GetAsync());

        Assert.Equal([CallOutcome.Reset, CallOutcome.Success], _pupil.Heard.Select(sample => sample.Outcome));
        Assert.Equal(2, _pupil.Begun);
    }

    [Fact]
    public async Task Call_that_the_caller_gave_up_is_heard_as_that()
    {
        await LearnAsync();
        Server.Then(TransportStep.Hang());
        using var patience = new CancellationTokenSource();

        var call = _mesh.Client.GetAsync("http://reviews:9080/", patience.Token);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(CallOutcome.CallerCancelled, Assert.Single(_pupil.Heard).Outcome);
    }

    [Fact]
    public async Task Attempt_that_ends_in_an_exception_of_the_application_teaches_nothing()
    {
        await LearnAsync();
        Server.Then(TransportStep.Throw(() => new InvalidOperationException("The application's own.")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _mesh.GetAsync());

        Assert.Equal(CallOutcome.CallerCancelled, Assert.Single(_pupil.Heard).Outcome);
    }

    [Theory]
    [InlineData("MESH_INTERNAL", true)]
    [InlineData("MESH_EXTERNAL", false)]
    public async Task Report_is_asked_for_inside_the_mesh_and_the_question_taken_back(string location, bool isAsked)
    {
        using var mesh = new MeshFixture($$"""
            "ServiceEntries": { "reviews": { "hosts": [ "reviews" ], "location": "{{location}}", "ports": [ { "number": 9080, "name": "http", "protocol": "HTTP" } ],
              "resolution": "STATIC", "endpoints": [ { "address": "10.0.0.1", "ports": { "http": 80 } } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { "loadBalancer": { "policy": "PREQUAL" } } } } }
            """);
        var asked = false;
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.Answer(request =>
        {
            asked = request.Headers.Contains(LoadReport.HeaderName);
            var response = new HttpResponseMessage(HttpStatusCode.OK);
            response.Headers.Add(LoadReport.HeaderName, "rif=5;latency=2000");
            return response;
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(isAsked, asked);
        Assert.False(request.Headers.Contains(LoadReport.HeaderName));
        var endpoint = Assert.Single(Assert.Single(((Mesh.Client.Pipeline.MeshHandler)mesh.Handler).Runtime.Clusters.GetStates()).Endpoints.All);
        Assert.Equal(5, EndpointLoad.Of(endpoint).Reported.RequestsInFlight);
    }

    [Fact]
    public async Task Question_for_a_report_stays_with_the_call_and_does_not_follow_its_copy_out_of_the_mesh()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "ServiceEntries": { "other": { "hosts": [ "other.example" ], "location": "MESH_EXTERNAL", "ports": [ { "number": 9080, "name": "http", "protocol": "HTTP" } ],
              "resolution": "STATIC", "endpoints": [ { "address": "10.0.0.2", "ports": { "http": 80 } } ] } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [
              { "route": [ { "destination": { "host": "reviews" } } ], "mirror": { "host": "other.example" } } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { "loadBalancer": { "policy": "PREQUAL" } } } } }
            """);
        var asked = new TaskCompletionSource<bool>();
        mesh.Transport["10.0.0.2:80"].Then(TransportStep.Answer(request =>
        {
            asked.SetResult(request.Headers.Contains(LoadReport.HeaderName));
            return new HttpResponseMessage(HttpStatusCode.OK);
        }));

        using var response = await mesh.GetAsync();

        Assert.False(await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>A first call makes the cluster, whose balancer then gives way to the pupil.</summary>
    private async Task LearnAsync()
    {
        using var response = await _mesh.GetAsync();
        Assert.Single(((Mesh.Client.Pipeline.MeshHandler)_mesh.Handler).Runtime.Clusters.GetStates()).Balancer = _pupil;
    }

    private sealed class Pupil() : Balancer(MeshRandom.Seeded(1))
    {
        public int Begun { get; private set; }

        public List<CallSample> Heard { get; } = [];

        public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Random;

        public override bool LearnsFromCalls => true;

        public override void Begin(EndpointState endpoint, long now) => Begun++;

        public override void End(EndpointState endpoint, in CallSample sample) => Heard.Add(sample);

        protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock) => 0;

        protected override int Draw(EndpointGroup group) => 0;
    }
}

using System.Diagnostics;
using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

/// <summary>The class of a call goes from hop to hop, through real servers and a real mesh.</summary>
[Collection(ServerActivityCollection.Name)]
public sealed class CriticalityTests
{
    private const string Sheddable = "mesh.criticality=SHEDDABLE";

    private readonly EditableRules _rules = new();

    [Fact]
    public async Task Class_of_the_incoming_request_goes_on_with_calls()
        => Assert.Equal(Sheddable, await OutgoingAsync("/", ("baggage", Sheddable)));

    [Fact]
    public async Task Class_goes_on_beside_other_baggage_and_through_an_activity()
    {
        var outgoing = await OutgoingAsync("/traced", ("baggage", $"tenant=7, {Sheddable}"));

        Assert.Equal(["mesh.criticality=SHEDDABLE", "tenant=7"], outgoing.Split(','));
    }

    [Fact]
    public async Task Class_of_the_call_comes_before_that_of_the_request()
        => Assert.Equal(MeshCriticality.CriticalPlus, CriticalityBaggage.Find(await OutgoingAsync("/plus", ("baggage", Sheddable))));

    [Fact]
    public async Task What_is_no_class_is_none()
        => Assert.Null(CriticalityBaggage.Find(await OutgoingAsync("/", ("baggage", "mesh.criticality=URGENT"))));

    /// <summary>The server has an Activity where somebody listens to it, and that decodes the baggage.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Escaped_class_is_the_same_class_with_and_without_an_activity_of_the_server(bool isListenedTo)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => isListenedTo && source.Name == "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);

        Assert.Equal(MeshCriticality.Sheddable, CriticalityBaggage.Find(await OutgoingAsync("/", ("baggage", "mesh.criticality=%53HEDDABLE"))));
    }

    [Fact]
    public async Task Request_without_a_class_makes_calls_without_one()
        => Assert.Equal("", await OutgoingAsync("/"));

    [Fact]
    public async Task Limits_turn_away_by_the_class_of_the_incoming_request()
    {
        Assert.Equal("sent 2, then 503", await LimitedAsync(("baggage", Sheddable)));
        Assert.Equal("sent 4, then 503", await LimitedAsync());
    }

    /// <summary>The baggage of a call that is made while a request is handled.</summary>
    private async Task<string> OutgoingAsync(string path, params (string Name, string Value)[] headers)
    {
        await using var back = await MeshServer.StartAsync(_rules, app => app.Run(context => context.Response.WriteAsync(context.Request.Headers["baggage"].ToString())));
        using var client = Client(back, "");
        await using var front = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseMesh();
            app.Run(async context =>
            {
                using var activity = context.Request.Path == "/traced" ? new Activity("server").SetIdFormat(ActivityIdFormat.W3C).AddBaggage("tenant", "7").Start() : null;
                using var request = new HttpRequestMessage(HttpMethod.Get, "http://back/");
                if (context.Request.Path == "/plus")
                {
                    request.SetMesh(new MeshCallOptions { Criticality = MeshCriticality.CriticalPlus });
                }

                using var response = await client.SendAsync(request);
                await context.Response.WriteAsync(await response.Content.ReadAsStringAsync());
            });
        });
        return await front.GetAsync(path, headers);
    }

    private async Task<string> LimitedAsync(params (string Name, string Value)[] headers)
    {
        await using var back = await MeshServer.StartAsync(_rules, app => app.Run(context => context.Response.WriteAsync("answer")));
        using var client = Client(back, """ , "x-mesh": { "trafficPolicy": { "adaptiveConcurrency": { "minRttCalcParams": { "minConcurrency": 4 } } } } """);
        await using var front = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseMesh();
            app.Run(async context =>
            {
                var streams = new List<HttpResponseMessage>();
                do
                {
                    streams.Add(await client.GetAsync("http://back/", HttpCompletionOption.ResponseHeadersRead));
                }
                while (streams[^1].IsSuccessStatusCode);

                await context.Response.WriteAsync($"sent {streams.Count - 1}, then {(int)streams[^1].StatusCode}");
                streams.ForEach(stream => stream.Dispose());
            });
        });
        return await front.GetAsync("/", headers);
    }

    private static HttpClient Client(MeshServer back, string rule)
    {
        var source = new TestKit.FakeSource("rules");
        source.PushJson($$"""
            { "Services": { "back": { "Endpoints": [ { "Address": "{{back.Address.Authority}}" } ] } },
              "DestinationRules": { "back": { "host": "back", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } {{rule}} } } }
            """);
        return new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source] }));
    }
}

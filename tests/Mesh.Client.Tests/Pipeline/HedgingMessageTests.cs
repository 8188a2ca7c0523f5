using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Http.Metrics;
using System.Text;
using Mesh.Client.Pipeline;
using Mesh.Client.Telemetry;
using Mesh.Client.Tests.Telemetry;
using Mesh.Client.Tests.Transport;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a copy carries, and what is told of it. Alone, since what other tests listen to would make spans for these calls.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class HedgingMessageTests
{
    private static readonly HttpRequestOptionsKey<object> Key = new("application.key");

    [Fact]
    public async Task Copy_is_the_callers_message_in_all_that_matters()
    {
        using var mesh = new HedgingFixture(acts: [HedgingAct.Never, new(10)]);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("http://reviews:9080/a%2Fb/%E4/c%20d?q=%26&r=+"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("body", Encoding.UTF8, "application/x-own"),
        };
        var mark = new object();
        request.Options.Set(Key, mark);
        request.Headers.TryAddWithoutValidation("z-first", "1");
        request.Headers.TryAddWithoutValidation("a-several", ["one", "two, three"]);
        request.Headers.TryAddWithoutValidation("If-None-Match", "not an etag");
        request.Content.Headers.TryAddWithoutValidation("x-content", ["a", "b"]);

        using var response = await mesh.AnswerAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

        var (first, copy) = (mesh.Transport.Requests[0], mesh.Transport.Requests[1]);
        Assert.NotSame(first.Message, copy.Message);
        Assert.NotSame(first.Message.Content, copy.Message.Content);
        Assert.Equal((HttpMethod.Put, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact), (copy.Message.Method, copy.Message.Version, copy.Message.VersionPolicy));
        Assert.Equal("/a%2Fb/%E4/c%20d?q=%26&r=+", copy.Target.PathAndQuery);
        AssertSameHeaders(first, copy);
        Assert.Equal("body"u8.ToArray(), copy.Body);
        Assert.True(copy.Message.Options.TryGetValue(Key, out var found));
        Assert.Same(mark, found);
        Assert.Equal(first.ContentHeaders, copy.ContentHeaders);
        Assert.Contains("x-content: a, b", copy.ContentHeaders);
        Assert.Equal("body", await request.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Body_of_json_and_a_buffered_one_are_sent_whole_by_every_copy()
    {
        using var mesh = new HedgingFixture(acts: [HedgingAct.Never, new(10), HedgingAct.Never, new(10)]);
        using var json = JsonContent.Create(new Dictionary<string, int> { ["a"] = 1 });
        (await mesh.AnswerAsync(mesh.Client.PutAsync(HedgingFixture.Uri, json, TestContext.Current.CancellationToken))).Dispose();
        using var stream = new StreamContent(new MemoryStream([1, 2, 3]));
        stream.Headers.ContentLength = 3;
        (await mesh.AnswerAsync(mesh.Client.PutAsync(HedgingFixture.Uri, stream, TestContext.Current.CancellationToken))).Dispose();

        Assert.Equal(["{\"a\":1}", "{\"a\":1}"], mesh.Transport.Requests.Take(2).Select(sent => Encoding.UTF8.GetString(sent.Body)));
        Assert.All(mesh.Transport.Requests.Skip(2), sent => Assert.Equal([1, 2, 3], sent.Body));
    }

    [Fact]
    public async Task Copy_of_a_rewritten_call_goes_where_the_rule_says()
    {
        using var mesh = new HedgingFixture(rule: """ "rewrite": { "uri": "/new", "authority": "other" }, "headers": { "request": { "set": { "x-set": "1" } } }, """, acts: [HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();

        var (first, copy) = (mesh.Transport.Requests[0], mesh.Transport.Requests[1]);
        Assert.Equal("/new", copy.Target.PathAndQuery);
        AssertSameHeaders(first, copy);
        Assert.Contains(KeyValuePair.Create("Host", "other"), copy.Headers);
    }

    [Fact]
    public async Task Copy_tells_how_much_of_the_time_is_left_for_it()
    {
        using var mesh = new HedgingFixture(rule: """ "timeout": "1s", """, acts: [HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(["1000", "950"], mesh.Transport.Requests.Select(sent => sent.Headers.Single(header => header.Key == "x-envoy-expected-rq-timeout-ms").Value));
    }

    [Fact]
    public async Task Body_that_is_watched_for_silence_is_sent_whole_by_every_copy()
    {
        using var mesh = new HedgingFixture(xMeshOfRule: """ "x-mesh": { "routes": { "first": { "idleTimeout": "5s" } } }, """, rule: """ "name": "first", """, acts: [HedgingAct.Never, new(10)]);
        using var content = new StringContent("body");
        using var response = await mesh.AnswerAsync(mesh.Client.PutAsync(HedgingFixture.Uri, content, TestContext.Current.CancellationToken));

        Assert.Equal(["body", "body"], mesh.Transport.Requests.Select(sent => Encoding.UTF8.GetString(sent.Body)));
        Assert.IsType<RepeatedContent>(mesh.Transport.Requests[1].Message.Content);
    }

    [Fact]
    public async Task Call_that_is_made_for_a_retry_is_not_hedged()
    {
        using var mesh = new HedgingFixture(acts: [new(100)]);
        using (IncomingContext.Begin(new IncomingContext { IsRetry = true, Baggage = "mesh.retry=1" }, this))
        {
            using var response = await mesh.AnswerAsync();
        }

        Assert.Single(mesh.Transport.Requests);
        Assert.Equal(["dropped_chain"], mesh.Hedges);
    }

    [Fact]
    public async Task Span_of_the_call_tells_of_copies_and_their_winner()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Mesh.Client",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        var stopped = new List<Activity>();
        listener.ActivityStopped = stopped.Add;
        ActivitySource.AddActivityListener(listener);
        using var mesh = new HedgingFixture(acts: [HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();

        var call = Assert.Single(stopped);
        Assert.Equal(1, call.GetTagItem("mesh.hedges"));
        Assert.Equal(2, call.GetTagItem("mesh.attempts"));
        Assert.Equal(mesh.Transport.Requests[1].Authority, call.GetTagItem("mesh.endpoint"));
        var hedge = Assert.Single(call.Events);
        Assert.Equal("mesh.hedge", hedge.Name);
        Assert.Contains(KeyValuePair.Create("mesh.endpoint", (object?)mesh.Transport.Requests[1].Authority), hedge.Tags);
    }

    [Fact]
    public async Task Attempt_of_a_copy_has_a_trace_context_of_its_own_the_number_of_the_resend_and_the_enrichment_of_metrics()
    {
        var attempts = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "System.Net.Http",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = attempts.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var metrics = new MeterListener();
        metrics.InstrumentPublished = static (instrument, metrics) =>
        {
            if (instrument.Name == "http.client.request.duration")
            {
                metrics.EnableMeasurementEvents(instrument);
            }
        };
        metrics.Start();
        await using var mesh = await FleetMesh.StartAsync(2, rules: """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } },
              "x-mesh": { "trafficPolicy": { "hedging": { "delay": "20ms" } } } } }
            """);
        using var caller = new Activity("caller").Start();
        var seen = new ConcurrentQueue<string>();
        var arrived = 0;
        foreach (var server in mesh.Fleet.Servers)
        {
            server.Respond = async context =>
            {
                seen.Enqueue(context.Request.Headers["traceparent"].ToString());
                if (Interlocked.Increment(ref arrived) == 1)
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }
            };
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        var enriched = 0;
        HttpMetricsEnrichmentContext.AddCallback(request, _ => Interlocked.Increment(ref enriched));
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var spans = attempts.Where(attempt => attempt.TraceId == caller.TraceId && attempt.Kind == ActivityKind.Client).ToList();
        Assert.Equal([null, 1], spans.Select(span => span.GetTagItem("http.request.resend_count")).Order());
        Assert.Equal(spans.Select(span => span.Id).Order(), seen.Order());
        Assert.Equal(2, enriched);
        Assert.Empty(request.Headers);
    }

    /// <summary>But that a copy says of itself that it is one, for its server not to repeat calls of its own, and which attempt it is.</summary>
    private static void AssertSameHeaders(HedgingTransport.Sent first, HedgingTransport.Sent copy)
    {
        Assert.Equal(first.Headers, copy.Headers.Where(header => header.Key is not ("baggage" or "x-envoy-attempt-count")));
        Assert.Equal(["2"], copy.Headers.Where(header => header.Key == "x-envoy-attempt-count").Select(header => header.Value));
        Assert.Equal(["mesh.retry=1"], copy.Headers.Where(header => header.Key == "baggage").Select(header => header.Value));
    }

    [Theory]
    [InlineData("", new[] { "", "2", "3" })]
    [InlineData(""" "x-mesh": { "envoyRequestHeaders": true }, """, new[] { "1", "2", "3" })]
    public async Task Copies_say_which_attempt_of_the_call_they_are(string xMesh, string[] counts)
    {
        using var mesh = new HedgingFixture(""" "delay": "50ms", "maxHedges": 2 """, xMeshOfSection: xMesh, acts: [HedgingAct.Never, HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();
        Assert.Equal(counts, mesh.Transport.Requests.Select(sent => string.Join(',', sent.Headers.Where(header => header.Key == "x-envoy-attempt-count").Select(header => header.Value))));
    }
}

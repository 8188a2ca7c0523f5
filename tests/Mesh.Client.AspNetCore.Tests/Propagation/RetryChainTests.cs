using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

/// <summary>Two services in a row over real connections, and a leaf that fails.</summary>
[Collection(ServerActivityCollection.Name)]
public sealed class RetryChainTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_of_the_first_service_is_not_repeated_by_the_second(bool hasActivities)
    {
        using var listener = hasActivities ? Listen() : null;
        await using var leaf = await Service.StartAsync(next: null);
        await using var middle = await Service.StartAsync(leaf);
        await using var front = await Service.StartAsync(middle);

        using var response = await front.CallAsync();

        // The front's own three attempts; the first of them is repeated at the leaf twice more, the others once each.
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal([false, true, true], middle.Marks);
        Assert.Equal([false, true, true, true, true], leaf.Marks);
    }

    [Fact]
    public async Task Switched_off_in_the_second_service_it_repeats_every_request()
    {
        await using var leaf = await Service.StartAsync(next: null);
        await using var middle = await Service.StartAsync(leaf, """ "x-mesh": { "stopRetryChain": false }, """);
        await using var front = await Service.StartAsync(middle);

        using var response = await front.CallAsync();

        Assert.Equal(3, middle.Marks.Count());
        Assert.Equal([false, false, false, true, true, true, true, true, true], leaf.Marks);
    }

    [Fact]
    public async Task Next_request_on_the_same_connections_is_repeated_again()
    {
        await using var leaf = await Service.StartAsync(next: null);
        await using var middle = await Service.StartAsync(leaf);
        await using var front = await Service.StartAsync(middle);

        using var first = await front.CallAsync();
        using var second = await front.CallAsync();

        bool[] once = [false, true, true, true, true];
        Assert.Equal([.. once, .. once], leaf.Marks);
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Mesh.Client" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Calls the next one for every request and answers 500 where that does; the last one always does.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentQueue<bool> _marks = new();

        private Service(WebApplication app) => _app = app;

        /// <summary>Of each request in turn whether it said that it is a retry.</summary>
        public IEnumerable<bool> Marks => _marks;

        public static async Task<Service> StartAsync(Service? next, string settings = "")
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var rules = new FakeSource("rules");
            rules.PushJson(next is null ? "{}" : $$"""
                { {{settings}} "Services": { "next": { "Endpoints": [ { "Address": "127.0.0.1:{{new Uri(next._app.Urls.First()).Port}}" } ] } },
                  "VirtualServices": { "next": { "hosts": [ "next" ], "http": [ { "route": [ { "destination": { "host": "next" } } ],
                    "retries": { "attempts": 2, "retryOn": "5xx", "backoff": "1ms" } } ] } } }
                """);
            builder.Services.AddMeshClient(mesh => mesh.AddSource(rules));
            builder.Services.AddHttpClient("next");
            var app = builder.Build();
            var service = new Service(app);
            app.UseMesh();
            app.Run(async context =>
            {
                service._marks.Enqueue(context.Request.Headers["baggage"].ToString().Contains("mesh.retry=1", StringComparison.Ordinal));
                context.Response.StatusCode = next is null ? 500 : (int)(await service.CallAsync()).StatusCode;
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            return service;
        }

        public Task<HttpResponseMessage> CallAsync()
            => _app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("next").GetAsync("http://next/", TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}

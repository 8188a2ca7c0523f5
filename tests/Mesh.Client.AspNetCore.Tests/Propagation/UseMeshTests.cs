using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

[Collection(ServerActivityCollection.Name)]
public sealed class UseMeshTests
{
    private const string Incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly EditableRules _rules = new();

    [Fact]
    public async Task Call_made_for_a_request_carries_its_captured_headers()
    {
        await using var chain = await Chain.StartAsync(_rules);
        var outgoing = await chain.Front.GetAsync("/", ("end-user", "jason"), ("x-request-id", "r1"), ("x-secret", "s"));
        Assert.Contains("end-user: jason", outgoing, StringComparison.Ordinal);
        Assert.Contains("x-request-id: r1", outgoing, StringComparison.Ordinal);
        Assert.DoesNotContain("x-secret", outgoing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_made_for_a_request_without_an_activity_carries_its_trace()
    {
        await using var chain = await Chain.StartAsync(_rules);
        var outgoing = await chain.Front.GetAsync("/", ("traceparent", Incoming), ("tracestate", "vendor=1"), ("baggage", "tenant=7"));
        Assert.Contains("activity: none", outgoing, StringComparison.Ordinal);
        Assert.Contains("traceparent: " + Incoming, outgoing, StringComparison.Ordinal);
        Assert.Contains("tracestate: vendor=1", outgoing, StringComparison.Ordinal);
        Assert.Contains("baggage: tenant=7", outgoing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_made_for_a_request_with_an_activity_is_its_child()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var chain = await Chain.StartAsync(_rules);
        var outgoing = await chain.Front.GetAsync("/", ("traceparent", Incoming), ("baggage", "tenant=7,service.name=previous"));
        Assert.Contains("activity: some", outgoing, StringComparison.Ordinal);
        Assert.Contains("traceparent: " + Incoming[..36], outgoing, StringComparison.Ordinal);
        Assert.DoesNotContain(Incoming, outgoing, StringComparison.Ordinal);
        Assert.Contains("baggage: tenant=7\n", outgoing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("nonsense")]
    public async Task Invalid_traceparent_is_not_carried_on(string traceParent)
    {
        await using var chain = await Chain.StartAsync(_rules);
        var outgoing = await chain.Front.GetAsync("/", ("traceparent", traceParent), ("tracestate", "vendor=1"));
        Assert.DoesNotContain(traceParent, outgoing, StringComparison.Ordinal);
        Assert.Contains("traceparent: 00-", outgoing, StringComparison.Ordinal);
        Assert.DoesNotContain("tracestate", outgoing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_changes_what_the_next_request_captures()
    {
        await using var chain = await Chain.StartAsync(_rules);
        Assert.DoesNotContain("x-tenant", await chain.Front.GetAsync("/", ("x-tenant", "7")), StringComparison.Ordinal);
        _rules.Carry("X-Tenant");
        Assert.Contains("x-tenant: 7", await chain.Front.GetAsync("/", ("x-tenant", "7"), ("end-user", "jason")), StringComparison.Ordinal);
        Assert.DoesNotContain("end-user", await chain.Front.GetAsync("/", ("end-user", "jason")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_request_of_the_same_connection_sees_nothing_of_the_one_before()
    {
        await using var chain = await Chain.StartAsync(_rules);
        Assert.Contains("end-user", await chain.Front.GetAsync("/", ("end-user", "jason")), StringComparison.Ordinal);
        Assert.DoesNotContain("end-user", await chain.Front.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_outlives_its_request_sees_nothing_of_it()
    {
        var release = new TaskCompletionSource();
        Task<(bool During, bool After)>? background = null;
        await using var server = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseMesh();
            app.Run(async context =>
            {
                var begun = new TaskCompletionSource();
                background = Task.Run(async () =>
                {
                    var during = IncomingContext.Current is not null;
                    begun.SetResult();
                    await release.Task;
                    return (during, IncomingContext.Current is not null);
                });
                await begun.Task;
            });
        });
        await server.GetAsync("/", ("end-user", "jason"));
        // The answer may arrive before the middleware returns; stopping the server waits for it.
        await server.DisposeAsync();
        release.SetResult();
        Assert.Equal((true, false), await background!);
    }

    [Fact]
    public async Task UseMesh_called_twice_captures_once()
    {
        var seen = new ConcurrentQueue<IncomingContext?>();
        await using var server = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseMesh();
            app.Use(Look);
            app.UseMesh();
            app.Run(context => Look(context, _ => Task.CompletedTask));
        });
        await server.GetAsync("/", ("end-user", "jason"));
        Assert.NotNull(Assert.Single(seen.Distinct()));

        Task Look(HttpContext context, RequestDelegate next)
        {
            seen.Enqueue(IncomingContext.Current);
            return next(context);
        }
    }

    [Fact]
    public async Task UseMesh_in_a_branch_and_behind_it_captures_once()
    {
        var seen = new ConcurrentQueue<IncomingContext?>();
        await using var server = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseWhen(_ => true, branch => branch.UseMesh().Use((context, next) =>
            {
                seen.Enqueue(IncomingContext.Current);
                return next(context);
            }));
            app.UseMesh();
            app.Run(_ =>
            {
                seen.Enqueue(IncomingContext.Current);
                return Task.CompletedTask;
            });
        });
        await server.GetAsync("/", ("end-user", "jason"));
        Assert.Equal(2, seen.Count);
        Assert.NotNull(Assert.Single(seen.Distinct()));
    }

    [Fact]
    public async Task UseMesh_without_AddMeshClient_says_what_to_call()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.UseMesh());
        Assert.Contains("AddMeshClient()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Value_beyond_the_limit_is_dropped_with_a_debug_log()
    {
        using var logging = new LogCapture();
        _rules.Carry("x-a", "x-b", "x-c");
        await using var chain = await Chain.StartAsync(_rules, logging);
        var outgoing = await chain.Front.GetAsync("/", ("x-a", new string('a', 9000)), ("x-b", new string('b', 9000)), ("x-c", "c"));
        Assert.Contains("x-a: aaa", outgoing, StringComparison.Ordinal);
        Assert.DoesNotContain("x-b", outgoing, StringComparison.Ordinal);
        Assert.Contains("x-c: c", outgoing, StringComparison.Ordinal);
        var entry = Assert.Single(logging.Entries);
        Assert.Equal((LogLevel.Debug, 7001), (entry.Level, entry.Id.Id));
        Assert.Contains("x-b", entry.Message, StringComparison.Ordinal);
        Assert.Contains("16384", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Value_that_no_outgoing_request_can_have_is_dropped_with_a_debug_log()
    {
        using var logging = new LogCapture();
        await using var chain = await Chain.StartAsync(_rules, logging);
        Assert.DoesNotContain("end-user", await chain.Front.GetAsync("/", ("end-user", "Jürgen")), StringComparison.Ordinal);
        var entry = Assert.Single(logging.Entries);
        Assert.Equal((LogLevel.Debug, 7000), (entry.Level, entry.Id.Id));
        // The value is the sender's text; only the name, which is ours, is logged.
        Assert.DoesNotContain("rgen", entry.Message, StringComparison.Ordinal);
    }

    /// <summary>A service with UseMesh() that calls another, which tells what arrived.</summary>
    private sealed class Chain : IAsyncDisposable
    {
        private readonly MeshServer _back;
        private readonly HttpMessageInvoker _transport;

        private Chain(MeshServer back, HttpMessageInvoker transport, MeshServer front)
        {
            _back = back;
            _transport = transport;
            Front = front;
        }

        public MeshServer Front { get; }

        public static async Task<Chain> StartAsync(EditableRules rules, ILoggerProvider? logging = null)
        {
            var back = await MeshServer.StartAsync(rules, app => app.Run(context =>
                context.Response.WriteAsync(string.Concat(context.Request.Headers.Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}\n")))));
            var transport = new HttpMessageInvoker(new SocketsHttpHandler
            {
                ActivityHeadersPropagator = MeshPropagator.Wrap(DistributedContextPropagator.Current),
            });
            var front = await MeshServer.StartAsync(
                rules,
                app =>
                {
                    app.UseMesh();
                    app.Run(async context =>
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Get, back.Address);
                        await context.Response.WriteAsync($"activity: {(Activity.Current is null ? "none" : "some")}\n");
                        ContextPropagator.BeginCall(request, receivesContext: true, rules.Current);
                        using var response = await transport.SendAsync(request, context.RequestAborted);
                        await context.Response.WriteAsync(await response.Content.ReadAsStringAsync());
                    });
                },
                logging);
            return new Chain(back, transport, front);
        }

        public async ValueTask DisposeAsync()
        {
            await Front.DisposeAsync();
            _transport.Dispose();
            await _back.DisposeAsync();
        }
    }
}

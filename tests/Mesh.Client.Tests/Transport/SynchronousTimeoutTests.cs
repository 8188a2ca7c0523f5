using System.Net;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.Tests.Transport;

/// <summary>The times of synchronous calls, over real sockets and in fake time: nothing ends a read that waits but the connection under it.</summary>
public sealed class SynchronousTimeoutTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private Fleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await Fleet.StartAsync(1, new FleetOptions
    {
        Map = app =>
        {
            app.MapGet("/headers", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
            app.MapGet("/body", async (HttpContext context) =>
            {
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            });
        },
    });

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Theory]
    [InlineData(""" "timeout": "3s", """, "", "UT")]
    [InlineData("", """, "x-mesh": { "routes": { "r": { "idleTimeout": "3s" } } } """, "SI")]
    public async Task Body_that_hangs_is_cut(string rule, string extension, string flag)
    {
        using var client = Client(rule, extension);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/body");
        using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reading = Task.Run(() =>
        {
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return reader.ReadToEnd();
        });

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => PassTimeAsync(reading));

        Assert.Contains($": {flag}: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "timeout": "3s", """, "")]
    [InlineData("", """, "x-mesh": { "routes": { "r": { "idleTimeout": "3s" } } } """)]
    public async Task Body_that_hangs_while_it_is_copied_is_cut(string rule, string extension)
    {
        using var client = Client(rule, extension);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/body");
        using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var copying = Task.Run(() =>
        {
            response.Content.CopyTo(new MemoryStream(), null, CancellationToken.None);
            return "";
        });

        await Assert.ThrowsAsync<MeshRequestException>(() => PassTimeAsync(copying));
    }

    [Theory]
    [InlineData(""" "timeout": "3s", """, "")]
    [InlineData("", """, "x-mesh": { "routes": { "r": { "headersTimeout": "3s" } } } """)]
    public async Task Headers_that_do_not_come_are_answered_504(string rule, string extension)
    {
        using var client = Client(rule, extension);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/headers");

        using var response = await PassTimeAsync(Task.Run(() => client.Send(request, TestContext.Current.CancellationToken)));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task Timeout_of_the_client_is_its_own()
    {
        using var client = Client(""" "timeout": "3s", """, "");
        client.Timeout = TimeSpan.FromSeconds(0.3);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/headers");

        var cancelled = await Assert.ThrowsAsync<TaskCanceledException>(
            () => Eventually.EndsAsync(Task.Run(() => client.Send(request, TestContext.Current.CancellationToken))));

        Assert.IsType<TimeoutException>(cancelled.InnerException);
    }

    /// <summary>Lets fake time pass until the task ends, however it does.</summary>
    private async Task<T> PassTimeAsync<T>(Task<T> task)
    {
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            return task.IsCompleted;
        });
        return await task;
    }

    private HttpClient Client(string rule, string extension)
    {
        var source = new FakeSource("rules");
        source.PushJson(FleetMesh.Rules(_fleet.Servers, $$"""
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "name": "r", {{rule}}
              "route": [ { "destination": { "host": "shop" } } ] } ] {{extension}} } }
            """));
        return new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source], TimeProvider = _clock }));
    }
}

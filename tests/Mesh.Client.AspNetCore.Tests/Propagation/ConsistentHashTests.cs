using System.Net;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

/// <summary>An application whose calls are hashed by the sender of the request during which they are made.</summary>
public sealed class ConsistentHashTests
{
    [Fact]
    public async Task Calls_for_one_address_go_to_one_endpoint_and_those_of_many_to_all()
    {
        await using var app = await HashingApp.StartAsync("\"useSourceIp\": true");
        var endpoints = new Dictionary<string, string>();
        for (var round = 0; round < 2; round++)
        {
            for (var sender = 0; sender < 30; sender++)
            {
                var address = $"10.1.0.{sender}";
                var endpoint = await app.GetAsync("x-sender", address);
                Assert.Equal(endpoints.GetValueOrDefault(address, endpoint), endpoint);
                endpoints[address] = endpoint;

                // The same sender on a socket for both kinds of address.
                Assert.Equal(endpoint, await app.GetAsync("x-sender", $"::ffff:{address}"));
            }
        }

        Assert.Equal(3, endpoints.Values.Distinct().Count());
    }

    [Fact]
    public async Task Calls_for_one_cookie_go_to_one_endpoint_and_do_not_carry_it()
    {
        await using var app = await HashingApp.StartAsync("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }");
        var endpoints = new HashSet<string>();
        for (var user = 0; user < 30; user++)
        {
            var endpoint = await app.GetAsync("Cookie", $"user={user}");
            Assert.Equal(endpoint, await app.GetAsync("Cookie", $"a=b; user={user}"));
            endpoints.Add(endpoint);
        }

        Assert.Equal(3, endpoints.Count);
        Assert.DoesNotContain(app.Transport.Requests, request => request.Headers.ContainsKey("Cookie"));
    }

    /// <summary>Answers every request with the endpoint to which its own call went.</summary>
    private sealed class HashingApp : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false });

        private HashingApp(WebApplication app, ScriptedTransport transport) => (_app, Transport) = (app, transport);

        public ScriptedTransport Transport { get; }

        public static async Task<HashingApp> StartAsync(string key)
        {
            var rules = new FakeSource("rules");
            rules.PushJson($$"""
                { "Services": { "cart": { "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" }, { "Address": "10.0.0.3:80" } ] } },
                  "DestinationRules": { "cart": { "host": "cart", "trafficPolicy": { "loadBalancer": { "consistentHash": { {{key}} } } } } } }
                """);
            var transport = new ScriptedTransport(TimeProvider.System);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddMeshClient(mesh => mesh.AddSource(rules));
            builder.Services.AddHttpClient("cart").ConfigurePrimaryHttpMessageHandler(() => transport);
            var app = builder.Build();
            app.Use((context, next) =>
            {
                // What a proxy in front would bring about.
                if (context.Request.Headers.TryGetValue("x-sender", out var sender))
                {
                    context.Connection.RemoteIpAddress = IPAddress.Parse(sender.ToString());
                }

                return next(context);
            });
            app.UseMesh();
            app.MapGet("/", async (IHttpClientFactory clients) =>
            {
                using var client = clients.CreateClient("cart");
                using var response = await client.GetAsync("http://cart/");
                Assert.True(response.TryGetMeshResult(out var result));
                return result.Endpoint;
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new HashingApp(app, transport);
        }

        public async Task<string> GetAsync(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _app.Urls.First());
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _app.DisposeAsync();
            Transport.Dispose();
        }
    }
}

using System.Net;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>The warning about redirects and cookies of handlers that send by themselves.</summary>
public sealed class HopsBelowTests
{
    private const int WarningId = 6003;

    [Fact]
    public async Task Subclass_of_HttpClientHandler_sends_by_itself_and_is_warned_of()
    {
        using var primary = new Subclass();
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Map = app => app.MapGet("/login", (HttpContext context) => context.Response.Cookies.Append("user", "jason")) }, primary);
        using var login = await mesh.Client.GetAsync("http://shop/login", TestContext.Current.CancellationToken);

        Assert.Equal(mesh.Fleet[0].Uri.Authority, Assert.Single(primary.Seen));
        Assert.Equal("", primary.CookieContainer.GetCookieHeader(new Uri("http://shop/")));
        var warning = Assert.Single(mesh.Logs.Complaints);
        Assert.Equal(WarningId, warning.Id.Id);
        Assert.Contains("is a subclass of HttpClientHandler", warning.Message, StringComparison.Ordinal);
        Assert.Contains("Set AllowAutoRedirect = false and UseCookies = false on it", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_of_the_factory_is_warned_of_once()
    {
        using var logs = new LogCapture();
        var rules = new FakeSource("rules");
        rules.PushJson("""{ "Services": { "shop": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } } }""");
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging(logging => logging.AddProvider(logs))
            .AddHttpClient()
            .AddMeshClient(mesh => mesh.AddSource(rules))
            .Services.BuildServiceProvider();
        var filter = services.GetServices<IHttpMessageHandlerBuilderFilter>().OfType<MeshHandlerFilter>().Single();
        for (var i = 0; i < 2; i++)
        {
            var builder = services.GetRequiredService<HttpMessageHandlerBuilder>();
            builder.Name = "a";
            builder.PrimaryHandler = new Subclass();
            filter.Configure(_ => { })(builder);
            builder.Build().Dispose();
        }

        var warning = Assert.Single(logs.Complaints);
        Assert.Contains("'a'", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("has a Proxy")]
    [InlineData("has Credentials")]
    [InlineData("has a ConnectCallback")]
    [InlineData("has a PlaintextStreamFilter")]
    public async Task Setting_that_keeps_the_mesh_from_the_connections_is_named(string obstacle)
    {
        using var primary = new SocketsHttpHandler();
        switch (obstacle)
        {
            case "has a Proxy":
                primary.Proxy = new WebProxy("http://127.0.0.1:3128");
                break;
            case "has Credentials":
                primary.Credentials = new NetworkCredential("user", "secret");
                break;
            case "has a ConnectCallback":
                primary.ConnectCallback = (_, _) => throw new NotSupportedException();
                break;
            default:
                primary.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(context.PlaintextStream);
                break;
        }

        Assert.Contains(obstacle, Assert.Single(await WarningsOfAsync(primary)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, "Set AllowAutoRedirect = false on it")]
    [InlineData(false, true, "Set UseCookies = false on it")]
    public async Task Only_what_the_handler_does_is_to_be_switched_off(bool redirects, bool cookies, string advice)
    {
        using var primary = new Subclass { AllowAutoRedirect = redirects, UseCookies = cookies };
        Assert.Contains(advice, Assert.Single(await WarningsOfAsync(primary)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_inside_a_delegating_primary_handler_is_warned_of()
    {
        using var primary = new Delegating { InnerHandler = new HttpClientHandler() };
        Assert.Contains("is a DelegatingHandler", Assert.Single(await WarningsOfAsync(primary)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_that_neither_follows_nor_keeps_is_not_warned_of()
    {
        using var primary = new Subclass { AllowAutoRedirect = false, UseCookies = false };
        Assert.Empty(await WarningsOfAsync(primary));
    }

    [Fact]
    public async Task Handler_whose_connections_the_mesh_makes_is_not_warned_of()
    {
        using var primary = new HttpClientHandler();
        Assert.Empty(await WarningsOfAsync(primary));
    }

    [Fact]
    public void Handler_beside_a_mesh_without_rules_is_not_warned_of()
    {
        using var logs = new LogCapture();
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { LoggerFactory = logs, InnerHandler = new Subclass() });
        Assert.Empty(logs.Complaints);
    }

    private static async Task<IReadOnlyList<LogCapture.Entry>> WarningsOfAsync(HttpMessageHandler primary)
    {
        await using var mesh = await FleetMesh.StartAsync(1, primary: primary);
        return mesh.Logs.Complaints;
    }

    private sealed class Subclass : HttpClientHandler
    {
        public List<string> Seen { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add(request.RequestUri!.Authority);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Delegating : DelegatingHandler;
}

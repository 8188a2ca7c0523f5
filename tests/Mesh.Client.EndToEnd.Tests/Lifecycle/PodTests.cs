using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Lifecycle;

/// <summary>One service as a pod runs it.</summary>
public sealed class PodTests : IDisposable
{
    private readonly HttpClient _client = new();
    private readonly int _port = FreePort();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Service_that_listens_on_all_addresses_answers_on_another_than_loopbacks_first()
    {
        await using var service = await StartAsync("--listen", "*");

        Assert.Equal(HttpStatusCode.OK, await HealthAsync("127.0.0.2"));
    }

    [Fact]
    public async Task Service_told_to_end_serves_on_while_it_drains()
    {
        await using var service = await StartAsync("--drain", "3600");

        await service.TerminateAsync();

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal(HttpStatusCode.OK, await HealthAsync());
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Service_told_to_end_ends_after_its_drain()
    {
        await using var service = await StartAsync("--drain", "1");

        await service.TerminateAsync();

        await Eventually.TrueAsync(() => service.HasExited, "the end of a service that has drained");
        Assert.Equal(0, service.ExitCode);
    }

    [Theory]
    [InlineData("--listen", "everywhere", "--listen takes an IP address, or * for all, not 'everywhere'.")]
    [InlineData("--drain", "long", "--drain takes a whole number from 0 to 3600, not 'long'.")]
    public async Task Option_with_a_value_that_makes_no_sense_is_refused_with_what_is_allowed(string option, string value, string message)
    {
        await using var service = BookinfoConsole.Start("--service", "details", option, value);

        await service.SaysAsync(message);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<BookinfoConsole> StartAsync(params string[] options)
    {
        var service = BookinfoConsole.Start(["--service", "details", "--port", _port.ToString(CultureInfo.InvariantCulture), .. options]);
        await service.SaysAsync("details v1 answers on");
        return service;
    }

    private async Task<HttpStatusCode> HealthAsync(string address = "127.0.0.1")
    {
        // A connection for each, as a caller makes one that has not called before.
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{address}:{_port}/health")) { Headers = { ConnectionClose = true } };
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}

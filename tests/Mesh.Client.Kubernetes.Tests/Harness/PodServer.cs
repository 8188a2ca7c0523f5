using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>What stands for pods: a server that listens on many addresses of loopback, all on one port, and answers with the address that was
/// called.</summary>
internal sealed class PodServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, int> _calls = new();

    private PodServer(WebApplication application, int port, bool isGrpc)
    {
        _application = application;
        Port = port;
        if (isGrpc)
        {
            application.MapGrpcService<WhereService>();
            return;
        }

        application.Run(context =>
        {
            var address = context.Connection.LocalIpAddress!.ToString();
            _calls.AddOrUpdate(address, 1, static (_, count) => count + 1);
            return context.Response.WriteAsync(address);
        });
    }

    public int Port { get; }

    /// <summary>Calls so far, by address.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <param name="index">From 1.</param>
    public static string Address(int index) => $"127.0.77.{index}";

    /// <param name="count">Addresses of IPv4.</param>
    /// <param name="isDualStack">It listens on <c>::1</c> too.</param>
    /// <param name="isGrpc">It answers with a <see cref="WhereService"/> alone.</param>
    public static async Task<PodServer> StartAsync(int count = 4, bool isDualStack = false, bool isGrpc = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A port that is free on one of the addresses is free on all of them, but for a race.
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Parse(Address(1)), 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddGrpc();
            builder.WebHost.ConfigureKestrel(options =>
            {
                // Without TLS it is one or the other.
                options.ConfigureEndpointDefaults(listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
                for (var index = 1; index <= count; index++)
                {
                    options.Listen(IPAddress.Parse(Address(index)), port);
                }

                if (isDualStack)
                {
                    options.Listen(IPAddress.IPv6Loopback, port);
                }
            });
            var server = new PodServer(builder.Build(), port, isGrpc);
            try
            {
                await server._application.StartAsync();
                return server;
            }
            catch (IOException) when (attempt < 5)
            {
                await server.DisposeAsync();
            }
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary><c>fleet N</c>: N Kestrel servers, one of which may be slow. Prints their ports and takes commands, a line each:
/// <c>slow N</c> makes that one slow and no other, below 0 none; <c>stall N</c> the same with stalls; <c>count</c> answers with the calls that came since the last count, and those of them that came to
/// a slow server; <c>idle</c> answers when no call is left.</summary>
internal static class UnevenFleet
{
    private static readonly byte[] Body = "ok"u8.ToArray();

    public static async Task<int> RunAsync(int count)
    {
        var servers = new UnevenServer[count];
        var hosts = new WebApplication[count];
        for (var index = 0; index < count; index++)
        {
            servers[index] = new UnevenServer(seed: index);
            hosts[index] = await StartAsync(servers[index]);
        }

        Console.WriteLine(string.Join(' ', hosts.Select(PortOf)));
        await ObeyAsync(servers);
        for (var index = 0; index < count; index++)
        {
            await hosts[index].DisposeAsync();
            servers[index].Dispose();
        }

        return 0;
    }

    private static async Task<WebApplication> StartAsync(UnevenServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        application.Run(async context =>
        {
            await server.ServeAsync(context.RequestAborted);
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body);
        });
        await application.StartAsync();
        return application;
    }

    private static async Task ObeyAsync(UnevenServer[] servers)
    {
        var (total, slow) = (0, 0);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["slow", var number]:
                    Count();
                    var chosen = int.Parse(number, CultureInfo.InvariantCulture);
                    for (var index = 0; index < servers.Length; index++)
                    {
                        servers[index].IsSlow = index == chosen;
                    }

                    Console.WriteLine(line);
                    break;
                case ["stall", var number]:
                    for (var index = 0; index < servers.Length; index++)
                    {
                        servers[index].Stalls = index == int.Parse(number, CultureInfo.InvariantCulture);
                    }

                    Console.WriteLine(line);
                    break;
                case ["count"]:
                    Count();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total} {slow}"));
                    (total, slow) = (0, 0);
                    break;
                case ["idle"]:
                    while (!Array.TrueForAll(servers, server => server.IsIdle))
                    {
                        await Task.Delay(5);
                    }

                    Console.WriteLine(line);
                    break;
                default:
                    throw new InvalidOperationException($"The fleet knows slow, stall, count and idle, not '{line}'.");
            }
        }

        void Count()
        {
            foreach (var server in servers)
            {
                var calls = server.TakeCalls();
                total += calls;
                slow += server.IsSlow ? calls : 0;
            }
        }
    }

    private static string PortOf(WebApplication host)
    {
        var addresses = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return BindingAddress.Parse(addresses.Addresses.Single()).Port.ToString(CultureInfo.InvariantCulture);
    }
}

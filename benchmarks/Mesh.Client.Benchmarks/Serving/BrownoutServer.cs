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

/// <summary><c>brownout</c>: a Kestrel server with a given number of workers. Prints its port and takes commands, a line each: <c>workers N</c> changes
/// their number; <c>count</c> answers with the calls that came since the last count; <c>idle</c> answers when no call is left.</summary>
internal static class BrownoutServer
{
    private static readonly byte[] Body = "ok"u8.ToArray();

    public static async Task<int> RunAsync()
    {
        var queue = new WorkQueue();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var application = builder.Build();
        application.Run(async context =>
        {
            if (!await queue.ServeAsync())
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body);
        });
        await application.StartAsync();

        var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Console.WriteLine(BindingAddress.Parse(addresses.Addresses.Single()).Port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["workers", var number]:
                    queue.Workers = int.Parse(number, CultureInfo.InvariantCulture);
                    break;
                case ["count"]:
                    line = queue.TakeCalls().ToString(CultureInfo.InvariantCulture);
                    break;
                case ["idle"]:
                    while (!queue.IsIdle)
                    {
                        await Task.Delay(5);
                    }

                    break;
                default:
                    throw new InvalidOperationException($"The server knows workers, count and idle, not '{line}'.");
            }

            Console.WriteLine(line);
        }

        return 0;
    }
}

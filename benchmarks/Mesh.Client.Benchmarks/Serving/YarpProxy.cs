using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary><c>yarp ADDRESS...</c>: YARP with PowerOfTwoChoices before servers, until its standard input ends. Prints its port.</summary>
internal static class YarpProxy
{
    private const string Name = "fleet";

    public static async Task<int> RunAsync(string[] addresses)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = Name, ClusterId = Name, Match = new() { Path = "/{**path}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = Name,
                    LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
                    Destinations = addresses.ToDictionary(address => address, address => new DestinationConfig { Address = $"http://{address}" }),
                },
            ]);
        await using var application = builder.Build();
        application.UseRouting();
        application.MapReverseProxy();
        await application.StartAsync();

        var listening = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Console.WriteLine(BindingAddress.Parse(listening.Addresses.Single()).Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        return 0;
    }
}

using System.Globalization;
using System.Net;
using Mesh.Client;
using Mesh.Client.TestService;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// A service for tests, in a process of its own: `[--mesh FILE] [--next ADDRESS]`. It listens on two free ports of loopback, HTTP/1.1 and HTTP/2 without
// TLS, prints them on a line, and ends when its standard input does.
var arguments = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
if (arguments.TryGetValue("--mesh", out var rules))
{
    builder.Configuration.AddJsonFile(rules);
}

builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
});
builder.Services.AddRouting();
builder.Services.AddMeshClient();
builder.Services.AddHttpClient(Hop.Client);

await using var application = builder.Build();
var calls = new CallCount();
var hop = new Hop(application.Services.GetRequiredService<IHttpClientFactory>(), arguments.GetValueOrDefault("--next"));
application.UseMesh();
application.UseRouting();
application.MapGet("/health", () => Results.Text("healthy"));
application.MapGet("/calls", () => Results.Text(calls.ToString()));
application.MapPost("/status/{status:int}", (int status) => hop.Status = status);
application.MapGet("/hop", calls.Of(hop.AnswerAsync));
application.MapMethods("/answer", [HttpMethods.Get, HttpMethods.Post], calls.Of(AskedAnswer.WriteAsync));
await application.StartAsync();

var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
Console.WriteLine(string.Join(' ', addresses.Select(address => BindingAddress.Parse(address).Port.ToString(CultureInfo.InvariantCulture))));
await Console.In.ReadToEndAsync();

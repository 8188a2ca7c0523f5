using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.TestKit;

/// <summary>One server of a <see cref="Fleet"/> with its switches and counts. Switches act on requests that arrive later.</summary>
internal sealed class FleetServer(int index, FleetOptions options)
{
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private readonly ConcurrentQueue<int> _failures = new();
    private WebApplication? _application;
    private volatile bool _isKilled;
    private int _port;
    private int _requests;
    private int _inFlight;
    private int _accepted;

    public int Index { get; } = index;

    public int Port => _port;

    public string Address => string.Create(null, $"127.0.0.1:{_port}");

    /// <summary><c>http</c> or <c>https</c> with the address, for calls without a mesh.</summary>
    public Uri Uri => new($"{(options.Certificate is null ? "http" : "https")}://{Address}/");

    /// <summary>Requests that arrived since the fleet was started, over restarts too.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Requests that are being answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Connections accepted since the fleet was started.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    public int OpenConnections => _connections.Count;

    public bool IsRunning => _application is not null;

    /// <summary>Every request waits so long before it is answered.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Every request is answered with that status; 0 switches it off.</summary>
    public int Status { get; set; }

    /// <summary>Every request stops here until the test lets it go on; null switches it off.</summary>
    public SyncPoint? Gate { get; set; }

    /// <summary>Answers in place of the echo; null switches it off.</summary>
    public RequestDelegate? Respond { get; set; }

    /// <summary>The next requests are answered with that status.</summary>
    public void FailNext(int status, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _failures.Enqueue(status);
        }
    }

    /// <summary>Starts it: on a free port the first time, on the same port afterwards.</summary>
    public async Task StartAsync()
    {
        if (_application is not null)
        {
            throw new InvalidOperationException($"Server {Index} runs already.");
        }

        _isKilled = false;
        if (_port == 0)
        {
            _application = await StartOnAsync(0);
            var features = _application.Services.GetRequiredService<IServer>().Features;
            _port = new Uri(features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Port;
            return;
        }

        // Another process may hold the port for a moment as the near end of a connection of its own.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    _application = await StartOnAsync(_port);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            $"port {_port} to be free again");
    }

    /// <summary>Ends it at once as if its process was killed: the port closes and every connection breaks.</summary>
    public async Task KillAsync()
    {
        if (_application is not { } application)
        {
            return;
        }

        _isKilled = true;
        _application = null;
        AbortConnections();
        await application.StopAsync(new CancellationToken(canceled: true));
        AbortConnections();
        await application.DisposeAsync();
    }

    /// <summary>Ends it as a rolling update does: no new connections, calls under way are answered.</summary>
    public async Task DrainAsync()
    {
        if (_application is not { } application)
        {
            return;
        }

        _application = null;
        await application.StopAsync();
        await application.DisposeAsync();
    }

    /// <summary>Breaks every open connection; the server goes on listening.</summary>
    public void AbortConnections()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Abort(new ConnectionAbortedException("The test broke the connection."));
        }
    }

    private async Task<WebApplication> StartOnAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (options.Certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, Configure));
        builder.Services.AddRouting();
        options.Services?.Invoke(builder);
        var application = builder.Build();
        application.Use(SwitchAsync);
        options.Map?.Invoke(application);
        application.MapFallback("{**path}", EchoAsync);
        try
        {
            await application.StartAsync();
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return application;
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = options.Protocols;
        listen.Use(next => async connection =>
        {
            Interlocked.Increment(ref _accepted);
            _connections[connection] = true;
            try
            {
                if (_isKilled)
                {
                    connection.Abort();
                    return;
                }

                await next(connection);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
            }
        });
        if (options.Certificate is not null)
        {
            // Kestrel tells the name of the handshake only where a selector asks for it.
            listen.UseHttps(https =>
            {
                https.ServerCertificateSelector = (_, _) => options.Certificate;
                if (options.RequiresClientCertificate)
                {
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.AllowAnyClientCertificate();
                }
            });
        }
    }

    private async Task SwitchAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
        try
        {
            if (Gate is { } gate)
            {
                await gate.ReachAsync();
            }

            if (Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay, context.RequestAborted);
            }

            var status = _failures.TryDequeue(out var failure) ? failure : Status;
            if (status != 0)
            {
                context.Response.StatusCode = status;
                return;
            }

            await (Respond is { } respond ? respond(context) : next(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; there is nobody to answer.
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task EchoAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var echo = new FleetEcho(
            Index,
            request.Method,
            request.Path + request.QueryString,
            request.Host.Value ?? "",
            request.Scheme,
            request.Protocol,
            context.Features.Get<ITlsHandshakeFeature>()?.HostName is { Length: > 0 } name ? name : null,
            context.Features.GetRequiredFeature<IHttpConnectionFeature>().ConnectionId,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(context.RequestAborted));
        await context.Response.WriteAsJsonAsync(echo, context.RequestAborted);
    }
}

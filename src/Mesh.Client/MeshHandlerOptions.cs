using System.Diagnostics.Metrics;
using Mesh.Client.Discovery;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>What <see cref="MeshClient.CreateHandler"/> takes. Every part may be left out.</summary>
public sealed class MeshHandlerOptions
{
    /// <summary>Where the rules are: its section <c>Mesh</c>, or the section itself where it is an <see cref="IConfigurationSection"/>. It
    /// is watched. Null: no section is read.</summary>
    public IConfiguration? Configuration { get; init; }

    /// <summary>Further rules; later ones win over earlier ones and over the section. The handler does not dispose them. Empty by
    /// default.</summary>
    public IReadOnlyList<IMeshConfigurationSource> Sources { get; init; } = [];

    /// <summary>Where services find their endpoints beside the built-in ways: each has a name of its own, which they write as
    /// <c>Discovery</c>. The handler does not dispose them. Empty by default.</summary>
    public IReadOnlyList<IMeshEndpointSource> EndpointSources { get; init; } = [];

    /// <summary>Who knows hosts that the rules do not name.</summary>
    internal IHostDirectory? HostDirectory { get; init; }

    /// <summary>What other packages add; made anew for each handler, and ended with it.</summary>
    internal List<IMeshPart> Parts { get; } = [];

    /// <summary>Null: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Null: the mesh makes a meter of its own.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock of every wait and timeout. Null: <see cref="System.TimeProvider.System"/>.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>The primary handler. A <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/> without ConnectCallback,
    /// PlaintextStreamFilter, Proxy or Credentials gives its settings to the mesh's own connections, as they are when the mesh's handler is
    /// made; any other, a subclass of HttpClientHandler too, sends by itself, with the endpoint's address in the URI and the logical name in
    /// Host. Calls to hosts that the mesh does not know go through it as it is. Null: a new <see cref="SocketsHttpHandler"/>. The mesh
    /// handler disposes it.</summary>
    /// <remarks>A <see cref="HttpClientHandler.ServerCertificateCustomValidationCallback"/> gets for known hosts a request that only names the
    /// logical host, such as <c>https://reviews/</c>: a connection serves many calls.</remarks>
    public HttpMessageHandler? InnerHandler { get; init; }
}

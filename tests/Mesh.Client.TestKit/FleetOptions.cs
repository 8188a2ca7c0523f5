using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.TestKit;

/// <summary>What the servers of a fleet have in common.</summary>
internal sealed record FleetOptions
{
    /// <summary>Without TLS, Http2 is cleartext with prior knowledge; Http1AndHttp2 needs TLS.</summary>
    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1;

    /// <summary>Set: the servers speak TLS with it (see <see cref="TestCertificate"/>).</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>With TLS: every client has to show a certificate, whichever it is.</summary>
    public bool RequiresClientCertificate { get; init; }

    /// <summary>Further services, such as <c>AddGrpc()</c>.</summary>
    public Action<WebApplicationBuilder>? Services { get; init; }

    /// <summary>Endpoints of the test's own; what they do not map is answered with the echo.</summary>
    public Action<WebApplication>? Map { get; init; }
}

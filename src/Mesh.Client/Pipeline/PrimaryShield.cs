namespace Mesh.Client.Pipeline;

/// <summary>
/// Stands in front of a client's primary SocketsHttpHandler and hides its type. A gRPC channel that finds one at the end of the chain
/// resolves and connects by itself, above the mesh, and so fails on hosts that only the mesh knows.
/// </summary>
internal sealed class PrimaryShield(HttpMessageHandler primary) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _primary = new(primary, disposeHandler: true);

    public static HttpMessageHandler Around(HttpMessageHandler primary) => primary is SocketsHttpHandler ? new PrimaryShield(primary) : primary;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _primary.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => _primary.Send(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _primary.Dispose();
        }

        base.Dispose(disposing);
    }
}

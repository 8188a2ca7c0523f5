using System.Net;
using Mesh.Client.Pipeline;

namespace Mesh.Client.Transport;

/// <summary>
/// The content of an endpoint's answer, which tells what came of the call. This class serves answers without a body: their calls end with the
/// headers, and nobody need read or dispose them.
/// </summary>
internal class EndpointContent : HttpContent, IMeshResultCarrier
{
    /// <summary>What stands in for the content of a response that was given none.</summary>
    private static readonly Type NoContent = new HttpResponseMessage().Content.GetType();

    protected EndpointContent(MeshCall call, HttpContent inner)
    {
        Inner = inner;
        Path = call.Path;
        Flags = call.Flags;
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            if (values.Count == 1)
            {
                Headers.TryAddWithoutValidation(name, values.ToString());
            }
            else
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }
    }

    public MeshResult Result => Path.ToResult(Flags);

    /// <summary>What the transport gave.</summary>
    protected HttpContent Inner { get; }

    protected CallPath Path { get; }

    protected MeshResponseFlags Flags { get; set; }

    /// <summary>For an answer whose content is to be replaced by this one. What the call holds is handed over to it where there is a body.</summary>
    public static EndpointContent Of(MeshCall call, HttpResponseMessage response)
    {
        var inner = response.Content;
        return HasBody(call.Request, response, inner) ? new TrackedContent(call, inner) : new EndpointContent(call, inner);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => Inner.CopyToAsync(stream, context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => Inner.CopyTo(stream, context, cancellationToken);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Inner.ReadAsStreamAsync(cancellationToken);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Inner.ReadAsStream(cancellationToken);

    /// <summary>The length stands in the copied headers where it is known.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool HasBody(HttpRequestMessage request, HttpResponseMessage response, HttpContent content)
        => request.Method != HttpMethod.Head
            && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified)
            && content.GetType() != NoContent
            && !(content.Headers.NonValidated.TryGetValues("Content-Length", out var length) && length.Count == 1 && length.ToString() == "0");
}

using System.Net;

namespace Mesh.Client.Pipeline;

/// <summary>The body of a copy that is sent beside its call: one that can be read several times at once, under a message of its own. Whoever ends
/// the copy does not end the caller's body.</summary>
internal sealed class RepeatedContent : HttpContent
{
    private readonly HttpContent _original;

    public RepeatedContent(HttpContent original)
    {
        _original = original is MirroredContent mirrored ? mirrored.Inner : original;
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => _original.CopyToAsync(stream, context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => _original.CopyTo(stream, context, cancellationToken);

    /// <summary>The length stands in the copied headers where it is known: the transport of the first attempt has asked for it. To ask again would
    /// change the headers of the original, which may be on their way.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

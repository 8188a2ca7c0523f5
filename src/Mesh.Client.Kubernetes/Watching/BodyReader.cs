namespace Mesh.Client.Kubernetes.Watching;

/// <summary>The body of a response, of which something has to come now and then.</summary>
internal sealed class BodyReader(Stream stream, SilenceLimit limit, TimeSpan silence)
{
    public ValueTask<int> ReadAsync(Memory<byte> target)
    {
        limit.Restart(silence);
        return stream.ReadAsync(target, limit.Token);
    }
}

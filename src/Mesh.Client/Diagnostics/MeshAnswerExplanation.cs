namespace Mesh.Client.Diagnostics;

/// <summary>An answer that the mesh gives by itself, without calling an endpoint. Immutable.</summary>
/// <param name="Status">The HTTP status, such as 404.</param>
/// <param name="Flags">What <see cref="MeshResult.Flags"/> would say.</param>
/// <param name="Body">The one line that would be the body; of an injected gRPC status the message, of a redirect where it leads, of a direct
/// response how long it is.</param>
public sealed record MeshAnswerExplanation(int Status, MeshResponseFlags Flags, string Body)
{
    /// <summary>One line with status, Envoy's flag and body.</summary>
    public override string ToString()
        => Flags == MeshResponseFlags.None ? $"{Status}: {Body}" : $"{Status} {MeshResponseFlagsText.ToText(Flags)}: {Body}";
}
